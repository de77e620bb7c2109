// Focal losses: cross-entropy that turns away from what is easy.
import type { Tensor } from "@agon/tensor";
import { binaryCrossEntropyWithLogits } from "./binary-cross-entropy.ts";
import { crossEntropy } from "./cross-entropy.ts";
import { type LossOptions, reduceLoss, requireAlike } from "./reduction.ts";

export interface FocalOptions extends LossOptions {
  /** γ ≥ 0: how much less sure answers count; 0 is plain cross-entropy. Default 2. */
  readonly gamma?: number;
}

export interface SigmoidFocalOptions extends FocalOptions {
  /** α in [0, 1]: factor of positive targets, 1 − α of negative ones; null for neither. Default 0.25. */
  readonly alpha?: number | null;
}

/**
 * −α_t·(1 − p_t)^γ·ln p_t, where p_t is the probability that σ(x) gives the target (Lin et al. 2017, eq. 5). prediction: logits;
 * target: 0 and 1, of one shape.
 */
export const sigmoidFocal = (
  prediction: Tensor,
  target: Tensor,
  { alpha = 0.25, gamma = 2, reduction }: SigmoidFocalOptions = {},
): Tensor => {
  requireAlike("sigmoidFocal", { prediction, target });
  const other = target.neg().add(1);
  const wrong = target.mul(prediction.neg().sigmoid()).add(other.mul(prediction.sigmoid()));
  const entropy = binaryCrossEntropyWithLogits(prediction, target, { reduction: "none" });
  const losses = entropy.mul(focus("sigmoidFocal", wrong, gamma));
  return reduceLoss(alpha === null ? losses : losses.mul(target.mul(2 * alpha - 1).add(1 - alpha)), reduction);
};

/** −(1 − p)^γ·ln p with p = softmax(x)[target] (Lin et al. 2017). prediction: logits [batch, classes, …]; target: int32 [batch, …]. */
export const softmaxFocal = (
  prediction: Tensor,
  target: Tensor,
  { gamma = 2, reduction }: FocalOptions = {},
): Tensor => {
  const entropy = crossEntropy(prediction, target, { reduction: "none" });
  const wrong = entropy.neg().expm1().neg();
  return reduceLoss(entropy.mul(focus("softmaxFocal", wrong, gamma)), reduction);
};

/** Below it, a power under 1 would have an infinite slope. */
const SMALLEST = 1e-12;

/** (1 − p)^γ */
const focus = (loss: string, wrong: Tensor, gamma: number): Tensor => {
  if (!(gamma >= 0)) throw new RangeError(`${loss}: gamma is ${gamma}; expected a number from 0 up.`);
  return (gamma < 1 ? wrong.maximum(SMALLEST) : wrong).pow(gamma);
};
