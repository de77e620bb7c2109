// Cross-entropy of yes-or-no questions, from probabilities and from logits.
import { customGradient, type Tensor } from "@agon/tensor";
import { softplus } from "../activations.ts";
import { type LossOptions, reduceLoss, requireAlike } from "./reduction.ts";

export interface BinaryCrossEntropyOptions extends LossOptions {
  /** Factor of each single loss, broadcast. */
  readonly weight?: Tensor;
}

/** Logarithms of probabilities are no lower, so that a sure mistake costs 100 and not infinity (as PyTorch has it). */
const LOWEST_LOG = -100;
/** x(1 − x) in the denominator of the gradient is no smaller. */
const SMALLEST = 1e-12;

/**
 * −y·ln x − (1 − y)·ln(1 − x) of probabilities x, each logarithm at least −100. Prefer binaryCrossEntropyWithLogits, which is exact
 * everywhere. prediction, target: one shape, both in [0, 1].
 */
export const binaryCrossEntropy = (
  prediction: Tensor,
  target: Tensor,
  { reduction, weight }: BinaryCrossEntropyOptions = {},
): Tensor => {
  requireAlike("binaryCrossEntropy", { prediction, target });
  const logOf = (p: Tensor): Tensor => p.log().maximum(LOWEST_LOG);
  const logOdds = (p: Tensor): Tensor => logOf(p.neg().add(1)).sub(logOf(p));
  const losses = customGradient(
    [prediction, target],
    ([x, y]) =>
      logOf(x.neg().add(1))
        .neg()
        .add(y.mul(logOdds(x))),
    // dL/dx = (x − y)/(x(1 − x)), dL/dy = ln(1 − x) − ln x
    (g) => {
      const variance = prediction.mul(prediction.neg().add(1)).maximum(SMALLEST);
      return [g.mul(prediction.sub(target)).div(variance), g.mul(logOdds(prediction))];
    },
  );
  return reduceLoss(weight ? losses.mul(weight) : losses, reduction);
};

export interface BinaryCrossEntropyWithLogitsOptions extends BinaryCrossEntropyOptions {
  /** p: factor of the losses of positive targets, broadcast: above 1 it raises recall, below 1 precision. */
  readonly positiveWeight?: Tensor;
}

/**
 * −p·y·ln σ(x) − (1 − y)·ln(1 − σ(x)), from logits x, as (1 − y)x + (1 + (p − 1)y)·ln(1 + e⁻ˣ): finite for every finite x.
 * prediction, target: one shape; targets in [0, 1].
 */
export const binaryCrossEntropyWithLogits = (
  prediction: Tensor,
  target: Tensor,
  { reduction, weight, positiveWeight }: BinaryCrossEntropyWithLogitsOptions = {},
): Tensor => {
  requireAlike("binaryCrossEntropyWithLogits", { prediction, target });
  const losses = positiveWeight
    ? prediction
        .sub(prediction.mul(target))
        .add(softplus(prediction.neg()).mul(target.mul(positiveWeight.sub(1)).add(1)))
    : softplus(prediction).sub(prediction.mul(target));
  return reduceLoss(weight ? losses.mul(weight) : losses, reduction);
};
