// Losses: always loss(prediction, target).
import type { Tensor } from "@agon/tensor";
import { softplus } from "./activations.ts";

/** "mean" over all elements (the default), their "sum", or "none": one loss per element. */
export type Reduction = "mean" | "sum" | "none";

export interface LossOptions {
  readonly reduction?: Reduction;
}

const reduceLoss = (loss: Tensor, reduction: Reduction = "mean"): Tensor =>
  reduction === "mean" ? loss.mean() : reduction === "sum" ? loss.sum() : loss;

/** (x − y)² */
export const mse = (prediction: Tensor, target: Tensor, { reduction }: LossOptions = {}): Tensor =>
  reduceLoss(prediction.sub(target).square(), reduction);

/** |x − y| */
export const mae = (prediction: Tensor, target: Tensor, { reduction }: LossOptions = {}): Tensor =>
  reduceLoss(prediction.sub(target).abs(), reduction);

/** ½d² for |d| ≤ δ, else δ(|d| − ½δ), with d = x − y (Huber 1964). */
export const huber = (
  prediction: Tensor,
  target: Tensor,
  { reduction, delta = 1 }: LossOptions & { readonly delta?: number } = {},
): Tensor => {
  const size = prediction.sub(target).abs();
  const inner = size.clamp(0, delta);
  return reduceLoss(inner.square().mul(0.5).add(size.sub(inner).mul(delta)), reduction);
};

/** −ln softmax(logits)[target]. logits: [batch, classes], target: int32 [batch]. */
export const crossEntropy = (logits: Tensor, target: Tensor, { reduction }: LossOptions = {}): Tensor =>
  reduceLoss(logits.logSoftmax(-1).gather(-1, target.unsqueeze(-1)).squeeze(-1).neg(), reduction);

/** −y·ln σ(x) − (1 − y)·ln(1 − σ(x)), from logits: softplus(x) − xy. */
export const binaryCrossEntropyWithLogits = (logits: Tensor, target: Tensor, { reduction }: LossOptions = {}): Tensor =>
  reduceLoss(softplus(logits).sub(logits.mul(target)), reduction);
