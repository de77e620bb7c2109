// Predicted and actual classes of a batch: from labels, from a score with a threshold, or from one score per class.
import { type Batch, expectLabels, type Numbers, readNumbers, showShape, squeezed } from "./numbers.ts";

export interface ClassOptions {
  /** With one score per sample: the class is 1 from this score on, else 0. Without it predictions of that shape are labels. */
  readonly threshold?: number;
  /** Targets with this label do not count, whatever was predicted: padding. */
  readonly ignoreIndex?: number;
}

/** Scores of `classes` classes a row, with the label that each row should have. */
export interface ScoredRows {
  readonly classes: number;
  /** [rows, classes], row-major. */
  readonly scores: ArrayLike<number>;
  readonly labels: ArrayLike<number>;
}

/** Predictions as [..., classes] scores of targets [...]; null where the predictions have one number per target. */
export function readScores(
  metric: string,
  predictions: Batch,
  targets: Batch,
  { ignoreIndex }: ClassOptions = {},
): ScoredRows | null {
  const classes = predictions.shape.at(-1) ?? 1;
  const rows = showShape(predictions.shape.slice(0, -1));
  if (classes < 2 || (rows !== showShape(targets.shape) && rows !== showShape(squeezed(targets.shape)))) return null;
  expectLabels(targets, { metric, argument: "targets" }, { count: classes, except: ignoreIndex });
  return { classes, scores: predictions.data, labels: targets.data };
}

/** Calls `each(predicted, actual)` for every target that counts and returns their number; everything is checked before the first call. */
export function forEachClass(
  metric: string,
  given: { readonly predictions: Numbers; readonly targets: Numbers; readonly options: ClassOptions },
  each: (predicted: number, actual: number) => void,
): number {
  const { ignoreIndex, threshold } = given.options;
  const predictions = readNumbers(given.predictions, { metric, argument: "predictions" });
  const targets = readNumbers(given.targets, { metric, argument: "targets" });
  const rows = readScores(metric, predictions, targets, given.options);
  if (rows === null) expectOnePerTarget(metric, predictions, targets, given.options);
  const predicted = (i: number): number => {
    if (rows) return indexOfLargest(rows.scores, i * rows.classes, rows.classes);
    return threshold === undefined ? predictions.data[i] : Number(predictions.data[i] >= threshold);
  };
  let count = 0;
  for (let i = 0; i < targets.data.length; i++) {
    if (targets.data[i] === ignoreIndex) continue;
    each(predicted(i), targets.data[i]);
    count++;
  }
  return count;
}

function expectOnePerTarget(
  metric: string,
  predictions: Batch,
  targets: Batch,
  { threshold, ignoreIndex }: ClassOptions,
): void {
  if (showShape(squeezed(predictions.shape)) !== showShape(squeezed(targets.shape)))
    throw new RangeError(
      `${metric}: predictions have shape ${showShape(predictions.shape)}, targets ${showShape(targets.shape)}; expected one label for ` +
        `each target, or a row of scores with one for each class.`,
    );
  expectLabels(
    targets,
    { metric, argument: "targets" },
    { count: threshold === undefined ? undefined : 2, except: ignoreIndex },
  );
  if (threshold === undefined)
    expectLabels(predictions, { metric, argument: "predictions" }, { hint: ", or the option threshold for a score" });
}

/** Index of the largest of `count` scores from `start` on, the first of equals. */
function indexOfLargest(scores: ArrayLike<number>, start: number, count: number): number {
  let best = 0;
  for (let c = 1; c < count; c++) if (scores[start + c] > scores[start + best]) best = c;
  return best;
}
