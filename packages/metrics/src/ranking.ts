// How well scores order samples: ROC, the area under it, precision against recall, average precision.
import { readScores } from "./classes.ts";
import { defineMetric, type Metric } from "./metric.ts";
import { expectFinite, expectLabels, type Numbers, readNumbers, showShape, squeezed } from "./numbers.ts";

/** Scores of two classes kept for ranking: JSON data. */
interface Ranked {
  readonly scores: number[];
  /** 1 for the positive class. */
  readonly labels: number[];
}

/** Scores of several classes: rows of `classes` scores; 1 class stands for scores of the positive one of two. */
interface Scored extends Ranked {
  classes: number | null;
}

/** Rates as the threshold falls: a sample counts as positive from that score on. */
export interface RocCurve {
  /** Share of the negatives taken for positives: FP ÷ (FP + TN); NaN where there are none. */
  readonly falsePositiveRate: readonly number[];
  /** Share of the positives found: TP ÷ (TP + FN); NaN where there are none. */
  readonly truePositiveRate: readonly number[];
  /** Descending; begins with ∞, where nothing counts as positive. */
  readonly thresholds: readonly number[];
}

export interface RocOptions {
  /** Leave out points on a straight line between their neighbours. Default true. */
  readonly dropIntermediate?: boolean;
}

/** Precision and recall as the threshold rises; the last pair, precision 1 at recall 0, has no threshold. */
export interface PrecisionRecallCurve {
  readonly precision: readonly number[];
  readonly recall: readonly number[];
  /** Ascending. */
  readonly thresholds: readonly number[];
}

const collecting = (name: string) => ({
  name,
  empty: (): Ranked => ({ scores: [], labels: [] }),
  add(counts: Ranked, predictions: Numbers, targets: Numbers): number {
    const scored = readRanked(name, predictions, targets);
    if (scored.classes > 1)
      throw new RangeError(
        `${name}: predictions have ${scored.classes} scores a row; expected one, of the positive class.`,
      );
    return append(counts, scored);
  },
  merge(counts: Ranked, other: Ranked): void {
    append(counts, other);
  },
});

function append(counts: Ranked, { scores, labels }: { scores: ArrayLike<number>; labels: ArrayLike<number> }): number {
  for (let i = 0; i < scores.length; i++) counts.scores.push(scores[i]);
  for (let i = 0; i < labels.length; i++) counts.labels.push(labels[i]);
  return labels.length;
}

function readRanked(name: string, predictions: Numbers, targets: Numbers) {
  const p = readNumbers(predictions, { metric: name, argument: "predictions" });
  const t = readNumbers(targets, { metric: name, argument: "targets" });
  expectFinite(p, { metric: name, argument: "predictions" });
  const rows = readScores(name, p, t);
  if (rows) return rows;
  if (showShape(squeezed(p.shape)) !== showShape(squeezed(t.shape)))
    throw new RangeError(
      `${name}: predictions have shape ${showShape(p.shape)}, targets ${showShape(t.shape)}; expected one score for each target.`,
    );
  expectLabels(t, { metric: name, argument: "targets" }, { count: 2 });
  return { classes: 1, scores: p.data, labels: t.data };
}

/** True and false positives from each distinct score on, in descending order. */
function steps({ scores, labels }: Ranked): {
  thresholds: number[];
  truePositives: number[];
  falsePositives: number[];
} {
  const order = Array.from(scores.keys()).sort((a, b) => scores[b] - scores[a]);
  const thresholds: number[] = [];
  const truePositives: number[] = [];
  let found = 0;
  const falsePositives: number[] = [];
  for (let i = 0; i < order.length; i++) {
    found += labels[order[i]];
    if (i + 1 < order.length && scores[order[i + 1]] === scores[order[i]]) continue;
    thresholds.push(scores[order[i]]);
    truePositives.push(found);
    falsePositives.push(i + 1 - found);
  }
  return { thresholds, truePositives, falsePositives };
}

/** The receiver operating characteristic of scores [batch] for targets 0 or 1. */
export const rocCurve: Metric<Numbers, Numbers, RocOptions, RocCurve> = defineMetric({
  ...collecting("rocCurve"),
  result(counts: Ranked, { dropIntermediate = true }: RocOptions): RocCurve {
    const { thresholds, truePositives: t, falsePositives: f } = steps(counts);
    const last = t.length - 1;
    const bends = (i: number): boolean => t[i + 1] - t[i] !== t[i] - t[i - 1] || f[i + 1] - f[i] !== f[i] - f[i - 1];
    const kept = Array.from(t.keys()).filter((i) => !dropIntermediate || i === 0 || i === last || bends(i));
    return {
      falsePositiveRate: [0, ...kept.map((i) => f[i])].map((count) => count / f[last]),
      truePositiveRate: [0, ...kept.map((i) => t[i])].map((count) => count / t[last]),
      thresholds: [Number.POSITIVE_INFINITY, ...kept.map((i) => thresholds[i])],
    };
  },
});

/** Precision against recall of scores [batch] for targets 0 or 1. Without positives recall is 1 everywhere. */
export const precisionRecallCurve: Metric<Numbers, Numbers, object, PrecisionRecallCurve> = defineMetric({
  ...collecting("precisionRecallCurve"),
  result(counts: Ranked): PrecisionRecallCurve {
    const { thresholds, truePositives, falsePositives } = steps(counts);
    const positives = truePositives[truePositives.length - 1];
    return {
      precision: [1, ...truePositives.map((found, i) => found / (found + falsePositives[i]))].reverse(),
      recall: [0, ...truePositives.map((found) => (positives === 0 ? 1 : found / positives))].reverse(),
      thresholds: thresholds.reverse(),
    };
  },
});

