// Cross-entropy between classes, from logits and from log-probabilities.
import type { Tensor } from "@agon/tensor";
import {
  type LossOptions,
  reduceLoss,
  requireAlike,
  requireClasses,
  requireFloats,
  requireShape,
  type Reduction,
} from "./reduction.ts";

export interface NllOptions extends LossOptions {
  /** Factor of the losses of each class, [classes]. "mean" divides by the sum of the targets' factors. */
  readonly weight?: Tensor;
  /** Targets of this number count for nothing, also not in the mean, which is NaN where all are ignored. PyTorch's default is −100; here none. */
  readonly ignoreIndex?: number;
}

export interface CrossEntropyOptions extends NllOptions {
  /** ε: the target becomes (1 − ε)·target + ε/classes (Szegedy et al. 2016, sec. 7). Default 0. */
  readonly labelSmoothing?: number;
}

/**
 * −w[target]·ln softmax(x)[target], from logits. prediction: [batch, classes, …]; target: int32 [batch, …], numbers of classes, or floats
 * of the prediction's shape: −Σ_c w[c]·target[c]·ln softmax(x)[c]. Single losses: [batch, …].
 */
export const crossEntropy = (prediction: Tensor, target: Tensor, options: CrossEntropyOptions = {}): Tensor => {
  const { labelSmoothing = 0, weight, reduction } = options;
  if (!(labelSmoothing >= 0 && labelSmoothing <= 1))
    throw new RangeError(`crossEntropy: labelSmoothing is ${labelSmoothing}; expected a number from 0 to 1.`);
  if (target.dtype !== "int32") return againstProbabilities(prediction, target, options);
  checkClasses("crossEntropy", prediction, target, weight);
  const logs = prediction.logSoftmax(1);
  if (labelSmoothing === 0) return pickLosses(logs, target, options);
  const { losses, weights } = pick(logs, target, options);
  const uniform = weighted(logs, weight).mean(1).neg();
  const smoothed = losses.mul(1 - labelSmoothing).add(kept(uniform, target, options).mul(labelSmoothing));
  return reduceWeighted(smoothed, weights, reduction);
};

/** −w[target]·x[target] of log-probabilities x: [batch, classes, …]; target: int32 [batch, …], numbers of classes. */
export const nll = (prediction: Tensor, target: Tensor, options: NllOptions = {}): Tensor => {
  checkClasses("nll", prediction, target, options.weight);
  return pickLosses(prediction, target, options);
};

const checkClasses = (loss: string, prediction: Tensor, target: Tensor, weight: Tensor | undefined): void => {
  requireClasses(loss, prediction, target);
  if (weight) requireShape(loss, "weight", weight, [prediction.shape[1]]);
};

const pickLosses = (logs: Tensor, target: Tensor, options: NllOptions): Tensor => {
  const { losses, weights } = pick(logs, target, options);
  return reduceWeighted(losses, weights, options.reduction);
};

/** The single losses, and what each of them counts for in the mean: null where all count alike. */
const pick = (
  logs: Tensor,
  target: Tensor,
  { weight, ignoreIndex }: NllOptions,
): { readonly losses: Tensor; readonly weights: Tensor | null } => {
  const counted = ignoreIndex === undefined ? null : target.notEqual(ignoreIndex);
  const index = counted ? counted.where(target, 0) : target;
  const picked = logs.gather(1, index.unsqueeze(1)).squeeze(1).neg();
  const weights = weight ? weight.take(index) : null;
  const losses = weights ? picked.mul(weights) : picked;
  if (!counted) return { losses, weights };
  return {
    losses: counted.where(losses, 0),
    weights: weights ? counted.where(weights, 0) : counted.cast(losses.dtype),
  };
};

const kept = (losses: Tensor, target: Tensor, { ignoreIndex }: NllOptions): Tensor =>
  ignoreIndex === undefined ? losses : target.notEqual(ignoreIndex).where(losses, 0);

const reduceWeighted = (losses: Tensor, weights: Tensor | null, reduction: Reduction = "mean"): Tensor =>
  weights && reduction === "mean" ? losses.sum().div(weights.sum()) : reduceLoss(losses, reduction);

/** A factor per class, along dim 1. */
const weighted = (logs: Tensor, weight: Tensor | undefined): Tensor =>
  weight ? logs.mul(weight.reshape([weight.size, ...logs.shape.slice(2).map(() => 1)])) : logs;

const againstProbabilities = (prediction: Tensor, target: Tensor, options: CrossEntropyOptions): Tensor => {
  const { weight, ignoreIndex, labelSmoothing = 0, reduction } = options;
  requireFloats("crossEntropy", { prediction });
  requireAlike("crossEntropy", { target, prediction });
  if (ignoreIndex !== undefined)
    throw new RangeError("crossEntropy: ignoreIndex needs targets that are numbers of classes, got probabilities.");
  const smoothed =
    labelSmoothing === 0 ? target : target.mul(1 - labelSmoothing).add(labelSmoothing / prediction.shape[1]);
  const losses = weighted(prediction.logSoftmax(1), weight).mul(smoothed).sum(1).neg();
  return reduceLoss(losses, reduction);
};
