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
    case "chart":
      return shareOfChart(agent);
  }
};

/** Expected return of the policy `agent.act` from the transition table, over all starts, within the time limit. */
const exactValue = (agent: Pick<Agent, "act">, { id, table: tableOf, maxSteps }: EnvironmentDefinition): number => {
  const table = tableOf?.();
  if (!table) throw new Error(`exact: ${id} has no transition table.`);
  const policy = Int32Array.from({ length: table.states }, (_, state) => agent.act(Float32Array.of(state)) as number);
  return policyValue(table, policy, maxSteps ?? LONGEST);
};

/** Up to which sum a player hits, by the dealer's card from the ace to the ten (Sutton & Barto 2018, Figure 5.2): without a usable ace, and with. */
const HITS_UP_TO = [
  [16, 12, 12, 11, 11, 11, 16, 16, 16, 16],
  [18, 17, 17, 17, 17, 17, 17, 17, 18, 18],
];
const [LEAST_SUM, GREATEST_SUM] = [12, 21];

const shareOfChart = (agent: Pick<Agent, "act">): number => {
  let [same, all] = [0, 0];
  for (const [ace, limits] of HITS_UP_TO.entries())
    for (const [i, limit] of limits.entries())
      for (let sum = LEAST_SUM; sum <= GREATEST_SUM; sum++) {
        all++;
        if (agent.act(Float32Array.of(sum, i + 1, ace)) === (sum <= limit ? 1 : 0)) same++;
      }
  return same / all;
};
