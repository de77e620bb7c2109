// @agon/metrics: how good predictions are, over batches or at once.
export { accuracy, type AccuracyOptions } from "./accuracy.ts";
export {
  bleu,
  type BleuOptions,
  type BleuScore,
  bleuScore,
  type References,
  type Sentence,
  sentenceBleu,
} from "./bleu.ts";
export type { ClassOptions } from "./classes.ts";
export {
  type Average,
  type AveragedMetric,
  type AverageOptions,
  type ConfusionMatrix,
  confusionMatrix,
  type ConfusionOptions,
  f1,
  matthewsCorrelation,
  type PerClassOptions,
  precision,
  recall,
} from "./confusion.ts";
export { characterErrorRate, editDistance, tokenErrorRate, wordErrorRate } from "./edit-distance.ts";
export { entities, type Entity, type EntityRates, type EntityScore, entityScore } from "./entities.ts";
export type { Metric, MetricState, Plain, RunningMetric } from "./metric.ts";
export type { Numbers, TensorLike } from "./numbers.ts";
export { brierScore, logLoss, perplexity, type PredictionKind, type ProbabilityOptions } from "./probabilities.ts";
export {
  auc,
  type AucOptions,
  averagePrecision,
  type MulticlassOptions,
  type PrecisionRecallCurve,
  precisionRecallCurve,
  type RocCurve,
  rocCurve,
  type RocOptions,
} from "./ranking.ts";
export {
  explainedVariance,
  mae,
  maxError,
  meanAbsolutePercentageError,
  medianAbsoluteError,
  mse,
  r2,
  type RegressionMetric,
  rmse,
} from "./regression.ts";
export { tokenize13a } from "./tokenize-13a.ts";
