// A ring of past transitions to learn from (Lin 1992), as arrays over all its places.
import type { Random } from "@agon/random";
import type { SafetensorsArray } from "@agon/tensor";
import { type AgentState, arrayOf } from "./checkpoint.ts";

/** Arrays that a sample is written into; rows as in the buffer. */
export interface Batch {
  readonly observations: Float32Array;
  readonly actions: Int32Array;
  readonly rewards: Float32Array;
  readonly nextObservations: Float32Array;
  /** 1 where the episode goes on or was only cut short: the next value counts. */
  readonly continues: Float32Array;
}

type Phase = "running" | "terminated" | "truncated";

/** What a checkpoint holds beside the arrays. */
export interface ReplayPlace {
  readonly next: number;
  readonly phase: Phase;
}

export class ReplayBuffer {
  readonly capacity: number;
  readonly width: number;
  /** Transitions held. */
  size = 0;
  private next = 0;
  /** Whether the episode of the last transition goes on. */
  private phase: Phase = "truncated";
  private readonly data: Batch;

  /** `width`: features of one observation. */
  constructor(capacity: number, width: number) {
    this.capacity = capacity;
    this.width = width;
    this.data = {
      observations: new Float32Array(capacity * width),
      actions: new Int32Array(capacity),
      rewards: new Float32Array(capacity),
      nextObservations: new Float32Array(capacity * width),
      continues: new Float32Array(capacity),
    };
  }

  /**
   * Adds one transition over the oldest. `nextObservation` is the last of its episode, never the first of the following one: while an
   * episode goes on each observation must be the one that the last transition led to, and none starts where an episode has terminated.
   */
  add(
    observation: Float32Array,
    action: number,
    reward: number,
    nextObservation: Float32Array,
    { terminated, truncated }: { readonly terminated: boolean; readonly truncated: boolean },
  ): void {
    this.checkOrder(observation);
    const { observations, actions, rewards, nextObservations, continues } = this.data;
    observations.set(observation, this.next * this.width);
    nextObservations.set(nextObservation, this.next * this.width);
    actions[this.next] = action;
    rewards[this.next] = reward;
    continues[this.next] = terminated ? 0 : 1;
    this.next = (this.next + 1) % this.capacity;
    this.size = Math.min(this.size + 1, this.capacity);
    this.phase = terminated ? "terminated" : truncated ? "truncated" : "running";
  }

  private checkOrder(observation: Float32Array): void {
    if (this.size === 0 || this.phase === "truncated") return;
    const last = (this.next + this.capacity - 1) % this.capacity;
    let follows = true;
    for (let k = 0; k < this.width; k++)
      if (observation[k] !== this.data.nextObservations[last * this.width + k]) follows = false;
    if (follows === (this.phase === "running")) return;
    throw new Error(
      this.phase === "running"
        ? "ReplayBuffer.add: the observation is not the one that the last transition led to, though its episode goes on; a transition must not cross episodes."
        : "ReplayBuffer.add: the observation is the last of an episode that has terminated; a transition must not lead from there into the next one.",
    );
  }

  /** Fills `out` with transitions drawn uniformly, with replacement; as many as out.actions holds. */
  sample(out: Batch, random: Random): void {
    const { width, data } = this;
    for (let i = 0; i < out.actions.length; i++) {
      const from = random.integer(this.size);
      for (let k = 0; k < width; k++) {
        out.observations[i * width + k] = data.observations[from * width + k];
        out.nextObservations[i * width + k] = data.nextObservations[from * width + k];
      }
      out.actions[i] = data.actions[from];
      out.rewards[i] = data.rewards[from];
      out.continues[i] = data.continues[from];
    }
  }

  /** The filled part of each array, by name, and where the next transition goes. */
  save(): { readonly arrays: [string, SafetensorsArray][]; readonly place: ReplayPlace } {
    const rows = (array: Float32Array | Int32Array, width: number): SafetensorsArray =>
      array.slice(0, this.size * width);
    const { observations, actions, rewards, nextObservations, continues } = this.data;
    return {
      arrays: [
        ["replay.observations", rows(observations, this.width)],
        ["replay.actions", rows(actions, 1)],
        ["replay.rewards", rows(rewards, 1)],
        ["replay.nextObservations", rows(nextObservations, this.width)],
        ["replay.continues", rows(continues, 1)],
      ],
      place: { next: this.next, phase: this.phase },
    };
  }

  load(state: AgentState, { next, phase }: ReplayPlace): void {
    for (const name of ["observations", "actions", "rewards", "nextObservations", "continues"] as const)
      (this.data[name] as Float32Array).set(arrayOf(state, `replay.${name}`) as Float32Array);
    this.size = arrayOf(state, "replay.actions").length;
    this.next = next;
    this.phase = phase;
  }
}
