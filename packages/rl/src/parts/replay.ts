// A ring of past transitions to learn from (Lin 1992), as arrays over all its places.
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

/** How a transition left its episode. */
const going = 0;
const truncated = 1;
const terminated = 2;

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
  private readonly data: {
    readonly observations: Float32Array;
    readonly actions: Int32Array | Float32Array;
    readonly rewards: Float32Array;
    readonly nextObservations: Float32Array;
    readonly ends: Uint8Array;
    readonly explored: Uint8Array;
  };

  /** `width`: features of one observation; `actionSize`: elements of an action, where actions are vectors. */
  constructor(capacity: number, width: number, actionSize?: number) {
    this.capacity = capacity;
    this.width = width;
    this.data = {
      observations: new Float32Array(capacity * width),
      actions: actionSize === undefined ? new Int32Array(capacity) : new Float32Array(capacity * actionSize),
      rewards: new Float32Array(capacity),
      nextObservations: new Float32Array(capacity * width),
      ends: new Uint8Array(capacity),
      explored: new Uint8Array(capacity),
    };
  }

  /** Row of the newest transition. */
  get newest(): number {
    return (this.next + this.capacity - 1) % this.capacity;
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
    const { data, next, width } = this;
    data.observations.set(observation, next * width);
    data.nextObservations.set(nextObservation, next * width);
    if (typeof action === "number") data.actions[next] = action;
    else data.actions.set(action, next * action.length);
    data.rewards[next] = reward;
    data.ends[next] = outcome.terminated ? terminated : outcome.truncated ? truncated : going;
    data.explored[next] = outcome.explored ? 1 : 0;
    this.next = (next + 1) % this.capacity;
    this.size = Math.min(this.size + 1, this.capacity);
  }

  private checkOrder(observation: Float32Array): void {
    const { newest } = this;
    if (this.size === 0) return;
    const follows = this.isWhereItLed(observation, newest);
    if (this.data.ends[newest] !== going) this.checkStart(observation, follows);
    else if (!follows)
      throw new Error(
        "ReplayBuffer.add: the observation is not the one that the last transition led to, though its episode goes on; a transition must not cross episodes.",
      );
  }

  private isWhereItLed(observation: Float32Array, row: number): boolean {
    const { width, data } = this;
    for (let k = 0; k < width; k++) if (observation[k] !== data.nextObservations[row * width + k]) return false;
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

  /** Fills `out` with transitions drawn uniformly, with replacement; as many as out.rewards holds. */
  sample(out: Batch, random: Random, reach: Reach): void {
    this.take(out, () => random.integer(this.size), reach);
  }

  /** Fills `out` with the transitions at the rows that `rowOf` tells, in turn. */
  take(out: Batch, rowOf: (i: number) => number, reach: Reach): void {
    const { width, data } = this;
    const actionSize = data.actions.length / this.capacity;
    for (let i = 0; i < out.rewards.length; i++) {
      const from = rowOf(i);
      const to = this.follow(from, reach, out, i);
      for (let k = 0; k < width; k++) {
        out.observations[i * width + k] = data.observations[from * width + k];
        out.nextObservations[i * width + k] = data.nextObservations[to * width + k];
      }
      for (let k = 0; k < actionSize; k++) out.actions[i * actionSize + k] = data.actions[from * actionSize + k];
    }
  }

  /** Adds up rewards from one row on; returns the row where the reach ends. */
  private follow(from: number, { steps, discount }: Reach, out: Batch, at: number): number {
    const { rewards, ends, explored } = this.data;
    const { newest } = this;
    let row = from;
    let sum = rewards[row];
    let worth = discount;
    for (let step = 1; step < steps && ends[row] === going && row !== newest; step++) {
      const following = row + 1 === this.capacity ? 0 : row + 1;
      if (explored[following] === 1) break;
      row = following;
      sum += worth * rewards[row];
      worth *= discount;
    }
    out.rewards[at] = sum;
    out.discounts[at] = ends[row] === terminated ? 0 : worth;
    return row;
  }

  /** The filled part of each array, by name, and the row of the next transition. */
  save(): { readonly data: Place; readonly arrays: Readonly<Record<string, SafetensorsArray>> } {
    const { size, next, capacity } = this;
    const filled = Object.entries(this.data).map(([name, array]) => [
      name,
      array.slice(0, (array.length / capacity) * size),
    ]);
    return { data: { size, next }, arrays: Object.fromEntries(filled) };
  }

  load(saved: unknown, array: (name: string) => SafetensorsArray): void {
    for (const [name, values] of Object.entries(this.data)) values.set(array(name));
    const { size, next } = saved as Place;
    this.size = size;
    this.next = next;
  }
}
