// The environment contract: a definition is a value with pure rules; an Environment is the stateful API known from Gymnasium.
import type { Random, RandomState } from "@agon/random";
import type { Canvas } from "./canvas.ts";
import type { ActionSpace, Space } from "./spaces.ts";

/** An action as agents give it: an index of a discrete space, or a vector of a box. */
export type Action = number | Float32Array;

/** What a caller may ask of a reset, as the environment documents it (CartPole: `low`, `high`). */
export type ResetOptions = Readonly<Record<string, unknown>>;

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

/** What stands on a cell of a grid. */
export type Tile = "floor" | "start" | "goal" | "pit" | "wall";

/** The map under a grid environment, for heat maps and policy arrows: state s is the cell (⌊s / columns⌋, s mod columns). */
export interface GridLayout {
  readonly rows: number;
  readonly columns: number;
  /** Row by row. [rows × columns] */
  readonly tiles: readonly Tile[];
}

/** An environment as a value: pure rules, observation and drawing apart. `State` is plain data and is never mutated. */
export interface EnvironmentDefinition<State = unknown> {
  readonly id: string;
  readonly observation: Space;
  readonly action: ActionSpace;
  /** Time limit in steps; after it an episode is truncated. */
  readonly maxSteps?: number;
  /** Mean return over 100 episodes from which the task counts as solved. */
  readonly rewardThreshold?: number;
  /** The arguments it was built with, where they differ from the defaults: with the id enough to build it again. Plain JSON. */
  readonly arguments?: Readonly<Record<string, unknown>>;
  /** The map, where states are cells of a grid. */
  readonly grid?: GridLayout;
  /** The map as the text that it was built from, row by row, for editors; also where states are more than cells. */
  readonly map?: readonly string[];
  /** Draws a starting state; options are those of `environment.reset({ options })`. */
  reset(random: Random, options?: ResetOptions): State;
  step(state: State, action: Action, random: Random): Transition<State>;
  /** Writes the observation of `state` into `out`, a buffer of the observation space's flat size. */
  observe(state: State, out: Float32Array): void;
  /** What there is to know about a state beside its observation, such as which actions make a difference: goes into the info of `reset` and `step`. */
  info?(state: State): Readonly<Record<string, unknown>>;
  /** Emits shapes; see Canvas. */
  draw?(state: State, canvas: Canvas): void;
  /** The full model, where states are few. */
  table?(): TransitionTable;
  /** A struct-of-arrays step over many copies, held equal to `step` by a test. */
  readonly batch?: BatchRules<State>;
}

/** Rules over many copies at once, without allocation. Layout of a lane's state is the environment's own: [lanes, stateSize]. */
export interface BatchRules<State = unknown> {
  readonly stateSize: number;
  /** Writes a plain state into a lane, and reads it back: the bridge to `step`, `draw` and snapshots. */
  write(state: State, states: Float64Array, lane: number): void;
  read(states: Float64Array, lane: number): State;
  /** Starts one lane. */
  reset(states: Float64Array, lane: number, random: Random, options?: ResetOptions): void;
  /** Steps lanes [first, last): reads actions, writes states, rewards and 0/1 flags. */
  step(
    states: Float64Array,
    actions: Int32Array | Float32Array,
    rewards: Float64Array,
    terminated: Uint8Array,
    randoms: readonly Random[],
    first: number,
    last: number,
  ): void;
  /** Writes observations of lanes [first, last). [lanes, observation size] */
  observe(states: Float64Array, observations: Float32Array, first: number, last: number): void;
}

/** What `step` returns: Gymnasium's five, by name. */
export interface StepResult {
  readonly observation: Float32Array;
  readonly reward: number;
  readonly terminated: boolean;
  readonly truncated: boolean;
  readonly info: Readonly<Record<string, unknown>>;
}

