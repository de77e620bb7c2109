// agon compare: every algorithm on every environment with every seed, each run in a process of its own, over all cores.
import { spawn } from "node:child_process";
import { bootstrapInterval, interquartileMean, type Interval, mean } from "@agon/runs";
import { Interrupted } from "./failure.ts";
import type { Library } from "./library.ts";
import type { Surroundings, TrainResult } from "./train.ts";

export interface ComparisonPlan {
  readonly algorithms: readonly string[];
  readonly environments: readonly string[];
  readonly seeds: readonly number[];
  readonly steps: number;
  readonly episodes: number;
  readonly numerics: string | undefined;
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

/** Runs `agon train …` with these arguments and returns what it printed as JSON. */
export type RunTraining = (parameters: readonly string[], signal: AbortSignal) => Promise<TrainResult>;

export const compare = async (
  library: Library,
  plan: ComparisonPlan,
  surroundings: Surroundings,
  run: RunTraining = runInProcess,
): Promise<ComparisonRow[]> => {
  const pairs = plan.environments.flatMap((environment) =>
    plan.algorithms.map((algorithm) => ({ algorithm, environment })),
  );
  const runs = pairs.flatMap((pair) => plan.seeds.map((seed) => ({ ...pair, seed })));
  let finished = 0;
  const results = await inParallel(
    runs,
    plan.workers,
    async ({ algorithm, environment, seed }, signal) => {
      const parameters = [algorithm, environment, "--seed", seed, "--steps", plan.steps, "--episodes", plan.episodes];
      if (plan.numerics !== undefined) parameters.push("--numerics", plan.numerics);
      const result = await run(parameters.map(String), signal);
      finished++;
      if (surroundings.stderr.isTTY === true) surroundings.stderr.write(`\r\u001b[2K${finished}/${runs.length} runs`);
      return result;
    },
    surroundings.signal,
  );
  if (surroundings.stderr.isTTY === true) surroundings.stderr.write("\r\u001b[2K");
  return pairs.map((pair, i) =>
    summarise(library, pair, results.slice(i * plan.seeds.length, (i + 1) * plan.seeds.length)),
  );
};

const summarise = (
  library: Library,
  pair: { readonly algorithm: string; readonly environment: string },
  results: readonly TrainResult[],
): ComparisonRow => {
  const scores = results.map(({ evaluation }) => evaluation.mean);
  return {
    ...pair,
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
      row.mean.toFixed(1),
      `${row.interval.low.toFixed(1)} – ${row.interval.high.toFixed(1)}`,
      row.interquartileMean.toFixed(1),
      row.seconds.toFixed(1),
    ]),
  ];
  const widths = lines[0].map((_, column) => Math.max(...lines.map((line) => line[column].length)));
  return lines
    .map((line) =>
      line.map((cell, column) => (column < 2 ? cell.padEnd(widths[column]) : cell.padStart(widths[column]))).join("  "),
    )
    .join("\n");
};

/** Results in the order of the items; the first failure stops the others and is thrown. */
const inParallel = async <Item, Result>(
  items: readonly Item[],
  workers: number,
  work: (item: Item, signal: AbortSignal) => Promise<Result>,
  signal: AbortSignal,
): Promise<Result[]> => {
  const failure = new AbortController();
  const stop = AbortSignal.any([signal, failure.signal]);
  const results: Result[] = new Array(items.length);
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < items.length && !stop.aborted) {
      const index = next++;
      results[index] = await work(items[index], stop);
    }
  };
  const outcomes = await Promise.allSettled(
    Array.from({ length: Math.min(workers, items.length) }, async () => {
      try {
        await worker();
      } catch (error) {
        if (!failure.signal.aborted) failure.abort(error);
      }
    }),
  );
  if (signal.aborted) throw new Interrupted("stopped before all runs were finished.");
  if (failure.signal.aborted) throw failure.signal.reason;
  if (outcomes.length === 0) throw new Error("internal: no worker ran.");
  return results;
};

/** This very program as a child process. */
const runInProcess: RunTraining = (parameters, signal) =>
  new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [...process.execArgv, process.argv[1], "train", ...parameters, "--json"], {
      stdio: ["ignore", "pipe", "pipe"],
      signal,
      killSignal: "SIGINT",
    });
    let output = "";
    let complaint = "";
    child.stdout.on("data", (chunk: Buffer) => (output += chunk.toString()));
    child.stderr.on("data", (chunk: Buffer) => (complaint += chunk.toString()));
    child.on("error", reject);
    child.on("close", (code) => {
      if (code === 0) return resolve(JSON.parse(output.trimEnd().split("\n").at(-1) ?? ""));
      reject(childFailure(code, parameters, complaint));
    });
  });

/** Passes on what the child said, under a name that gives the same exit status. */
const childFailure = (code: number | null, parameters: readonly string[], complaint: string): Error => {
  const line =
    complaint
      .trim()
      .split("\n")
      .at(-1)
      ?.replace(/^agon: /, "") ?? "";
  const error = new Error(`${parameters.slice(0, 4).join(" ")}: ${line}`);
  error.name = { 2: "BadInput", 3: "NonFiniteError", 130: "Interrupted" }[code ?? 0] ?? "Error";
  return error;
};
