// The list of algorithms: what the CLI's verbs and the arena's menus are made from.
import type { EnvironmentDefinition } from "@agon/env";
import type { Agent } from "./agent.ts";

/** One option of an algorithm, with everything needed to show it, check it and document it. */
export interface OptionSpec {
  readonly key: string;
  readonly default: number | boolean | string | readonly number[];
  /** One line: meaning, unit, source. */
  readonly description: string;
  /** Bounds of a number, inclusive. */
  readonly minimum?: number;
  readonly maximum?: number;
  readonly integer?: boolean;
  /** Allowed values of a string. */
  readonly choices?: readonly string[];
  /** May be changed while training (arena sliders); the others need a new agent. */
  readonly live?: boolean;
}

export interface AlgorithmSpec {
  /** "dqn", "ppo", "sac", "q-learning", … */
  readonly name: string;
  readonly title: string;
  /** One line for menus. */
  readonly summary: string;
  readonly options: readonly OptionSpec[];
  /** Learns a table: no tensors take part. */
  readonly tabular?: boolean;
  /** Null where the algorithm fits the environment, else the reason why not, as one clear line. */
  fits(environment: EnvironmentDefinition): string | null;
  /** Tuned options for an environment id, laid over the defaults. */
  tuned(environmentId: string): Readonly<Record<string, unknown>>;
  create(
    environment: EnvironmentDefinition,
    options: Readonly<Record<string, unknown>> & { readonly seed: number },
  ): Agent;
}
