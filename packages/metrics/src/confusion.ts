// The confusion matrix and what is read from it: precision, recall, F1, Matthews' correlation.
import { type ClassOptions, forEachClass } from "./classes.ts";
import { defineMetric, type Metric } from "./metric.ts";
import type { Numbers } from "./numbers.ts";

export interface ConfusionOptions extends ClassOptions {
  /** The classes, in order; any other label is an error. Default: those that appear, in ascending order. */
  readonly labels?: readonly number[];
}

export interface ConfusionMatrix {
  /** Labels of the rows and columns. */
  readonly labels: readonly number[];
  /** counts[i][j]: samples of class labels[i] predicted as labels[j]. */
  readonly counts: readonly (readonly number[])[];
  /** Samples of each class. */
  readonly support: readonly number[];
}

/** What to make of one value per class. */
export type Average = "binary" | "micro" | "macro" | "weighted";

export interface AverageOptions extends ConfusionOptions {
  /**
   * "binary" (the default): of the class `positive` alone, for two classes. "micro": over all decisions together. "macro": mean over the classes.
   * "weighted": mean weighted by the samples of each class.
   */
  readonly average?: Average;
  /** The class that "binary" speaks of. Default 1. */
  readonly positive?: number;
  /** The value of 0 ÷ 0: of precision where a class is never predicted, of recall where it never appears. Default 0. */
  readonly zeroDivision?: 0 | 1;
}

/** Options for one value per class. */
export interface PerClassOptions extends Omit<AverageOptions, "average" | "positive"> {
  readonly average: "none";
}

/** Counts of (actual, predicted) pairs, by "actual,predicted". */
interface Counts {
  readonly pairs: Record<string, number>;
}

const counting = (name: string) => ({
  name,
  empty: ({ labels }: ConfusionOptions): Counts => {
    if (labels && (labels.length === 0 || new Set(labels).size < labels.length || !labels.every(Number.isSafeInteger)))
      throw new RangeError(
        `${name}: labels are [${labels.join(", ")}]; expected distinct whole numbers, at least one.`,
      );
    return { pairs: {} };
  },
  add({ pairs }: Counts, predictions: Numbers, targets: Numbers, options: ConfusionOptions): number {
    const seen = new Map<string, number>();
    const count = forEachClass(name, { predictions, targets, options }, (predicted, actual) => {
      const key = `${actual},${predicted}`;
      seen.set(key, (seen.get(key) ?? 0) + 1);
    });
    if (options.labels) expectKnown(name, seen.keys(), options.labels);
    for (const [key, times] of seen) pairs[key] = (pairs[key] ?? 0) + times;
    return count;
  },
  merge({ pairs }: Counts, other: Counts): void {
    for (const [key, times] of Object.entries(other.pairs)) pairs[key] = (pairs[key] ?? 0) + times;
  },
});

function expectKnown(name: string, pairs: Iterable<string>, labels: readonly number[]): void {
  for (const pair of pairs) {
    const [actual, predicted] = pair.split(",").map(Number);
    const unknown = [actual, predicted].find((label) => !labels.includes(label));
    if (unknown === undefined) continue;
    throw new RangeError(
      `${name}: ${unknown === actual ? "targets" : "predictions"} hold the label ${unknown}; the option labels names [${labels.join(", ")}].`,
    );
  }
}

function matrixOf({ pairs }: Counts, { labels }: ConfusionOptions): ConfusionMatrix {
  const cells = Object.entries(pairs).map(([key, times]) => ({ key: key.split(",").map(Number), times }));
  const classes = labels ?? [...new Set(cells.flatMap(({ key }) => key))].sort((a, b) => a - b);
  const place = new Map(classes.map((label, i) => [label, i]));
  const counts = classes.map(() => classes.map(() => 0));
  for (const { key, times } of cells) counts[place.get(key[0])!][place.get(key[1])!] = times;
  return { labels: classes, counts, support: counts.map(total) };
}

const total = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0);

/** Counts of each pair of actual and predicted class. */
export const confusionMatrix: Metric<Numbers, Numbers, ConfusionOptions, ConfusionMatrix> = defineMetric({
  ...counting("confusionMatrix"),
  result: matrixOf,
});

/** Of one class or of several together: right, predicted and actual samples. */
interface Tally {
  readonly right: number;
  readonly predicted: number;
  readonly actual: number;
}

const talliesOf = ({ counts, support }: ConfusionMatrix): Tally[] =>
  counts.map((row, i) => ({ right: row[i], predicted: total(counts.map((each) => each[i])), actual: support[i] }));

