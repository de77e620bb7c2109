// Everything the verbs take from the packages, gathered in one value: `agon` passes the real ones.
import type { EnvironmentDefinition, EnvironmentEntry, Registry } from "@agon/env";
import type { Random } from "@agon/random";
import type { Agent, AlgorithmSpec } from "@agon/rl";

/** Arithmetic tiers, see docs/ARCHITECTURE.md. */
export type Numerics = "strict" | "fused";

export interface Arithmetic {
  readonly numerics: Numerics;
  /** Of the vectors; no result depends on them. */
  readonly vectorBits: 128 | 256;
}

export interface Evaluation {
  readonly episodes: number;
  readonly mean: number;
  readonly std: number;
}

export interface Library {
  readonly algorithms: readonly AlgorithmSpec[];
  readonly environments: Registry;
  /** The same with environments of one's own beside them; `versions` tells what their code is. */
  with(own: readonly (EnvironmentDefinition | EnvironmentEntry)[], versions: Readonly<Record<string, string>>): Library;
  /** Versions of the packages whose code decides what is learned. */
  readonly versions: Readonly<Record<string, string>>;
  /** Puts the arithmetic in force: the wanted tier or the best one, and with `widen` vectors of 256 bits where they change no bit. */
  selectArithmetic(wanted: { readonly numerics?: Numerics; readonly widen?: boolean }): Promise<Arithmetic>;
  createRandom(seed: number): Random;
  /** Plays evaluation episodes; yields the return of each. */
  playEpisodes(
    agent: Agent,
    environment: EnvironmentDefinition,
    options: { readonly episodes: number; readonly seed: number },
  ): AsyncGenerator<number, void, void>;
  summarise(returns: readonly number[]): Evaluation;
  /** Consumes events, giving the event loop its turn; resolves at the end or, soon after an abort, at an event. */
  drive<Event>(
    events: AsyncGenerator<Event, void, void>,
    options: {
      readonly sliceMilliseconds: number;
      readonly onEvent: (event: Event) => void;
      readonly signal: AbortSignal;
    },
  ): Promise<boolean>;
}
