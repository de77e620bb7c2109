// The one number that a finished run is scored by.
import type { EnvironmentDefinition } from "@agon/env";
import { type Agent, policyValue } from "@agon/rl";
import { mean } from "@agon/runs";
import type { Measure } from "./row.ts";

export interface FinishedRun {
  readonly agent: Pick<Agent, "act">;
  readonly environment: EnvironmentDefinition;
  /** Returns of training's episodes, in order. */
  readonly returns: readonly number[];
  readonly evaluation: { readonly mean: number };
}

/** Online performance: what is before it is learning's beginning (Sutton & Barto 2018, Example 6.6, shows 500 episodes). */
const [ONLINE_FROM, ONLINE_TO] = [100, 500];
/** Where there is no time limit: as evaluations are cut. */
const LONGEST = 10_000;

export const scoreOf = (measure: Measure, { agent, environment, returns, evaluation }: FinishedRun): number => {
  switch (measure) {
    case "episodes":
      return evaluation.mean;
    case "exact":
      return exactValue(agent, environment);
    case "online":
      if (returns.length < ONLINE_TO)
        throw new Error(`online: training had ${returns.length} episodes, at least ${ONLINE_TO} are needed.`);
      return mean(returns.slice(ONLINE_FROM, ONLINE_TO));
  }
};

/** Expected return of the policy `agent.act` from the transition table, over all starts, within the time limit. */
const exactValue = (agent: Pick<Agent, "act">, { id, table: tableOf, maxSteps }: EnvironmentDefinition): number => {
  const table = tableOf?.();
  if (!table) throw new Error(`exact: ${id} has no transition table.`);
  const policy = Int32Array.from({ length: table.states }, (_, state) => agent.act(Float32Array.of(state)) as number);
  return policyValue(table, policy, maxSteps ?? LONGEST);
};
