// The agent contract: what every algorithm offers, and the events that training yields.
import type { Action, EnvironmentDefinition } from "@agon/env";
import type { ActionThought } from "./parts/action-scale.ts";

/** An episode has ended. */
export interface EpisodeEvent {
  readonly type: "episode";
  /** Environment steps taken so far by this agent, all training included. */
  readonly step: number;
  /** Episodes finished so far. */
  readonly episode: number;
  /** Undiscounted sum of rewards. */
  readonly return: number;
  readonly length: number;
}

/** A learning update was made (aggregated per `every` where updates are frequent: then `loss` is their mean). */
export interface UpdateEvent {
  readonly type: "update";
  readonly step: number;
  /** Updates made so far. */
  readonly update: number;
  readonly loss: number;
  /** Further figures by name: entropy, epsilon, meanQ, … */
  readonly figures: Readonly<Record<string, number>>;
}

/** One environment step, only with `every: "step"`; of several environments that of the first. Arrays are the agent's own buffers: copy to keep. */
export interface StepEvent {
  readonly type: "step";
  readonly step: number;
  readonly observation: Float32Array;
  readonly action: Action;
  readonly reward: number;
  readonly terminated: boolean;
  readonly truncated: boolean;
  /** The environment's state after the step, for drawing. */
  readonly state: unknown;
}

export type TrainEvent = EpisodeEvent | UpdateEvent | StepEvent;

export interface TrainOptions {
  /** Environment steps to take in this call; an agent of several environments steps them together and rounds up. */
  readonly steps: number;
  /**
   * How often the generator yields, beside every finished episode: "episode" (default) nothing more; "update" after every update;
   * "step" after every environment step and every update. Never changes what is learned.
   */
  readonly every?: "episode" | "update" | "step";
}

/** What every algorithm offers. Everything needed to go on lives in the agent: `break` out of `train` and call it again. */
export interface Agent {
  /** Name by which the CLI knows the algorithm: "dqn", "q-learning", … */
  readonly algorithm: string;
  readonly environment: EnvironmentDefinition;
  /** The options in force, defaults filled in; plain JSON. */
  readonly options: Readonly<Record<string, unknown>>;
  /** Environment steps taken so far. */
  readonly steps: number;
  /** The action of the evaluated policy: greedy for value methods, the most likely for stochastic policies. */
  act(observation: Float32Array): Action;
  train(options: TrainOptions & { readonly every?: "episode" }): AsyncGenerator<EpisodeEvent, void, void>;
  train(options: TrainOptions): AsyncGenerator<TrainEvent, void, void>;
  /**
   * Changes an option that its description marks as live, from the next call of `train` on; `options` tells the new value. Throws an
   * OptionError for any other option and for values out of bounds. Checkpoints hold no options: restore into an agent built with the same.
   */
  setOption?(key: string, value: unknown): void;
  /** The policy alone, as safetensors bytes. */
  policy(): Uint8Array;
  loadPolicy(bytes: Uint8Array): void;
  /** Writes the policy to a file, whole or not at all. Node only: a page keeps the bytes of `policy()` itself. */
  save(path: string): Promise<void>;
  /** Reads a policy that `save` wrote. */
  load(path: string): Promise<void>;
  /** Everything: weights, optimizer, replay, random streams, environment, curve. Restoring equals never having stopped, byte for byte. */
  checkpoint(): Uint8Array;
  restore(bytes: Uint8Array): void;
  /** SHA-256 over the curve and the final parameters (see @agon/runs, CurveRecorder). */
  curveHash(): Promise<string>;
  /** What the agent thinks of an observation, for pictures. */
  inspect?(observation: Float32Array): Thought;
}

/** What an agent thinks of an observation, as far as it does. */
export interface Thought {
  /** Q(s, a) of every action. */
  readonly actionValues?: Float32Array;
  /** π(a|s) of every action. */
  readonly probabilities?: Float32Array;
  /** Where actions are vectors: which one, and how widely it varies. */
  readonly action?: ActionThought;
  /** V(s), or Q(s, a) of the action that the evaluated policy takes. */
  readonly value?: number;
}
