// How the learning tests train and score: on the backend and with the seeds of evaluation that the command line uses.
import type { EnvironmentDefinition } from "@agon/env";
import { type Agent, type AlgorithmSpec, drive, type EpisodeEvent, evaluate } from "@agon/rl";
import { selectBackend } from "@agon/tensor";

export interface Score {
  readonly seed: number;
  /** Mean return over 100 episodes of the evaluated policy. */
  readonly mean: number;
  /** Of one core, for training alone: the process's own time, whatever else the machine is busy with. */
  readonly seconds: number;
  /** Of one core, until the last hundred training episodes reached `solvedAt` on average; infinite where they never did. */
  readonly secondsToSolve: number;
}

/** Processor seconds of this process since it was asked to count. */
const stopwatch = (): (() => number) => {
  const start = process.cpuUsage();
  return () => {
    const { user, system } = process.cpuUsage(start);
    return (user + system) / 1e6;
  };
};

/** Trains one agent for each of the seeds 1–5 and scores each on 100 episodes of their own. */
export const scores = async (
  algorithm: AlgorithmSpec,
  environment: EnvironmentDefinition,
  steps: number,
  { solvedAt = Infinity, ...options }: Readonly<Record<string, unknown>> & { readonly solvedAt?: number } = {},
): Promise<Score[]> => {
  await selectBackend("wasm", "js");
  const found: Score[] = [];
  for (let seed = 1; seed <= 5; seed++) {
    const agent: Agent = algorithm.create(environment, { ...algorithm.tuned(environment.id), ...options, seed });
    const elapsed = stopwatch();
    const returns: number[] = [];
    let secondsToSolve = Infinity;
    const onEvent = (episode: EpisodeEvent): void => {
      returns.push(episode.return);
      if (secondsToSolve === Infinity && returns.length >= 100 && mean(returns.slice(-100)) >= solvedAt)
        secondsToSolve = elapsed();
    };
    await drive(agent.train({ steps }), { onEvent });
    const seconds = elapsed();
    const score = await evaluate(agent, environment, { episodes: 100, seed: 1_000_000 + seed });
    found.push({ seed, mean: score.mean, seconds, secondsToSolve });
  }
  const shown = found.map(({ mean, seconds }) => `${mean.toFixed(1)} (${seconds.toFixed(1)} s)`);
  console.info(`${algorithm.name} on ${environment.id}, seeds 1–5: ${shown.join(", ")}`);
  return found;
};

const mean = (values: readonly number[]): number => values.reduce((sum, x) => sum + x, 0) / values.length;

/** How many of the scores are at least the bar. */
export const reaching = (bar: number, found: readonly Pick<Score, "mean">[]): number =>
  found.filter(({ mean }) => mean >= bar).length;
