// Negative log-likelihoods of numbers under a distribution whose parameters are predicted.
import type { Tensor } from "@agon/tensor";
import { type LossOptions, reduceLoss, requireAlike } from "./reduction.ts";

export interface PoissonNllOptions extends LossOptions {
  /** The prediction is the logarithm of the rate; default true. */
  readonly logInput?: boolean;
  /** Adds Stirling's ln y! for targets above 1, which does not depend on the prediction; default false. */
  readonly full?: boolean;
  /** Added to a rate before its logarithm is taken; default 1e−8. */
  readonly epsilon?: number;
}

/** λ − y·ln λ of counts y under a Poisson distribution; prediction: ln λ, or λ with logInput false. One shape. */
export const poissonNll = (
  prediction: Tensor,
  target: Tensor,
  { logInput = true, full = false, epsilon = 1e-8, reduction }: PoissonNllOptions = {},
): Tensor => {
  requireAlike("poissonNll", { prediction, target });
  const losses = logInput
    ? prediction.exp().sub(target.mul(prediction))
    : prediction.sub(target.mul(prediction.add(epsilon).log()));
  return reduceLoss(full ? losses.add(logFactorial(target)) : losses, reduction);
};

/** y ln y − y + ½ln(2πy) for y > 1, else 0. */
const logFactorial = (y: Tensor): Tensor => {
  const large = y.greater(1);
  const safe = large.where(y, 1);
  const stirling = safe
    .mul(safe.log())
    .sub(safe)
    .add(
      safe
        .mul(2 * Math.PI)
        .log()
        .mul(0.5),
    );
  return large.where(stirling, 0);
};

export interface GaussianNllOptions extends LossOptions {
  /** Adds ½ln 2π, which does not depend on the prediction; default false. */
  readonly full?: boolean;
  /** Variances are at least this; default 1e−6. */
  readonly epsilon?: number;
}

/** ½ ln(2π) */
const HALF_LOG_TWO_PI = 0.9189385332046727;

/** ½(ln v + (y − μ)²/v) of numbers y under a normal distribution (Nix & Weigend 1994). prediction μ, target y, variance v: one shape. */
export const gaussianNll = (
  prediction: Tensor,
  target: Tensor,
  variance: Tensor,
  { full = false, epsilon = 1e-6, reduction }: GaussianNllOptions = {},
): Tensor => {
  requireAlike("gaussianNll", { prediction, target, variance });
  const v = variance.maximum(epsilon);
  const losses = v.log().add(target.sub(prediction).square().div(v)).mul(0.5);
  return reduceLoss(full ? losses.add(HALF_LOG_TWO_PI) : losses, reduction);
};
