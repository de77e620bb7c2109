// @agon/runs: what is kept of a training run, and what may be concluded from several.
export { type CurveParameters, CurveRecorder, createCurveRecorder } from "./curve-recorder.ts";
