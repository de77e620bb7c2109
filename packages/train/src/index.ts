// @agon/train: the training loop, evaluation, early stopping, checkpoints, and what goes on inside a network.
export {
  type ActivationFigures,
  type Diagnostics,
  diagnose,
  type GradientFigures,
} from "./diagnostics.ts";
export { EarlyStopping, type EarlyStoppingOptions, type EarlyStoppingState } from "./early-stopping.ts";
export { type EvaluateOptions, evaluate } from "./evaluate.ts";
export type { Batch, BatchOptions, Examples, Pair } from "./examples.ts";
export { fit, type FitOptions } from "./fit.ts";
export type { Metric, MetricStream } from "./metric.ts";
export { type BatchEvent, type EpochEvent, type FitEvent, Trainer, type TrainerOptions } from "./trainer.ts";
