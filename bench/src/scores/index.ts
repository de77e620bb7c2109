// @agon/bench/scores: the rows of docs/scores.md, their records, and the page made from them.
export { writeCurves } from "./algorithm-pages.ts";
export { scoreOf } from "./measure.ts";
export { scoresPage } from "./page.ts";
export {
  type CurveSummary,
  isCurrent,
  type PlannedRun,
  planOf,
  readRecords,
  type ScoreRecord,
  summariseCurve,
  writeRecord,
} from "./record.ts";
export { EVALUATION_EPISODES, type OptionValue, type ScoreRow } from "./row.ts";
export { scoreRows } from "./rows.ts";
export { type RowSummary, summariseRow } from "./summary.ts";
