// Everything the verbs take from the packages, gathered in one value: `agon` passes the real ones.
import type { EnvironmentDefinition } from "@agon/env";
import type { Random } from "@agon/random";
import type { Agent, AlgorithmSpec, TrainEvent } from "@agon/rl";

/** Arithmetic tiers, see docs/ARCHITECTURE.md. */
export type Numerics = "strict" | "fused";

export interface Evaluation {
  readonly episodes: number;
  readonly mean: number;
  readonly std: number;
}

export interface Library {
  readonly algorithms: readonly AlgorithmSpec[];
  readonly environments: readonly EnvironmentDefinition[];
  /** Versions of the packages whose code decides what is learned. */
  readonly versions: Readonly<Record<string, string>>;
  /** Puts a tier in force, or the best one this machine has, and returns it. */
  selectNumerics(wanted?: Numerics): Promise<Numerics>;
  createRandom(seed: number): Random;
  evaluate(
    agent: Agent,
    environment: EnvironmentDefinition,
    options: { readonly episodes: number; readonly seed: number },
  ): Promise<Evaluation> | Evaluation;
  /** Consumes training events, giving the event loop its turn; resolves at the end or, soon after an abort, at an event. */
  drive(
    events: AsyncGenerator<TrainEvent, void, void>,
    options: {
      readonly sliceMilliseconds: number;
      readonly onEvent: (event: TrainEvent) => void;
      readonly signal: AbortSignal;
    },
  ): Promise<void>;
}
