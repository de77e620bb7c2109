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

export interface EvaluateOptions {
  readonly episodes?: number;
  /** Of the first episode; the others follow in the same stream. */
  readonly seed?: number;
  /** An episode is cut here, even where the environment has no time limit: an untrained policy may walk in circles. */
  readonly maxSteps?: number;
}

/** Plays whole episodes with `agent.act` and gives their statistics; nothing of the agent changes. */
export const evaluate = async (
  agent: Pick<Agent, "act">,
  definition: EnvironmentDefinition,
  options: EvaluateOptions = {},
): Promise<Evaluation> => {
  const returns: number[] = [];
  for await (const total of playEpisodes(agent, definition, options)) returns.push(total);
  return summarise(returns);
};

/** The same one by one, for `drive`: yields the undiscounted return of every episode. */
export async function* playEpisodes(
  agent: Pick<Agent, "act">,
  definition: EnvironmentDefinition,
  { episodes = 100, seed = 0, maxSteps = 10_000 }: EvaluateOptions = {},
): AsyncGenerator<number, void, void> {
  if (!Number.isInteger(episodes) || episodes < 1)
    throw new Error(`evaluate: episodes is ${episodes}; expected a positive whole number.`);
  const environment = make(definition);
  for (let episode = 0; episode < episodes; episode++) {
    const observation = environment.reset(episode === 0 ? { seed } : {}).observation.slice();
    let total = 0;
    for (let step = 0; step < maxSteps && !environment.terminated && !environment.truncated; step++)
      total += environment.stepInto(agent.act(observation), observation);
    yield total;
  }
  environment.close();
}

/** The statistics of returns that `playEpisodes` gave. */
export const summarise = (returns: readonly number[]): Evaluation => {
  const episodes = returns.length;
  const mean = returns.reduce((sum, x) => sum + x, 0) / episodes;
  const std = episodes > 1 ? Math.sqrt(returns.reduce((sum, x) => sum + (x - mean) ** 2, 0) / (episodes - 1)) : 0;
  return { episodes, mean, std, standardError: std / Math.sqrt(episodes), returns };
};
