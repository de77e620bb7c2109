// How far one distribution is from another.
import type { Tensor } from "@agon/tensor";
import { type Reduction, reduceLoss, requireAlike } from "./reduction.ts";

export interface KlDivergenceOptions {
  /** As of every loss, or "batchmean": the sum divided by the length of dim 0, which is the divergence's mean over a batch. */
  readonly reduction?: Reduction | "batchmean";
  /** The target holds logarithms too; default false. */
  readonly logTarget?: boolean;
}

/**
 * Kullback–Leibler divergence, t·(ln t − x) by element with 0·ln 0 = 0. prediction x: log-probabilities; target t: probabilities, or
 * their logarithms; one shape.
 */
export const klDivergence = (
  prediction: Tensor,
  target: Tensor,
  { reduction, logTarget = false }: KlDivergenceOptions = {},
): Tensor => {
  requireAlike("klDivergence", { prediction, target });
  const losses = logTarget
    ? target.exp().mul(target.sub(prediction))
    : target.mul(target.greater(0).where(target, 1).log().sub(prediction));
  return reduction === "batchmean" ? losses.sum().mul(1 / prediction.shape[0]) : reduceLoss(losses, reduction);
};