type Score = (tally: Tally, zeroDivision: number) => number;

const precisionOf: Score = ({ right, predicted }, zeroDivision) => (predicted === 0 ? zeroDivision : right / predicted);
const recallOf: Score = ({ right, actual }, zeroDivision) => (actual === 0 ? zeroDivision : right / actual);
const f1Of: Score = ({ right, predicted, actual }, zeroDivision) =>
  predicted + actual === 0 ? zeroDivision : (2 * right) / (predicted + actual);

/** A metric that gives a number, or, with `average: "none"`, one per class. */
export interface AveragedMetric extends Metric<Numbers, Numbers, AverageOptions, number> {
  (predictions: Numbers, targets: Numbers, options: PerClassOptions): number[];
  stream(options: PerClassOptions): ReturnType<Metric<Numbers, Numbers, PerClassOptions, number[]>["stream"]>;
  stream(options?: AverageOptions): ReturnType<Metric<Numbers, Numbers, AverageOptions, number>["stream"]>;
}

const averaged = (name: string, score: Score): AveragedMetric =>
  defineMetric({
    ...counting(name),
    result: (counts: Counts, options: AverageOptions | PerClassOptions) =>
      average(name, matrixOf(counts, options), score, options),
  }) as AveragedMetric;

function average(
  name: string,
  matrix: ConfusionMatrix,
  score: Score,
  options: AverageOptions | PerClassOptions,
): number | number[] {
  const { zeroDivision = 0 } = options;
  const tallies = talliesOf(matrix);
  const values = tallies.map((tally) => score(tally, zeroDivision));
  switch (options.average) {
    case "none":
      return values;
    case "macro":
      return total(values) / values.length;
    case "weighted":
      return total(values.map((value, i) => value * tallies[i].actual)) / total(matrix.support);
    case "micro":
      return score(
        {
          right: total(tallies.map(({ right }) => right)),
          predicted: total(tallies.map(({ predicted }) => predicted)),
          actual: total(tallies.map(({ actual }) => actual)),
        },
        zeroDivision,
      );
    default:
      return ofPositive(name, matrix, values, { positive: 1, ...options });
  }
}

function ofPositive(
  name: string,
  { labels }: ConfusionMatrix,
  values: readonly number[],
  { positive, average: asked, zeroDivision = 0 }: AverageOptions,
): number {
  if (asked !== undefined && asked !== "binary")
    throw new RangeError(`${name}: average is "${asked}"; expected "binary", "micro", "macro", "weighted" or "none".`);
  const others = labels.filter((label) => label !== positive);
  if (others.length > 1)
    throw new RangeError(
      `${name}: of class ${positive} alone there is no value over the classes ${labels.join(", ")}; choose average "micro", "macro", "weighted" or "none".`,
    );
  // The positive class neither appeared nor was predicted: 0 ÷ 0.
  return labels.includes(positive!) ? values[labels.indexOf(positive!)] : zeroDivision;
}

/** Of what was predicted to be a class, the share that is: TP ÷ (TP + FP). */
export const precision: AveragedMetric = averaged("precision", precisionOf);

/** Of what is a class, the share that was found: TP ÷ (TP + FN). */
export const recall: AveragedMetric = averaged("recall", recallOf);

/** Harmonic mean of precision and recall: 2·TP ÷ (2·TP + FP + FN). */
export const f1: AveragedMetric = averaged("f1", f1Of);

/**
 * Matthews' correlation of predicted and actual classes, −1 to 1, 0 where either is constant; for more than two classes R_K (Gorodkin 2004):
 * (c·s − Σ pₖtₖ) ÷ √((s² − Σ pₖ²)(s² − Σ tₖ²)), c right of s samples, pₖ predicted and tₖ actual ones of class k.
 */
export const matthewsCorrelation: Metric<Numbers, Numbers, ConfusionOptions, number> = defineMetric({
  ...counting("matthewsCorrelation"),
  result(counts: Counts, options: ConfusionOptions): number {
    const tallies = talliesOf(matrixOf(counts, options));
    const sum = (f: (tally: Tally) => number): number => total(tallies.map(f));
    const s = sum(({ actual }) => actual);
    const spread =
      (s * s - sum(({ predicted }) => predicted * predicted)) * (s * s - sum(({ actual }) => actual * actual));
    if (spread === 0) return 0;
    return (s * sum(({ right }) => right) - sum(({ predicted, actual }) => predicted * actual)) / Math.sqrt(spread);
  },
});
