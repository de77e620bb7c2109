// Losses that end where a margin is kept.
import { arange, type Tensor } from "@agon/tensor";
import { softplus } from "../activations.ts";
import { type LossOptions, reduceLoss, requireAlike, requireClasses } from "./reduction.ts";

export interface MarginOptions extends LossOptions {
  /** From here on a right answer costs nothing; default 1. */
  readonly margin?: number;
}

/** max(0, margin − y·x). prediction x: scores; target y: −1 and 1, of one shape. */
export const hinge = (prediction: Tensor, target: Tensor, { margin = 1, reduction }: MarginOptions = {}): Tensor => {
  requireAlike("hinge", { prediction, target });
  return reduceLoss(prediction.mul(target).neg().add(margin).relu(), reduction);
};

/** max(0, margin − y·x)². prediction x: scores; target y: −1 and 1, of one shape. */
export const squaredHinge = (
  prediction: Tensor,
  target: Tensor,
  { margin = 1, reduction }: MarginOptions = {},
): Tensor => {
  requireAlike("squaredHinge", { prediction, target });
  return reduceLoss(prediction.mul(target).neg().add(margin).relu().square(), reduction);
};

/** x where y is 1, max(0, margin − x) where y is −1. prediction x: distances; target y, of one shape. */
export const hingeEmbedding = (
  prediction: Tensor,
  target: Tensor,
  { margin = 1, reduction }: MarginOptions = {},
): Tensor => {
  requireAlike("hingeEmbedding", { prediction, target });
  return reduceLoss(target.greater(0).where(prediction, prediction.neg().add(margin).relu()), reduction);
};

/** max(0, margin − y·(a − b)): y = 1 asks for a above b, −1 for b above a. All of one shape. */
export const marginRanking = (
  a: Tensor,
  b: Tensor,
  target: Tensor,
  { margin = 0, reduction }: MarginOptions = {},
): Tensor => {
  requireAlike("marginRanking", { a, b, target });
  return reduceLoss(a.sub(b).mul(target).neg().add(margin).relu(), reduction);
};

export interface MultiMarginOptions extends MarginOptions {
  /** Power of each wrong class's part: 1 or 2; default 1. */
  readonly p?: 1 | 2;
}

/** Σ_{j≠y} max(0, margin − x[y] + x[j])ᵖ/classes. prediction x: scores [batch, classes]; target y: int32 [batch]. */
export const multiMargin = (
  prediction: Tensor,
  target: Tensor,
  { margin = 1, p = 1, reduction }: MultiMarginOptions = {},
): Tensor => {
  requireClasses("multiMargin", prediction, target);
  const right = prediction.gather(1, target.unsqueeze(1)); // [batch, 1]
  const parts = prediction.sub(right).add(margin).relu().pow(p);
  const isRight = target.unsqueeze(1).equal(arange(0, prediction.shape[1]));
  return reduceLoss(isRight.where(0, parts).mean(1), reduction);
};

/** ln(1 + e^(−y·x)). prediction x: scores; target y: −1 and 1, of one shape. */
export const softMargin = (prediction: Tensor, target: Tensor, { reduction }: LossOptions = {}): Tensor => {
  requireAlike("softMargin", { prediction, target });
  return reduceLoss(softplus(prediction.mul(target).neg()), reduction);
};
