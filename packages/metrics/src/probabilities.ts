// How good predicted probabilities are: log loss, Brier score, perplexity.
import { exp, log } from "@agon/math";
import { readScores, type ScoredRows } from "./classes.ts";
import { defineMetric, type Metric } from "./metric.ts";
import {
  type Batch,
  expectFinite,
  expectLabels,
  type Numbers,
  placeOf,
  readNumbers,
  showShape,
  squeezed,
} from "./numbers.ts";
import { addTo, mergeSum, type Sum, valueOf } from "./sum.ts";

/** What predictions are: probabilities, or logits, which a softmax (or, one a sample, a sigmoid) makes probabilities. */
export type PredictionKind = "probabilities" | "logits";

export interface ProbabilityOptions {
  readonly from?: PredictionKind;
  /** Targets with this label do not count: padding. */
  readonly ignoreIndex?: number;
}

type ProbabilityMetric = Metric<Numbers, Numbers, ProbabilityOptions, number>;

/** The lowest probability that log loss believes in, as in scikit-learn: 2⁻⁵². */
const LEAST = Number.EPSILON;

/** Rows of probabilities may miss the sum 1 by this much, as float32 softmaxes do. */
const SLACK = 1e-3;

/** A sum over samples, with their number and how many were infinite, which JSON cannot say. */
interface Total {
  readonly sum: Sum;
  count: number;
  infinite: number;
}

/** One sample: the scores of its classes, from `start` on. */
interface Row {
  readonly scores: ArrayLike<number>;
  readonly start: number;
  readonly classes: number;
  /** It was one number, of class 1. */
  readonly single: boolean;
}

interface RowMetric {
  /** What predictions are by default. */
  readonly usual: PredictionKind;
  /** The value of one sample. */
  readonly value: (row: Row, label: number, from: PredictionKind) => number;
  readonly finish?: (mean: number) => number;
}

/** The mean over samples of a value of each. */
const meanOverRows = (name: string, { usual, value, finish = (mean) => mean }: RowMetric): ProbabilityMetric =>
  defineMetric({
    name,
    empty: ({ from = usual }: ProbabilityOptions): Total => {
      if (from !== "probabilities" && from !== "logits")
        throw new RangeError(`${name}: from is "${from}"; expected "probabilities" or "logits".`);
      return { sum: [0, 0], count: 0, infinite: 0 };
    },
    add(
      counts: Total,
      predictions: Numbers,
      targets: Numbers,
      { from = usual, ignoreIndex }: ProbabilityOptions,
    ): number {
      const rows = readRows(name, { predictions, targets }, { from, ignoreIndex });
      let count = 0;
      for (let i = 0; i < rows.labels.length; i++) {
        if (rows.labels[i] === ignoreIndex) continue;
        const found = value({ ...rows, start: i * rows.classes }, rows.labels[i], from);
        if (found === Number.POSITIVE_INFINITY) counts.infinite++;
        else addTo(counts.sum, found);
        count++;
      }
      counts.count += count;
      return count;
    },
    merge(counts: Total, { sum, count, infinite }: Total): void {
      mergeSum(counts.sum, sum);
      counts.count += count;
      counts.infinite += infinite;
    },
    result: ({ sum, count, infinite }: Total): number =>
      finish(infinite > 0 ? Number.POSITIVE_INFINITY : valueOf(sum) / count),
  });

/** Checked rows of at least two scores; one number a sample, of class 1, becomes a row of two. */
function readRows(
  name: string,
  given: { readonly predictions: Numbers; readonly targets: Numbers },
  { from, ignoreIndex }: { readonly from: PredictionKind; readonly ignoreIndex?: number },
): ScoredRows & { readonly single: boolean } {
  const p = readNumbers(given.predictions, { metric: name, argument: "predictions" });
  const t = readNumbers(given.targets, { metric: name, argument: "targets" });
  if (from === "probabilities") expectProbabilities(name, p);
  const rows = readScores(name, p, t, { ignoreIndex });
  if (rows) {
    expectUsable(name, rows, from);
    return { ...rows, single: false };
  }
  if (showShape(squeezed(p.shape)) !== showShape(squeezed(t.shape)))
    throw new RangeError(
      `${name}: predictions have shape ${showShape(p.shape)}, targets ${showShape(t.shape)}; expected a row of classes for each target, or one ` +
        `number, of class 1.`,
    );
  expectFinite(p, { metric: name, argument: "predictions" });
  expectLabels(t, { metric: name, argument: "targets" }, { count: 2, except: ignoreIndex });
  const scores = new Float64Array(2 * p.data.length);
  for (let i = 0; i < p.data.length; i++) {
    scores[2 * i] = from === "probabilities" ? 1 - p.data[i] : 0;
    scores[2 * i + 1] = p.data[i];
  }
  return { classes: 2, scores, labels: t.data, single: true };
}

