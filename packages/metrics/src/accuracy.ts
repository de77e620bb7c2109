// Accuracy: the share of samples whose class was predicted, or was among the k best.
import { type ClassOptions, forEachClass, readScores } from "./classes.ts";
import { defineMetric, type Metric } from "./metric.ts";
import { type Numbers, readNumbers, showShape } from "./numbers.ts";

export interface AccuracyOptions extends ClassOptions {
  /** Counts a sample as right where its class is among the k of highest score; predictions are then scores, [batch, classes]. Default 1. */
  readonly topK?: number;
}

/**
 * Right ÷ all. Predictions are labels [batch], scores [batch, classes] whose largest names the class (logits or probabilities; the first of
 * equals), or, with `threshold`, one score per sample. More dims than [batch] are counted element by element, as for tokens: [batch, time].
 */
export const accuracy: Metric<Numbers, Numbers, AccuracyOptions, number> = defineMetric({
  name: "accuracy",
  empty: ({ topK = 1 }: AccuracyOptions) => {
    if (!Number.isSafeInteger(topK) || topK < 1)
      throw new RangeError(`accuracy: topK is ${topK}; expected a whole number from 1.`);
    return { right: 0, all: 0 };
  },
  add(counts, predictions: Numbers, targets: Numbers, options: AccuracyOptions) {
    let right = 0;
    const { topK = 1 } = options;
    const all =
      topK > 1
        ? countTopK(predictions, targets, { ...options, topK }, () => right++)
        : forEachClass("accuracy", { predictions, targets, options }, (predicted, actual) => {
            if (predicted === actual) right++;
          });
    counts.right += right;
    counts.all += all;
    return all;
  },
  merge(counts, { right, all }) {
    counts.right += right;
    counts.all += all;
  },
  result: ({ right, all }) => right / all,
});

/** Calls `hit` for every target among the k best of its row; equal scores rank by index. */
function countTopK(
  predictions: Numbers,
  targets: Numbers,
  options: AccuracyOptions & { readonly topK: number },
  hit: () => void,
): number {
  const p = readNumbers(predictions, { metric: "accuracy", argument: "predictions" });
  const t = readNumbers(targets, { metric: "accuracy", argument: "targets" });
  if (t.data.length === 0 && p.data.length === 0) return 0;
  const rows = readScores("accuracy", p, t, options);
  if (rows === null || rows.classes < options.topK)
    throw new RangeError(
      `accuracy: predictions have shape ${showShape(p.shape)}, targets ${showShape(t.shape)}; topK ${options.topK} needs a score for each of at ` +
        `least ${options.topK} classes.`,
    );
  const { scores, labels, classes } = rows;
  let count = 0;
  for (let i = 0; i < labels.length; i++) {
    if (labels[i] === options.ignoreIndex) continue;
    const own = scores[i * classes + labels[i]];
    let before = 0;
    for (let c = 0; c < classes; c++) {
      const score = scores[i * classes + c];
      if (score > own || (score === own && c < labels[i])) before++;
    }
    if (before < options.topK) hit();
    count++;
  }
  return count;
}
