// A ring of past transitions to learn from (Lin 1992). What is read together lies together: most of a large buffer is far from the processor.
import type { Random } from "@agon/random";
import type { SafetensorsArray } from "@agon/tensor";

/** Arrays that a sample is written into, one row per transition. */
export interface Batch {
  readonly observations: Float32Array;
  /** Indices, or vectors. */
  readonly actions: Int32Array | Float32Array;
  /** Discounted sum of the rewards on the way to `nextObservations`. */
  readonly rewards: Float32Array;
  readonly nextObservations: Float32Array;
  /** What the value of `nextObservations` is worth: γᵐ after m steps, 0 where the episode has terminated. */
  readonly discounts: Float32Array;
}

/** What came of an action, and how it was chosen. */
export interface Outcome {
  readonly terminated: boolean;
  readonly truncated: boolean;
  /** Whether exploration chose another action than the greedy one. */
  readonly explored: boolean;
}

/** How far a sampled transition reaches. */
export interface Reach {
  /**
   * n of n-step returns; fewer where the episode ends before, where the next action was an explored one (what came of it says nothing about
   * the greedy policy: Watkins 1989), or where nothing newer is there.
   */
  readonly steps: number;
  /** γ */
  readonly discount: number;
}

/** Where a buffer stands, as plain data. */
interface Place {
  readonly size: number;
  readonly next: number;
}

/** Where flags and action stand in a record; its first element is the reward. */
const FLAGS = 1;
const ACTION = 2;

/** How a transition left its episode, and whether it was explored: bits of its flags. */
const truncated = 1;
const terminated = 2;
const ended = truncated | terminated;
const explored = 4;

/** Episodes after which it is no accident that each began where the one before had ended. */
const SUSPICIOUS = 32;

export class ReplayBuffer {
  readonly capacity: number;
  readonly width: number;
  /** Transitions held. */
  size = 0;
  private next = 0;
  /**
   * Episodes that began at the very observation that the one before ended at, as long as every one did; −1 once one did not. Those that begin
   * as the last one did are not counted: where episodes always begin alike nothing can be told.
   */
  private continued = 0;
  private lastStart: Float32Array | undefined;
  /** Of each transition the reward, the flags, the action, the observation and where it led to. [capacity, stride] */
  private readonly records: Float32Array;
  private readonly stride: number;
  /** Of the last sample: the rows that it began at, and those that it reached. */
  private rows = new Int32Array(0);
  private ends = new Int32Array(0);
  /** Where in a record the observation begins. */
  private readonly seen: number;

  /** `width`: features of one observation; `actionSize`: elements of an action, where actions are vectors. */
  constructor(capacity: number, width: number, actionSize = 1) {
    this.capacity = capacity;
    this.width = width;
    this.seen = ACTION + actionSize;
    this.stride = this.seen + 2 * width;
    this.records = new Float32Array(capacity * this.stride);
  }

  /** Row of the newest transition. */
  get newest(): number {
    return (this.next === 0 ? this.capacity : this.next) - 1;
  }

  /**
   * Adds one transition over the oldest. `nextObservation` is the last of its episode, never the first of the following one, and no transition
   * leads from the one to the other (a vector's lane that has `started`). Both are refused: while an episode goes on each observation must be
   * the one that the last transition led to, and episodes must not all begin where the one before had ended. One of them may (a hand of cards
   * is dealt again); if all do, 32 times anew, ends were taken from the following episodes.
   */
  add(
    observation: Float32Array,
    action: number | ArrayLike<number>,
    reward: number,
    nextObservation: Float32Array,
    outcome: Outcome,
  ): void {
    this.checkOrder(observation);
    const { records, next, width, seen } = this;
    const at = next * this.stride;
    records[at] = reward;
    if (typeof action === "number") records[at + ACTION] = action;
    else records.set(action, at + ACTION);
    records.set(observation, at + seen);
    records.set(nextObservation, at + seen + width);
    const { terminated: over, truncated: cut, explored: tried } = outcome;
    records[at + FLAGS] = (over ? terminated : cut ? truncated : 0) | (tried ? explored : 0);
    this.next = (next + 1) % this.capacity;
    this.size = Math.min(this.size + 1, this.capacity);
  }

