// The score of a policy: episodes on an environment of its own, with its own seeds.
import { type EnvironmentDefinition, make } from "@agon/env";
import type { Agent } from "./agent.ts";

export interface Evaluation {
  readonly episodes: number;
  readonly mean: number;
  /** Sample standard deviation over episodes. */
  readonly std: number;
  readonly standardError: number;
  readonly returns: readonly number[];
}

/** Plays whole episodes with `agent.act`; nothing of the agent changes. */
export const evaluate = async (
  agent: Pick<Agent, "act">,
  definition: EnvironmentDefinition,
  { episodes = 100, seed = 0 }: { readonly episodes?: number; readonly seed?: number } = {},
): Promise<Evaluation> => {
  if (!Number.isInteger(episodes) || episodes < 1)
    throw new Error(`evaluate: episodes is ${episodes}; expected a positive whole number.`);
  const environment = make(definition);
  const returns: number[] = [];
  for (let episode = 0; episode < episodes; episode++) {
    const observation = environment.reset(episode === 0 ? { seed } : {}).observation.slice();
    let total = 0;
    do {
      total += environment.stepInto(agent.act(observation), observation);
    } while (!environment.terminated && !environment.truncated);
    returns.push(total);
  }
  environment.close();
  const mean = returns.reduce((sum, x) => sum + x, 0) / episodes;
  const std = episodes > 1 ? Math.sqrt(returns.reduce((sum, x) => sum + (x - mean) ** 2, 0) / (episodes - 1)) : 0;
  return { episodes, mean, std, standardError: std / Math.sqrt(episodes), returns };
};
