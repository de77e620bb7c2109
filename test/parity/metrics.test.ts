// Metrics as scikit-learn computes them, and BLEU and perplexity by their definitions; each at once and over batches.
import {
  accuracy,
  auc,
  averagePrecision,
  bleuScore,
  brierScore,
  confusionMatrix,
  explainedVariance,
  f1,
  logLoss,
  mae,
  matthewsCorrelation,
  maxError,
  meanAbsolutePercentageError,
  medianAbsoluteError,
  type Metric,
  mse,
  perplexity,
  precision,
  precisionRecallCurve,
  r2,
  recall,
  rmse,
  rocCurve,
  type Sentence,
} from "@agon/metrics";
import { expect } from "vitest";
import { type Adapter, describeFixture, expectOutputs, type FixtureCase, type FixtureTensor } from "./fixtures.ts";

/** One array per sample: the numbers themselves, or rows. */
const samplesOf = ({ data, shape }: FixtureTensor): number[] | number[][] =>
  shape.length < 2
    ? Array.from(data)
    : Array.from({ length: shape[0] }, (_, i) => Array.from(data.subarray(i * shape[1], (i + 1) * shape[1])));

const BATCH = 7;

/** The value at once, after checking that batches of 7, and two halves merged, give the same. */
function value<P, T, O, R>(
  metric: Metric<readonly P[], readonly T[], O, R>,
  predictions: readonly P[],
  targets: readonly T[],
  options?: O,
): R {
  const atOnce = metric(predictions, targets, options);
  const parts = [metric.stream(options), metric.stream(options)];
  for (let i = 0; i < predictions.length; i += BATCH) {
    const part = parts[i < predictions.length / 2 ? 0 : 1];
    part.update(predictions.slice(i, i + BATCH), targets.slice(i, i + BATCH));
  }
  parts[0].merge(parts[1]);
  expectSame(parts[0].result(), atOnce);
  return atOnce;
}

/** Counts exactly; numbers up to the rounding of another order of summation. */
function expectSame(got: unknown, want: unknown): void {
  if (typeof want === "number" && Number.isFinite(want)) expect(got).toBeCloseTo(want, 12);
  else if (typeof want === "object" && want !== null) {
    expect(Object.keys(got as object)).toEqual(Object.keys(want));
    for (const [key, inner] of Object.entries(want)) expectSame((got as Record<string, unknown>)[key], inner);
  } else expect(got).toBe(want);
}

/** Values of metrics over the two inputs of a case, by the names of its outputs. */
const metricsOf =
  (
    predictions: string,
    of: (predictions: never[], targets: number[], fixture: FixtureCase) => Record<string, unknown>,
  ): Adapter =>
  (fixture) => {
    const { inputs, outputs } = fixture;
    const results = of(samplesOf(inputs[predictions]) as never[], samplesOf(inputs.y_true) as number[], fixture);
    // A case has some of the outputs: those of two classes only where there are two.
    expectOutputs(fixture, Object.fromEntries(Object.keys(outputs).map((name) => [name, flat(results[name])])));
  };

const flat = (result: unknown): number | number[] => (Array.isArray(result) ? result.flat() : (result as number));

describeFixture("metrics_classification", {
  classification: metricsOf("y_pred", (predicted: number[], actual, { params }) => {
    const labels = params.labels as number[];
    const options = { labels, zeroDivision: params.zero_division as 0 | 1 };
    const { counts, support } = value(confusionMatrix, predicted, actual, { labels });
    const scores = Object.entries({ precision, recall, f1 }).flatMap(([name, metric]) => [
      ...(["macro", "micro", "weighted"] as const).map(
        (average) => [`${name}_${average}`, value(metric, predicted, actual, { ...options, average })] as const,
      ),
      ...(labels.length === 2 ? [[`${name}_binary`, value(metric, predicted, actual, options)] as const] : []),
      [`${name}_per_class`, metric(predicted, actual, { ...options, average: "none" })] as const,
    ]);
    return {
      accuracy: value(accuracy, predicted, actual),
      confusion_matrix: counts,
      support,
      mcc: value(matthewsCorrelation, predicted, actual, { labels }),
      ...Object.fromEntries(scores),
    };
  }),
  top_k_accuracy: metricsOf("scores", (scores: number[][], actual, { params }) => ({
    value: value(accuracy, scores, actual, { topK: params.k as number }),
  })),
});

