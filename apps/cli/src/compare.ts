// agon compare: every algorithm on every environment with every seed, each run in a process of its own, over all cores.
import { bootstrapInterval, interquartileMean, type Interval, mean } from "@agon/runs";
import { BadInput } from "./failure.ts";
import type { Library, Numerics } from "./library.ts";
import { assignOptions, takesOption } from "./options.ts";
import { alignedTable, scoreDigits } from "@agon/runs";
import { buildEnvironment, findAlgorithm, findEnvironment } from "./settings.ts";
import type { Surroundings, TrainResult } from "./train.ts";
import { inParallel, runInProcess, type RunTraining } from "./training-processes.ts";

export interface ComparisonPlan {
  readonly algorithms: readonly string[];
  readonly environments: readonly string[];
  /** Each goes to the runs whose algorithm or environment has it. */
  readonly options: Readonly<Record<string, string>>;
  readonly environmentModule: string | undefined;
  readonly seeds: readonly number[];
  readonly steps: number;
  readonly episodes: number;
  readonly numerics: Numerics | undefined;
  /** Vectors of 256 bits, where they change no bit. */
  readonly allowWide: boolean;
  /** Processes at a time. */
  readonly workers: number;
}

export interface ComparisonRow {
  readonly algorithm: string;
  readonly environment: string;
  readonly seeds: number;
  /** Of the evaluation means of the seeds. */
  readonly mean: number;
  readonly interquartileMean: number;
  /** 95% bootstrap interval of the mean. */
  readonly interval: Interval;
  /** Mean training time of one run. */
  readonly seconds: number;
  readonly scores: readonly number[];
}

export interface Comparison {
  readonly steps: number;
  readonly numerics: Numerics;
  readonly rows: readonly ComparisonRow[];
}

interface Pair {
  readonly algorithm: string;
  readonly environment: string;
  /** Of `plan.options`, those that apply. */
  readonly keys: readonly string[];
}

export const compare = async (
  library: Library,
  plan: ComparisonPlan,
  surroundings: Surroundings,
  run: RunTraining = runInProcess,
): Promise<Comparison> => {
  const pairs = checkedPairs(library, plan);
  const runs = pairs.flatMap((pair) => plan.seeds.map((seed) => ({ pair, seed })));
  const results = await inParallel(
    runs,
    plan.workers,
    ({ pair, seed }, signal) => run(trainParameters(plan, pair, seed), signal),
    surroundings,
  );
  const rows = pairs.map((pair, i) =>
    summarise(library, pair, results.slice(i * plan.seeds.length, (i + 1) * plan.seeds.length)),
  );
  return { steps: plan.steps, numerics: results[0].numerics, rows };
};

/** Everything is checked before the first run starts. */
const checkedPairs = (library: Library, plan: ComparisonPlan): Pair[] => {
  const algorithms = plan.algorithms.map((name) => findAlgorithm(library, name));
  const environments = plan.environments.map((id) => findEnvironment(library, id));
  const keys = Object.keys(plan.options);
  for (const key of keys) {
    const known = algorithms.some((algorithm) => environments.some((spec) => takesOption(algorithm, spec, key)));
    if (!known) throw new BadInput(`--set ${key}: none of the algorithms and environments has such an option.`);
  }
  return environments.flatMap((spec) =>
    algorithms.map((algorithm) => {
      const applying = keys.filter((key) => takesOption(algorithm, spec, key));
      const options = Object.fromEntries(applying.map((key) => [key, plan.options[key]]));
      const assigned = assignOptions(algorithm, spec, options);
      const misfit = algorithm.fits(buildEnvironment(library, spec.id, assigned.environment));
      if (misfit !== null) throw new BadInput(misfit);
      return { algorithm: algorithm.name, environment: spec.id, keys: applying };
    }),
  );
};

const trainParameters = (plan: ComparisonPlan, { algorithm, environment, keys }: Pair, seed: number): string[] => [
  algorithm,
  environment,
  "--seed",
  `${seed}`,
  "--steps",
  `${plan.steps}`,
  "--episodes",
  `${plan.episodes}`,
  ...keys.flatMap((key) => ["--set", `${key}=${plan.options[key]}`]),
  ...(plan.numerics === undefined ? [] : ["--numerics", plan.numerics]),
  ...(plan.allowWide ? [] : ["--no-256-bit"]),
  ...(plan.environmentModule === undefined ? [] : ["--environment-module", plan.environmentModule]),
];

const summarise = (
  library: Library,
  { algorithm, environment }: Pair,
  results: readonly TrainResult[],
): ComparisonRow => {
  const scores = results.map(({ evaluation }) => evaluation.mean);
  return {
    algorithm,
    environment,
    seeds: scores.length,
    mean: mean(scores),
    interquartileMean: interquartileMean(scores),
    interval: bootstrapInterval(scores, { random: library.createRandom(0) }),
    seconds: mean(results.map(({ seconds }) => seconds)),
    scores,
  };
};

/** The rows as a table for people. */
export const comparisonTable = (rows: readonly ComparisonRow[]): string => {
  const lines = [
    ["algorithm", "environment", "seeds", "mean", "95% interval", "IQM", "seconds"],
    ...rows.map((row) => [
      row.algorithm,
      row.environment,
      String(row.seeds),
      scoreDigits(row.mean),
      `${scoreDigits(row.interval.low)} – ${scoreDigits(row.interval.high)}`,
      scoreDigits(row.interquartileMean),
      row.seconds.toFixed(1),
    ]),
  ];
  return alignedTable(lines, 2);
};
