// @agon/train: the training loop, evaluation, early stopping, checkpoints, and what goes on inside a network.
export {
  type ActivationFigures,
  type Diagnostics,
  diagnose,
  type GradientFigures,
} from "./diagnostics.ts";
export { EarlyStopping, type EarlyStoppingOptions, type EarlyStoppingState } from "./early-stopping.ts";
export { type EvaluateOptions, evaluate } from "./evaluate.ts";
export type { Batch, BatchRequest, Examples, Pair } from "./examples.ts";
export { fit, type FitOptions } from "./fit.ts";
export type { MetricLike, MetricStream } from "./metric-like.ts";
export { type BatchEvent, type EpochEvent, type FitEvent, Trainer, type TrainerOptions } from "./trainer.ts";
// Metrics as they are told of: evaluate(model, test, { accuracy }).
export * from "@agon/metrics";
