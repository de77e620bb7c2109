// agon bench scores: runs what is missing of the rows of docs/scores.md, a record for each run, and writes the page from the records.
import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { arch, availableParallelism, cpus, platform, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import {
  EVALUATION_EPISODES,
  isCurrent,
  type OptionValue,
  type PlannedRun,
  planOf,
  readRecords,
  type RowSummary,
  scoreOf,
  type ScoreRecord,
  type ScoreRow,
  scoreRows,
  scoresPage,
  summariseCurve,
  summariseRow,
  writeCurves,
  writeRecord,
} from "@agon/bench/scores";
import type { EpisodeEvent } from "@agon/rl";
import type { Json, RunSpec } from "@agon/runs";
import { RunFolder, writeFileAtomic } from "@agon/runs/node";
import { BadInput } from "./failure.ts";
import type { Library } from "./library.ts";
import { resolveSettings, type Settings, unknownName } from "./settings.ts";
import { environmentOptions, restoreAgent, type Surroundings } from "./train.ts";
import { inParallel, runInProcess, type RunTraining } from "./training-processes.ts";

export interface ScoresRequest {
  /** Names of rows, with * for any letters; undefined: all. */
  readonly only: readonly string[] | undefined;
  /** Only the rows of seconds. */
  readonly quick: boolean;
  /** At most so many seeds of each row; undefined: as many as it has. */
  readonly seeds: number | undefined;
  /** Runs nothing: writes the page from the records there are. */
  readonly pageOnly: boolean;
  /** Processes at a time. */
  readonly workers: number;
  /** Holds scores.md, scores/ and algorithms/. */
  readonly folder: string;
}

export interface ScoresReport {
  /** Runs made now. */
  readonly run: number;
  readonly rows: readonly RowSummary[];
  readonly page: string;
}

/** The repository's own documents. */
export const DOCUMENTS: string = fileURLToPath(new URL("../../../docs", import.meta.url));

interface Missing {
  readonly row: ScoreRow;
  readonly seed: number;
}

export const runScores = async (
  library: Library,
  { only, quick, seeds, pageOnly, workers, folder }: ScoresRequest,
  surroundings: Surroundings,
  run: RunTraining = runInProcess,
): Promise<ScoresReport> => {
  const records = join(folder, "scores");
  const chosen = choose(only).filter((row) => !quick || row.quick === true);
  const known = await currentRecords(library, records, scoreRows);
  const missing = pageOnly ? [] : chosen.flatMap((row) => missingOf(row, seeds ?? row.seeds, known));
  const commit = await currentCommit();
  try {
    await inParallel(
      missing,
      workers,
      async ({ row, seed }, signal) => {
        const record = await recordRun(library, { row, seed }, commit, run, signal);
        await writeRecord(records, row, record);
        known.get(row.id)?.set(seed, record);
      },
      surroundings,
    );
  } finally {
    // Also of what was reached when it was stopped.
    await writePages(folder, known);
  }
  return { run: missing.length, rows: summaries(chosen, known), page: join(folder, "scores.md") };
};

const missingOf = (row: ScoreRow, seeds: number, known: Known): Missing[] => {
  const wanted = Array.from({ length: Math.min(row.seeds, seeds) }, (_, i) => i + 1);
  return wanted.filter((seed) => !known.get(row.id)?.has(seed)).map((seed) => ({ row, seed }));
};

const choose = (patterns: readonly string[] | undefined): readonly ScoreRow[] => {
  if (patterns === undefined) return scoreRows;
  const rows = patterns.map((pattern) => {
    const parts = pattern.split("*").map((part) => part.replace(/[^\w-]/g, "\\$&"));
    const found = scoreRows.filter(({ id }) => new RegExp(`^${parts.join(".*")}$`).test(id));
    if (found.length > 0) return found;
    throw unknownName(
      "row",
      pattern,
      scoreRows.map(({ id }) => id),
    );
  });
  return scoreRows.filter((row) => rows.flat().includes(row));
};

type Known = ReadonlyMap<string, Map<number, ScoreRecord>>;

/** Records that the rows as they stand now would still give; the others are as good as none. */
const currentRecords = async (library: Library, folder: string, rows: readonly ScoreRow[]): Promise<Known> => {
  await library.selectArithmetic({});
  const known = new Map<string, Map<number, ScoreRecord>>();
  for (const row of rows) {
    const planned = plannedRun(library, row);
    const records = [...(await readRecords(folder, row))];
    const current = records.filter(([seed, record]) => seed <= row.seeds && isCurrent(record, planned));
    known.set(row.id, new Map(current));
  }
  return known;
};

const settingsOf = (library: Library, row: ScoreRow, seed: number): Settings =>
  resolveSettings(library, { ...row, maxEpisodes: row.episodes, seed, episodes: EVALUATION_EPISODES });

/** The run's options with defaults filled in: those that an agent says it has. */
const plannedRun = (library: Library, row: ScoreRow): PlannedRun => {
  const { algorithm, environment, options } = settingsOf(library, row, 0);
  const agent = algorithm.create(environment, { ...options, seed: 0 });
  return {
    spec: {
      algorithm: algorithm.name,
      environment: environment.id,
      ...environmentOptions(environment),
      options: agent.options as Readonly<Record<string, Json>>,
    },
    plan: planOf(row),
  };
};

/** Trains in a process and a folder of its own, and reads there what the record needs. */
const recordRun = async (
  library: Library,
  { row, seed }: Missing,
  commit: string,
  run: RunTraining,
  signal: AbortSignal,
): Promise<ScoreRecord> => {
  const path = await mkdtemp(join(tmpdir(), "agon-scores-"));
  try {
    const result = await run([...trainParameters(row, seed), "--out", path], signal);
    const folder = await RunFolder.open(path);
    const episodes = (await folder.readMetrics()) as EpisodeEvent[];
    const { mean, std } = result.evaluation;
    return {
      spec: folder.spec satisfies RunSpec,
      plan: planOf(row),
      score: await score(library, row, seed, folder, { episodes, evaluation: result.evaluation }),
      steps: result.steps,
      evaluation: { mean, std },
      episodes: episodes.length,
      seconds: Number(result.processorSeconds.toFixed(2)),
      curve: summariseCurve(episodes, result.steps),
      curveHash: result.curveHash,
      commit,
      machine: `${cpus()[0]?.model.trim() || arch()}, ${availableParallelism()} cores, ${platform()}`,
      node: process.version,
    };
  } finally {
    await rm(path, { recursive: true, force: true });
  }
};

const trainParameters = (
  { algorithm, environment, options = {}, steps, episodes }: ScoreRow,
  seed: number,
): string[] => [
  algorithm,
  environment,
  "--seed",
  `${seed}`,
  "--steps",
  `${steps}`,
  ...(episodes === undefined ? [] : ["--max-episodes", `${episodes}`]),
  "--episodes",
  `${EVALUATION_EPISODES}`,
  ...Object.entries(options).flatMap(([key, value]: [string, OptionValue]) => ["--set", `${key}=${String(value)}`]),
];

/** By the trained agent itself, where more than its evaluation is asked for. */
const score = async (
  library: Library,
  row: ScoreRow,
  seed: number,
  folder: RunFolder,
  {
    episodes,
    evaluation,
  }: { readonly episodes: readonly EpisodeEvent[]; readonly evaluation: { readonly mean: number } },
): Promise<number> => {
  const { algorithm, environment, options } = settingsOf(library, row, seed);
  const agent = algorithm.create(environment, { ...options, seed });
  await restoreAgent(folder, agent);
  return scoreOf(row.measure, { agent, environment, returns: episodes.map((each) => each.return), evaluation });
};

const summaries = (rows: readonly ScoreRow[], known: Known): RowSummary[] => {
  const bySeed = (id: string): ScoreRecord[] =>
    [...(known.get(id) ?? [])].sort(([a], [b]) => a - b).map(([, record]) => record);
  const others = new Map(scoreRows.map(({ id }) => [id, bySeed(id)]));
  return rows.map((row) => summariseRow(row, bySeed(row.id), others));
};

const writePages = async (folder: string, known: Known): Promise<void> => {
  const all = summaries(scoreRows, known);
  await writeFileAtomic(join(folder, "scores.md"), scoresPage(all));
  await writeCurves(folder, all);
};

/** The commit whose code runs, with "+" where the code was changed since. */
const currentCommit = async (): Promise<string> => {
  const git = async (...parameters: string[]): Promise<string> =>
    (await promisify(execFile)("git", parameters, { cwd: join(DOCUMENTS, "..") })).stdout.trim();
  try {
    const changed = await git("status", "--porcelain", "--", "packages", "environments", "apps");
    return `${await git("rev-parse", "--short", "HEAD")}${changed === "" ? "" : "+"}`;
  } catch (error) {
    throw new BadInput(
      `bench scores notes the commit in each record, and git cannot tell it: ${(error as Error).message}`,
    );
  }
};

/** A line for each row, for people. */
export const scoresText = ({ run, rows, page }: ScoresReport): string => {
  const lines = rows.map(({ row, records, interquartileMean, passed }) => {
    const sign = passed === null ? " " : passed ? "✓" : "✗";
    const centre = records.length === 0 ? "–" : interquartileMean.toFixed(3);
    return `${sign} ${row.id.padEnd(28)} ${centre.padStart(10)}  ${records.length} of ${row.seeds} seeds`;
  });
  return [...lines, `${run} runs made; ${page}`].join("\n");
};
