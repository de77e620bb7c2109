// What the records of a row say together: centre, spread, interval, and whether the bar is met.
import { createRandom } from "@agon/random";
import { bootstrapInterval, type Interval, interquartileMean, mean, standardDeviation } from "@agon/runs";
import type { ScoreRecord } from "./record.ts";
import type { ScoreRow } from "./row.ts";

export interface RowSummary {
  readonly row: ScoreRow;
  /** By seed, in order: those of the row that are up to date. */
  readonly records: readonly ScoreRecord[];
  readonly mean: number;
  /** Over seeds; NaN for fewer than two. */
  readonly std: number;
  readonly interquartileMean: number;
  /** 95% bootstrap interval of the interquartile mean. */
  readonly interval: Interval | null;
  /** Means over the runs. */
  readonly steps: number;
  readonly seconds: number;
  /** How many seeds reach the bar by themselves; null where there is none, or nothing to compare with. */
  readonly reached: number | null;
  /** Null while seeds are missing, or where there is no bar. */
  readonly passed: boolean | null;
}

export const summariseRow = (
  row: ScoreRow,
  records: readonly ScoreRecord[],
  others: ReadonlyMap<string, readonly ScoreRecord[]>,
): RowSummary => {
  const scores = records.map(({ score }) => score);
  const measured = scores.length > 0;
  const centre = measured ? interquartileMean(scores) : Number.NaN;
  const judged = judge(row, records, centre, others);
  const statistic = interquartileMean;
  return {
    row,
    records,
    mean: mean(scores),
    std: standardDeviation(scores),
    interquartileMean: centre,
    interval: measured ? bootstrapInterval(scores, { random: createRandom(0), statistic }) : null,
    steps: mean(records.map(({ steps }) => steps)),
    seconds: mean(records.map(({ seconds }) => seconds)),
    ...judged,
  };
};

const judge = (
  row: ScoreRow,
  records: readonly ScoreRecord[],
  centre: number,
  others: ReadonlyMap<string, readonly ScoreRecord[]>,
): Pick<RowSummary, "reached" | "passed"> => {
  const bars = barsBySeed(row, records, others);
  if (bars === null) return { reached: null, passed: null };
  const reaches = (i: number): boolean =>
    row.bar?.kind === "above" ? records[i].score > bars[i] : records[i].score >= bars[i];
  const reached = records.filter((_, i) => reaches(i)).length;
  if (records.length < row.seeds) return { reached, passed: null };
  const whole = row.bar?.kind === "above" || centre >= interquartileMean(bars);
  return { reached, passed: whole && reached >= row.needed };
};

/** The score that each of the records has to reach; null where that is not known. */
const barsBySeed = (
  { bar }: ScoreRow,
  records: readonly ScoreRecord[],
  others: ReadonlyMap<string, readonly ScoreRecord[]>,
): number[] | null => {
  if (bar === undefined) return null;
  if (bar.kind === "at least") return records.map(() => bar.score);
  const other = others.get(bar.row) ?? [];
  if (other.length < records.length || other.length === 0) return null;
  if (bar.kind === "at least as") return records.map(() => interquartileMean(other.map(({ score }) => score)));
  return records.map(({ spec }) => other.find((each) => each.spec.seed === spec.seed)?.score ?? Number.NaN);
};