  private checkOrder(observation: Float32Array): void {
    const { newest } = this;
    if (this.size === 0) return;
    const follows = this.isWhereItLed(observation, newest);
    if ((this.flagsOf(newest) & ended) !== 0) this.checkStart(observation, follows);
    else if (!follows)
      throw new Error(
        "ReplayBuffer.add: the observation is not the one that the last transition led to, though its episode goes on; a transition must not cross episodes.",
      );
  }

  private isWhereItLed(observation: Float32Array, row: number): boolean {
    const { width, records } = this;
    const led = row * this.stride + this.seen + width;
    for (let k = 0; k < width; k++) if (observation[k] !== records[led + k]) return false;
    return true;
  }

  private checkStart(observation: Float32Array, follows: boolean): void {
    if (this.continued < 0) return;
    if (!follows) {
      this.continued = -1;
      return;
    }
    const { lastStart } = this;
    if (lastStart?.every((value, k) => value === observation[k])) return;
    this.lastStart = observation.slice();
    this.continued++;
    if (this.continued < SUSPICIOUS) return;
    throw new Error(
      `ReplayBuffer.add: each of ${this.continued} episodes began at the very observation that the one before ended at; a transition must not cross episodes. Store as nextObservation the last of the episode (of vectors with autoreset "same-step": finalObservations), and nothing for a lane that has started.`,
    );
  }

  private flagsOf(row: number): number {
    return this.records[row * this.stride + FLAGS];
  }

  /** Fills `out` with transitions drawn uniformly, with replacement; as many as out.rewards holds. */
  sample(out: Batch, random: Random, reach: Reach): void {
    const count = out.rewards.length;
    if (this.rows.length !== count) this.rows = new Int32Array(count);
    for (let i = 0; i < count; i++) this.rows[i] = random.integer(this.size);
    this.take(out, this.rows, reach);
  }

  /** Fills `out` with the transitions at some rows, in turn. */
  take(out: Batch, rows: Int32Array, reach: Reach): void {
    const { width, records, stride, seen } = this;
    const { observations, nextObservations, actions } = out;
    if (this.ends.length !== rows.length) this.ends = new Int32Array(rows.length);
    const { ends } = this;
    // A loop of its own that is short enough for the processor to wait for several far rows at once.
    for (let i = 0; i < rows.length; i++) ends[i] = this.follow(rows[i], reach, out, i);
    for (let i = 0; i < rows.length; i++) {
      const start = rows[i] * stride;
      const end = ends[i] * stride + seen + width;
      for (let k = 0; k < width; k++) {
        observations[i * width + k] = records[start + seen + k];
        nextObservations[i * width + k] = records[end + k];
      }
      for (let k = ACTION; k < seen; k++) actions[i * (seen - ACTION) + k - ACTION] = records[start + k];
    }
  }

  /** Adds up rewards from one row on; returns the row where the reach ends. */
  private follow(from: number, { steps, discount }: Reach, out: Batch, at: number): number {
    const { records, stride } = this;
    let row = from;
    let sum = records[row * stride];
    let worth = discount;
    for (let step = 1; step < steps && (this.flagsOf(row) & ended) === 0 && row !== this.newest; step++) {
      const following = row + 1 === this.capacity ? 0 : row + 1;
      if ((this.flagsOf(following) & explored) !== 0) break;
      row = following;
      sum += worth * records[row * stride];
      worth *= discount;
    }
    out.rewards[at] = sum;
    out.discounts[at] = (this.flagsOf(row) & terminated) !== 0 ? 0 : worth;
    return row;
  }

  /** The filled part, and the row of the next transition. */
  save(): { readonly data: Place; readonly arrays: Readonly<Record<string, SafetensorsArray>> } {
    const { size, next, stride } = this;
    return { data: { size, next }, arrays: { records: this.records.slice(0, size * stride) } };
  }

  load(saved: unknown, array: (name: string) => SafetensorsArray): void {
    this.records.set(array("records"));
    const { size, next } = saved as Place;
    this.size = size;
    this.next = next;
  }
}
