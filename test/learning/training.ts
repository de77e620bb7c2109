// How the learning tests train and score: on the backend and with the seeds of evaluation that the command line uses.
import type { EnvironmentDefinition } from "@agon/env";
import { type Agent, type AlgorithmSpec, drive, evaluate } from "@agon/rl";
import { selectBackend } from "@agon/tensor";

export interface Score {
  readonly seed: number;
  /** Mean return over 100 episodes of the evaluated policy. */
  readonly mean: number;
  /** Of one core, for training alone: the process's own time, whatever else the machine is busy with. */
  readonly seconds: number;
}

/** Trains one agent for each of the seeds 1–5 and scores each on 100 episodes of their own. */
export const scores = async (
  algorithm: AlgorithmSpec,
  environment: EnvironmentDefinition,
  steps: number,
  options: Readonly<Record<string, unknown>> = {},
): Promise<Score[]> => {
  await selectBackend("wasm", "js");
  const found: Score[] = [];
  for (let seed = 1; seed <= 5; seed++) {
    const agent: Agent = algorithm.create(environment, { ...algorithm.tuned(environment.id), ...options, seed });
    const start = process.cpuUsage();
    await drive(agent.train({ steps }));
    const { user, system } = process.cpuUsage(start);
    const seconds = (user + system) / 1e6;
    const { mean } = await evaluate(agent, environment, { episodes: 100, seed: 1_000_000 + seed });
    found.push({ seed, mean, seconds });
  }
  const shown = found.map(({ mean, seconds }) => `${mean.toFixed(1)} (${seconds.toFixed(1)} s)`);
  console.info(`${algorithm.name} on ${environment.id}, seeds 1–5: ${shown.join(", ")}`);
  return found;
};

/** How many of the scores are at least the bar. */
export const reaching = (bar: number, found: readonly Score[]): number =>
  found.filter(({ mean }) => mean >= bar).length;