export interface MulticlassOptions {
  /**
   * For scores of several classes, [batch, classes]: the mean over the classes ("macro", the default), or weighted by the samples of each.
   */
  readonly average?: "macro" | "weighted";
}

export interface AucOptions extends MulticlassOptions {
  /**
   * For several classes: each against all others ("one-vs-rest", the default), or the mean over pairs of classes, among their samples alone
   * ("one-vs-one", Hand and Till 2001).
   */
  readonly strategy?: "one-vs-rest" | "one-vs-one";
}

const collectingRows = (name: string) => ({
  name,
  empty: ({ average = "macro" }: MulticlassOptions): Scored => {
    if (average !== "macro" && average !== "weighted")
      throw new RangeError(`${name}: average is "${average}"; expected "macro" or "weighted".`);
    return { classes: null, scores: [], labels: [] };
  },
  add(counts: Scored, predictions: Numbers, targets: Numbers): number {
    const rows = readRanked(name, predictions, targets);
    if (counts.classes !== null && counts.classes !== rows.classes)
      throw new RangeError(
        `${name}: predictions have ${rows.classes} scores a row, those before had ${counts.classes}; expected as many.`,
      );
    counts.classes = rows.classes;
    return append(counts, rows);
  },
  merge(counts: Scored, other: Scored): void {
    if (counts.classes !== null && other.classes !== null && counts.classes !== other.classes)
      throw new RangeError(`${name}: cannot merge ${other.classes} scores a row into ${counts.classes}.`);
    counts.classes ??= other.classes;
    append(counts, other);
  },
});

/** Class c against the rest, or, with `other`, among the samples of the two alone. */
function versus({ scores, labels, classes }: Scored, c: number, other?: number): Ranked {
  const kept = Array.from(labels.keys()).filter((i) => other === undefined || labels[i] === c || labels[i] === other);
  return { scores: kept.map((i) => scores[i * classes! + c]), labels: kept.map((i) => Number(labels[i] === c)) };
}

function averageOfClasses(
  counts: Scored,
  { average = "macro" }: MulticlassOptions,
  of: (ranked: Ranked) => number,
): number {
  const parts = Array.from({ length: counts.classes! }, (_, c) => versus(counts, c));
  const weights = parts.map(({ labels }) => (average === "macro" ? 1 : countOnes(labels)));
  const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);
  return sum(parts.map((part, c) => (weights[c] === 0 ? 0 : weights[c] * of(part)))) / sum(weights);
}

const countOnes = (labels: readonly number[]): number => labels.reduce((sum, label) => sum + label, 0);

/**
 * Area under the ROC curve: the probability that a positive sample scores higher than a negative one, ties counting half. Scores [batch] of targets 0
 * or 1, or [batch, classes] of labels. NaN where it is not defined: a class, or the rest of them, has no sample.
 */
export const auc: Metric<Numbers, Numbers, AucOptions, number> = defineMetric({
  ...collectingRows("auc"),
  result(counts: Scored, options: AucOptions): number {
    if (counts.classes === 1) return areaUnderRoc(counts);
    if (options.strategy !== "one-vs-one") return averageOfClasses(counts, options, areaUnderRoc);
    return averageOfPairs(counts, options);
  },
});

/** In whole numbers until the last division. */
function areaUnderRoc(ranked: Ranked): number {
  const { truePositives: t, falsePositives: f } = steps(ranked);
  let twice = 0;
  for (let i = 0; i < t.length; i++) twice += (f[i] - (f[i - 1] ?? 0)) * (t[i] + (t[i - 1] ?? 0));
  return twice / 2 / (t[t.length - 1] * f[f.length - 1]);
}

function averageOfPairs(counts: Scored, { average = "macro" }: AucOptions): number {
  let sum = 0;
  let weights = 0;
  for (let a = 0; a < counts.classes!; a++)
    for (let b = a + 1; b < counts.classes!; b++) {
      const [first, second] = [versus(counts, a, b), versus(counts, b, a)];
      const weight = average === "macro" ? 1 : first.labels.length;
      sum += (weight * (areaUnderRoc(first) + areaUnderRoc(second))) / 2;
      weights += weight;
    }
  return sum / weights;
}

/**
 * Average precision, Σ (Rₙ − Rₙ₋₁)·Pₙ over the thresholds: the area under precision against recall, without interpolation. Scores [batch] of targets 0
 * or 1, or [batch, classes] of labels, each class against the rest. 0 where there are no positives.
 */
export const averagePrecision: Metric<Numbers, Numbers, MulticlassOptions, number> = defineMetric({
  ...collectingRows("averagePrecision"),
  result(counts: Scored, options: MulticlassOptions): number {
    return counts.classes === 1 ? precisionArea(counts) : averageOfClasses(counts, options, precisionArea);
  },
});

function precisionArea(ranked: Ranked): number {
  const { truePositives: t, falsePositives: f } = steps(ranked);
  const positives = t[t.length - 1];
  if (positives === 0) return 0;
  return t.reduce((sum, found, i) => sum + ((found - (t[i - 1] ?? 0)) * found) / (found + f[i]), 0) / positives;
}
