// What the page and a training worker say to each other. Plain data only: it crosses by structured clone.

/** Everything that decides a run: the same specification gives the same curve, byte for byte. */
export interface RunSpecification {
  readonly environment: string;
  /** Arguments of the environment that differ from its defaults. */
  readonly arguments: Readonly<Record<string, unknown>>;
  readonly algorithm: string;
  /** What is laid over the algorithm's defaults. */
  readonly options: Readonly<Record<string, unknown>>;
  readonly seed: number;
  /** Environment steps after which the run ends; endless when null. */
  readonly budget: number | null;
  /** Arithmetic tier: strict gives the same bits on every machine, fused on every machine that fuses; auto: fused where it can be. */
  readonly numerics: "auto" | "strict";
}

/** Environment steps per second to train at; null: as fast as it goes. */
export type Pace = number | null;

/** Whose play the stage shows: the learner's own steps, or the current greedy policy in real time, on an environment of its own. */
export type View = "training" | "policy";

export type Command =
  | {
      readonly type: "start";
      readonly specification: RunSpecification;
      readonly pace: Pace;
      readonly view: View;
      readonly paused: boolean;
    }
  | { readonly type: "pause" }
  | { readonly type: "resume" }
  | { readonly type: "step" }
  | { readonly type: "pace"; readonly pace: Pace }
  | { readonly type: "view"; readonly view: View }
  | { readonly type: "option"; readonly key: string; readonly value: unknown };

export type RunStatus = "starting" | "running" | "paused" | "finished" | "failed";

/** What the agent thinks of the observation that is shown; `value` is the state's, where the agent has one. */
export type Thought = { readonly value: number | null } & (ChoiceThought | VectorThought);

export interface ChoiceThought {
  readonly kind: "values" | "probabilities";
  /** One number per action: values, or probabilities. */
  readonly actions: Float32Array;
  /** The action that the greedy policy takes. */
  readonly choice: number;
}

/** Of actions that are vectors, element by element. */
export interface VectorThought {
  readonly kind: "vector";
  /** What the evaluated policy does. */
  readonly best: Float32Array;
  /** Between them lies what is tried while training, in two of three cases: one standard deviation to each side. */
  readonly low: Float32Array;
  readonly high: Float32Array;
}

/** What the agent thinks of every state of a small world. */
export interface ValueMap {
  /** [states, actions] */
  readonly actions: Float32Array;
  /** [states] */
  readonly values: Float32Array;
}

/** The figures of a run at one moment. */
export interface Figures {
  readonly steps: number;
  readonly episodes: number;
  readonly stepsPerSecond: number;
  /** Return of the last finished episode. NaN before the first. */
  readonly lastReturn: number;
  /** Mean return of the last 20 and 100 episodes, fewer while there are fewer. NaN before the first. */
  readonly mean20: number;
  readonly mean100: number;
  /** What the last update told by name: epsilon, entropy, … */
  readonly named: Readonly<Record<string, number>>;
}

export type Report =
  | {
      readonly type: "progress";
      readonly status: "running" | "paused" | "finished";
      readonly figures: Figures;
      /** State of the environment that is shown; undefined while there is none. */
      readonly state: unknown;
      /** Return and length so far of the episode that is shown; null where steps were skipped. */
      readonly shown: { readonly return: number; readonly length: number } | null;
      readonly thought: Thought | null;
      readonly map: ValueMap | null;
      /** Rows of (step, return, mean of 20, mean of 100), at most `rowsPerReport`; merged where there were more episodes. */
      readonly returns: Float64Array;
      /** Rows of (step, loss), likewise. */
      readonly losses: Float64Array;
    }
  | {
      readonly type: "finished";
      readonly curveHash: string;
      /** Backend and tier that gave the curve, such as "wasm, fused". */
      readonly arithmetic: string;
    }
  | { readonly type: "failed"; readonly diverged: boolean; readonly message: string };

/** Columns of the two curves. */
export const returnColumns = 4;
export const lossColumns = 2;
/** A report carries at most this many rows of each curve. */
export const rowsPerReport = 64;
