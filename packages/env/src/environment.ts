// The environment contract: a definition is a value with pure rules; an Environment is the stateful API known from Gymnasium.
import type { Random, RandomState } from "@agon/random";
import type { Canvas } from "./canvas.ts";
import type { Space } from "./spaces.ts";

/** An action as agents give it: an index of a discrete space, or a vector of a box. */
export type Action = number | Float32Array;

/** What one application of the rules gives. */
export interface Transition<State> {
  readonly state: State;
  readonly reward: number;
  /** The task itself has ended: no value follows. */
  readonly terminated: boolean;
  /** The episode was cut short for another reason than the task's end (the time limit is added by `make`). */
  readonly truncated?: boolean;
  readonly info?: Readonly<Record<string, unknown>>;
}

/** One row of P[state][action]: [probability, next state, reward, terminated], as Gymnasium's toy-text environments list it. */
export type TransitionRow = readonly [probability: number, next: number, reward: number, terminated: boolean];

/** The model of a tabular environment, for dynamic programming and exact evaluation. */
export interface TransitionTable {
  readonly states: number;
  readonly actions: number;
  /** rows[state][action]: the possible outcomes; probabilities add up to 1. */
  readonly rows: readonly (readonly (readonly TransitionRow[])[])[];
  /** Probability of each starting state. [states] */
  readonly initial: Float64Array;
}

/** An environment as a value: pure rules, observation and drawing apart. `State` is plain data and is never mutated. */
export interface EnvironmentDefinition<State = unknown> {
  readonly id: string;
  readonly observation: Space;
  readonly action: Space;
  /** Time limit in steps; after it an episode is truncated. */
  readonly maxSteps?: number;
  /** Mean return over 100 episodes from which the task counts as solved. */
  readonly rewardThreshold?: number;
  reset(random: Random): State;
  step(state: State, action: Action, random: Random): Transition<State>;
  /** Writes the observation of `state` into `out`, a buffer of the observation space's flat size. */
  observe(state: State, out: Float32Array): void;
  /** Emits shapes; see Canvas. */
  draw?(state: State, canvas: Canvas): void;
  /** The full model, where states are few. */
  table?(): TransitionTable;
}

/** What `step` returns: Gymnasium's five, by name. */
export interface StepResult {
  readonly observation: Float32Array;
  readonly reward: number;
  readonly terminated: boolean;
  readonly truncated: boolean;
  readonly info: Readonly<Record<string, unknown>>;
}

/** Everything needed to go on exactly from here: (state, random state, steps since reset). */
export interface Snapshot {
  readonly state: unknown;
  readonly random: RandomState;
  readonly steps: number;
}

/** A running environment. Made by `make`; keeps its own random stream, seeded only through `reset({ seed })`. */
export interface Environment {
  readonly definition: EnvironmentDefinition;
  readonly id: string;
  readonly observationSpace: Space;
  readonly actionSpace: Space;
  /** Starts an episode. Without a seed the stream goes on. Seeding follows Gymnasium: NumPy's PCG64 from SeedSequence(seed). */
  reset(options?: { readonly seed?: number; readonly options?: Readonly<Record<string, unknown>> }): {
    readonly observation: Float32Array;
    readonly info: Readonly<Record<string, unknown>>;
  };
  /** One step; the returned observation is a fresh array. Throws before the first reset and after the end of an episode. */
  step(action: Action): StepResult;
  /** Like `step` without allocation: writes the observation into `out`; flags are then read from `terminated` and `truncated`. Returns the reward. */
  stepInto(action: Action, out: Float32Array): number;
  readonly terminated: boolean;
  readonly truncated: boolean;
  snapshot(): Snapshot;
  restore(snapshot: Snapshot): void;
  /** The current state as the definition's `draw` wants it. */
  readonly state: unknown;
  close(): void;
}
