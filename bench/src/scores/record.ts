// What is kept of a finished run: a small JSON file, docs/scores/<row>/<seed>.json.
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { canonicalJson, type RunSpec } from "@agon/runs";
import { writeFileAtomic } from "@agon/runs/node";
import { EVALUATION_EPISODES, type Measure, type ScoreRow } from "./row.ts";

/** The mean return of the episodes that ended in each stretch of training; null where none did. */
export interface CurveSummary {
  /** Environment steps of a stretch. */
  readonly stretch: number;
  readonly returns: readonly (number | null)[];
}

/** What is asked of a run beside its spec. */
export interface RecordPlan {
  readonly steps: number;
  readonly episodes?: number;
  readonly measure: Measure;
  readonly evaluationEpisodes: number;
}

export interface ScoreRecord {
  /** Whole: everything that the result depends on. */
  readonly spec: RunSpec;
  /** As the row asked for it. */
  readonly plan: RecordPlan;
  readonly score: number;
  /** Environment steps of training; agents of several environments round up. */
  readonly steps: number;
  /** Of the evaluation's episodes. */
  readonly evaluation: { readonly mean: number; readonly std: number };
  /** Episodes of training. */
  readonly episodes: number;
  /** Processor time of training. */
  readonly seconds: number;
  readonly curve: CurveSummary;
  readonly curveHash: string;
  /** Of the code; "+" after it: with changes that were not committed. */
  readonly commit: string;
  readonly machine: string;
  readonly node: string;
}

/** A run before it is run. */
export interface PlannedRun {
  readonly spec: Pick<RunSpec, "algorithm" | "environment" | "environmentOptions" | "options">;
  readonly plan: RecordPlan;
}

export const planOf = ({ steps, episodes, measure }: ScoreRow): RecordPlan => ({
  steps,
  ...(episodes === undefined ? {} : { episodes }),
  measure,
  evaluationEpisodes: EVALUATION_EPISODES,
});

/** Whether the run as it is planned now would be the one that the record tells of. */
export const isCurrent = ({ spec, plan }: ScoreRecord, planned: PlannedRun): boolean => {
  const { algorithm, environment, environmentOptions, options } = spec;
  const recorded = { spec: { algorithm, environment, environmentOptions, options }, plan };
  return canonicalJson(recorded) === canonicalJson(planned);
};

const POINTS = 50;

/** Some fifty points of a learning curve. */
export const summariseCurve = (
  episodes: readonly { readonly step: number; readonly return: number }[],
  steps: number,
): CurveSummary => {
  const stretch = Math.ceil(steps / POINTS);
  const sums = new Float64Array(POINTS);
  const counts = new Float64Array(POINTS);
  for (const episode of episodes) {
    const index = Math.min(POINTS - 1, Math.floor((episode.step - 1) / stretch));
    sums[index] += episode.return;
    counts[index]++;
  }
  const returns = Array.from(sums, (sum, i) => (counts[i] === 0 ? null : Number((sum / counts[i]).toPrecision(5))));
  return { stretch, returns };
};

/** The records of a row by seed. */
export const readRecords = async (folder: string, row: ScoreRow): Promise<Map<number, ScoreRecord>> => {
  const names = await readdir(join(folder, row.id)).catch(() => []);
  const records = new Map<number, ScoreRecord>();
  for (const name of names.filter((each) => /^\d+\.json$/.test(each))) {
    const path = join(folder, row.id, name);
    try {
      records.set(Number.parseInt(name, 10), JSON.parse(await readFile(path, "utf8")) as ScoreRecord);
    } catch (error) {
      throw new Error(`${path} holds no record: ${(error as Error).message} Delete it; its run is then run anew.`);
    }
  }
  return records;
};

export const writeRecord = (folder: string, row: ScoreRow, record: ScoreRecord): Promise<void> =>
  writeFileAtomic(join(folder, row.id, `${record.spec.seed}.json`), recordText(record));

/** A line for each field: short to read, and a change shows where it is. */
const recordText = (record: ScoreRecord): string =>
  `{\n${Object.entries(record)
    .map(([key, value]) => `  ${JSON.stringify(key)}: ${JSON.stringify(value)}`)
    .join(",\n")}\n}\n`;