/** Everything needed to go on exactly from here; plain JSON where the environment's state is. */
export interface Snapshot {
  readonly state: unknown;
  readonly random: RandomState;
  /** Steps since the reset. */
  readonly steps: number;
  /** Sum of rewards since the reset. */
  readonly episodeReturn: number;
  /** Whether the episode that `state` belongs to is over, and how. */
  readonly terminated: boolean;
  readonly truncated: boolean;
}

/** A running environment. Made by `make`; keeps its own random stream, seeded only through `reset({ seed })`. */
export interface Environment {
  readonly definition: EnvironmentDefinition;
  readonly id: string;
  readonly observationSpace: Space;
  readonly actionSpace: ActionSpace;
  /**
   * Starts an episode. Without a seed the stream goes on (from seed 0 where none was ever given). Seeding follows Gymnasium: NumPy's
   * PCG64 from SeedSequence(seed).
   */
  reset(options?: { readonly seed?: number; readonly options?: ResetOptions }): {
    readonly observation: Float32Array;
    readonly info: Readonly<Record<string, unknown>>;
  };
  /**
   * One step; the returned observation is a fresh array. Throws before the first reset and after the end of an episode, on an action
   * outside the space, and a NonFiniteError on a NaN or infinite action, observation or reward. The last step's info holds
   * `episode: { return, length }`.
   */
  step(action: Action): StepResult;
  /** Like `step` without allocation: writes the observation into `out`; flags are then read from `terminated` and `truncated`. Returns the reward. */
  stepInto(action: Action, out: Float32Array): number;
  readonly terminated: boolean;
  readonly truncated: boolean;
  /** Sum of rewards and number of steps of the episode so far. */
  readonly episodeReturn: number;
  readonly episodeLength: number;
  snapshot(): Snapshot;
  restore(snapshot: Snapshot): void;
  /** The current state as the definition's `draw` wants it. */
  readonly state: unknown;
  close(): void;
}

/** What happens at the end of an episode in a vector environment, as Gymnasium names it. */
export type AutoresetMode = "next-step" | "same-step" | "disabled";

/** Many copies of one environment over shared arrays. Lane i is seeded with seed + i. */
export interface VectorEnvironment {
  readonly definition: EnvironmentDefinition;
  readonly count: number;
  readonly singleObservationSpace: Space;
  readonly singleActionSpace: ActionSpace;
  readonly autoreset: AutoresetMode;
  /** [count, observation size]; rewritten by every reset and step. */
  readonly observations: Float32Array;
  readonly rewards: Float64Array;
  readonly terminated: Uint8Array;
  readonly truncated: Uint8Array;
  /** With "same-step": the last observations of the episodes that ended in this step, copied before their reset. [count, observation size] */
  readonly finalObservations: Float32Array;
  /** Return and length of the episode that ended in this step; meaningful where terminated or truncated. */
  readonly episodeReturns: Float64Array;
  readonly episodeLengths: Int32Array;
  /**
   * With "next-step": 1 where this step ignored the action and began a new episode: no transition to learn from. Reward and flags are 0
   * there.
   */
  readonly started: Uint8Array;
  /**
   * Starts episodes in every lane, or with a mask where it is not 0 (how lanes are restarted with "disabled"). Without a seed the streams
   * go on (from seed 0 + lane where none was ever given). Returns the observations.
   */
  reset(options?: {
    readonly seed?: number;
    readonly mask?: ArrayLike<number>;
    readonly options?: ResetOptions;
  }): Float32Array;
  /**
   * Steps every lane; actions: [count] indices, or [count, action size] for boxes. Throws a NonFiniteError on a NaN or infinite
   * action, observation or reward in any lane.
   */
  step(actions: Int32Array | Float32Array): void;
  /** A lane's current state as the definition's `draw` wants it. */
  state(lane: number): unknown;
  snapshot(): readonly Snapshot[];
  restore(snapshots: readonly Snapshot[]): void;
  close(): void;
}
