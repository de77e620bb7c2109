// @agon/runs: what is kept of a training run, and what may be concluded from several.
export { alignedTable } from "./aligned-table.ts";
export { type CurveParameters, CurveRecorder, createCurveRecorder } from "./curve-recorder.ts";
export { type DriveOptions, drive } from "./drive.ts";
export {
  bar,
  createStatusLine,
  duration,
  type Position,
  progressText,
  scoreDigits,
  type StatusLine,
  type Terminal,
} from "./progress.ts";
export { canonicalJson, type Json, type RunSpec, runId } from "./spec.ts";
export {
  type BootstrapOptions,
  bootstrapInterval,
  type Interval,
  interquartileMean,
  mean,
  quantile,
  standardDeviation,
  standardError,
} from "./statistics.ts";