function expectProbabilities(name: string, batch: Batch): void {
  for (let i = 0; i < batch.data.length; i++)
    if (batch.data[i] < 0 || batch.data[i] > 1)
      throw new RangeError(
        `${name}: predictions[${placeOf(i, batch)}] is ${batch.data[i]}; expected a probability, from 0 to 1; say { from: "logits" } for logits.`,
      );
}

/** Probabilities sum to 1; the largest logit of a row is finite. */
function expectUsable(name: string, { scores, classes }: ScoredRows, from: PredictionKind): void {
  for (let start = 0; start < scores.length; start += classes) {
    let sum = 0;
    let largest = Number.NEGATIVE_INFINITY;
    for (let c = start; c < start + classes; c++) {
      sum += scores[c];
      largest = Math.max(largest, scores[c]);
    }
    if (from === "probabilities" && Math.abs(sum - 1) > SLACK)
      throw new RangeError(
        `${name}: row ${start / classes} of the predictions sums to ${sum}; expected probabilities, whose sum is 1; say { from: "logits" } for logits.`,
      );
    if (from === "logits" && !Number.isFinite(largest))
      throw new RangeError(
        `${name}: row ${start / classes} of the predictions has the largest logit ${largest}; expected a finite one.`,
      );
  }
}

/** −ln softmax of one logit, without overflow; ∞ where it is −∞. */
function negativeLogSoftmax({ scores, start, classes }: Row, label: number): number {
  let largest = Number.NEGATIVE_INFINITY;
  for (let c = start; c < start + classes; c++) largest = Math.max(largest, scores[c]);
  let sum = 0;
  for (let c = start; c < start + classes; c++) sum += exp(scores[c] - largest);
  return log(sum) + largest - scores[start + label];
}

/** −ln of one probability, after all of the row were kept from 0 and 1 and made to sum to 1. */
function negativeLogClipped({ scores, start, classes }: Row, label: number): number {
  const clipped = (c: number): number => Math.min(1 - LEAST, Math.max(LEAST, scores[start + c]));
  let sum = 0;
  for (let c = 0; c < classes; c++) sum += clipped(c);
  return -log(clipped(label) / sum);
}

const negativeLog = ({ scores, start }: Row, label: number): number => -log(scores[start + label]);

/** Σ over the classes of (p − y)²; of one number, (p − y)². */
function squaredDistance(row: Row, label: number, from: PredictionKind): number {
  const { scores, start, classes, single } = row;
  let sum = 0;
  for (let c = 0; c < classes; c++) {
    const p = from === "logits" ? exp(-negativeLogSoftmax(row, c)) : scores[start + c];
    sum += (p - Number(c === label)) * (p - Number(c === label));
  }
  return single ? sum / 2 : sum;
}

/**
 * Mean of −ln p(target): the cross-entropy, in nats. Predictions are probabilities ([batch] of class 1, or [batch, classes], kept within 2⁻⁵² of 0 and
 * 1, as in scikit-learn) or, with `from: "logits"`, logits.
 */
export const logLoss: ProbabilityMetric = meanOverRows("logLoss", {
  usual: "probabilities",
  value: (row, label, from) => (from === "logits" ? negativeLogSoftmax : negativeLogClipped)(row, label),
});

/**
 * Mean squared distance of probabilities from what happened: (p − y)² for [batch] of class 1 (0 to 1), summed over the classes for [batch, classes] (0
 * to 2), as Brier (1950) has it.
 */
export const brierScore: ProbabilityMetric = meanOverRows("brierScore", {
  usual: "probabilities",
  value: squaredDistance,
});

/**
 * exp of the mean of −ln p(target): how many equally likely choices would be as surprising. Predictions [batch, time, classes], by default logits,
 * for targets [batch, time], or any other number of dims. Infinite where a target has probability 0.
 */
export const perplexity: ProbabilityMetric = meanOverRows("perplexity", {
  usual: "logits",
  value: (row, label, from) => (from === "logits" ? negativeLogSoftmax : negativeLog)(row, label),
  finish: exp,
});