describeFixture("metrics_ranking", {
  roc_pr: metricsOf("scores", (scores: number[], actual) => {
    const roc = value(rocCurve, scores, actual);
    const full = value(rocCurve, scores, actual, { dropIntermediate: false });
    const pr = value(precisionRecallCurve, scores, actual);
    return {
      fpr: roc.falsePositiveRate,
      tpr: roc.truePositiveRate,
      thresholds: roc.thresholds,
      fpr_full: full.falsePositiveRate,
      tpr_full: full.truePositiveRate,
      thresholds_full: full.thresholds,
      auc: value(auc, scores, actual),
      average_precision: value(averagePrecision, scores, actual),
      pr_precision: pr.precision,
      pr_recall: pr.recall,
      pr_thresholds: pr.thresholds,
    };
  }),
  roc_auc_undefined: metricsOf("scores", (scores: number[], actual) => ({
    auc_undefined: Number.isNaN(value(auc, scores, actual)),
  })),
  multiclass_auc: metricsOf("probs", (probabilities: number[][], actual) => ({
    auc_ovr_macro: value(auc, probabilities, actual),
    auc_ovr_weighted: value(auc, probabilities, actual, { average: "weighted" }),
    auc_ovo_macro: value(auc, probabilities, actual, { strategy: "one-vs-one" }),
    auc_ovr_per_class: probabilities[0].map((_, c) =>
      auc(
        probabilities.map((row) => row[c]),
        actual.map((label) => Number(label === c)),
      ),
    ),
    average_precision_macro: value(averagePrecision, probabilities, actual),
    log_loss: value(logLoss, probabilities, actual),
    brier: value(brierScore, probabilities, actual),
  })),
  log_loss: metricsOf("probs", (probabilities: number[], actual) => ({
    log_loss: value(logLoss, probabilities, actual),
    brier: value(brierScore, probabilities, actual),
  })),
});

describeFixture("metrics_regression", {
  regression: metricsOf("y_pred", (predicted: number[], actual) => ({
    mse: value(mse, predicted, actual),
    rmse: value(rmse, predicted, actual),
    mae: value(mae, predicted, actual),
    r2: value(r2, predicted, actual),
    max_error: value(maxError, predicted, actual),
    median_absolute_error: value(medianAbsoluteError, predicted, actual),
    mape: value(meanAbsolutePercentageError, predicted, actual),
    explained_variance: value(explainedVariance, predicted, actual),
  })),
});

describeFixture("metrics_text", {
  bleu(fixture) {
    const { max_n, smoothing } = fixture.params as { max_n: number; smoothing: "add1" | null };
    const { candidates, references } = fixture.plainInputs as { candidates: string[][]; references: Sentence[][] };
    const score = value(bleuScore, candidates as Sentence[], references, {
      maxOrder: max_n,
      smoothing: smoothing === "add1" ? "add-one" : "none",
    });
    expectOutputs(fixture, {
      bleu: score.bleu,
      precisions: score.precisions,
      brevity_penalty: score.brevityPenalty,
      numerators: score.matches,
      denominators: score.totals,
      candidate_length: score.candidateLength,
      reference_length: score.referenceLength,
    });
  },
  perplexity(fixture) {
    const { logits, targets, mask } = fixture.inputs;
    const classes = logits.shape[2];
    const rows = Array.from(targets.data, (_, i) => Array.from(logits.data.subarray(i * classes, (i + 1) * classes)));
    // A masked position has a target that does not count.
    const labels = Array.from(targets.data, (label, i) => (mask.data[i] ? label : -1));
    const options = { ignoreIndex: -1 };
    expectOutputs(fixture, {
      mean_nll: value(logLoss, rows, labels, { ...options, from: "logits" }),
      perplexity: value(perplexity, rows, labels, options),
    });
  },
  perplexity_probs(fixture) {
    // Probabilities of the right tokens; the rest of each goes to another token.
    const rows = Array.from(fixture.inputs.probs.data, (p) => [p, 1 - p]);
    const labels = rows.map(() => 0);
    expectOutputs(fixture, { perplexity: value(perplexity, rows, labels, { from: "probabilities" }) });
  },
});
