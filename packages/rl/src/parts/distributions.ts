// Policies as distributions: log-probability, entropy and divergence as tensors; numerically safe for any logits.
import { log } from "@agon/math";
import { softplus } from "@agon/nn";
import type { Tensor } from "@agon/tensor";
import { chosenValue } from "./targets.ts";

const HALF_LOG_TWO_PI = 0.9189385332046727; // ½·ln 2π
const LOG_TWO = 0.6931471805599453;

/** ln p(a) with p = softmax(logits). logits: [batch, actions]; actions: [batch]; result: [batch]. */
export const categoricalLogProbability = (logits: Tensor, actions: Tensor): Tensor =>
  chosenValue(logits.logSoftmax(1), actions);

/** −Σ p·ln p. logits: [batch, actions]; result: [batch]. */
export const categoricalEntropy = (logits: Tensor): Tensor => {
  const logProbabilities = logits.logSoftmax(1);
  return logProbabilities.exp().mul(logProbabilities).sum(1).neg();
};

/** KL(p‖q) = Σ p·(ln p − ln q). Both logits: [batch, actions]; result: [batch]. */
export const categoricalKl = (p: Tensor, q: Tensor): Tensor => {
  const logProbabilities = p.logSoftmax(1);
  return logProbabilities
    .exp()
    .mul(logProbabilities.sub(q.logSoftmax(1)))
    .sum(1);
};

/** ln p(x) with p(1) = σ(logit), elementwise; outcomes x are 0 or 1. */
export const bernoulliLogProbability = (logits: Tensor, outcomes: Tensor): Tensor =>
  outcomes.mul(logits).sub(softplus(logits));

/** Elementwise. */
export const bernoulliEntropy = (logits: Tensor): Tensor => softplus(logits).sub(logits.mul(logits.sigmoid()));

/** ln N(x; µ, σ²) = −½((x − µ)/σ)² − ln σ − ½ ln 2π, elementwise. */
export const normalLogProbability = (mean: Tensor, logStd: Tensor, value: Tensor): Tensor =>
  value.sub(mean).mul(logStd.neg().exp()).square().mul(-0.5).sub(logStd).sub(HALF_LOG_TWO_PI);

/** ½ + ½ ln 2π + ln σ, elementwise. */
export const normalEntropy = (logStd: Tensor): Tensor => logStd.add(0.5 + HALF_LOG_TWO_PI);

/** KL(N(µ₁, σ₁²)‖N(µ₂, σ₂²)) = ln σ₂/σ₁ + (σ₁² + (µ₁ − µ₂)²)/2σ₂² − ½, elementwise. */
export const normalKl = (
  [mean1, std1]: readonly [mean: Tensor, std: Tensor],
  [mean2, std2]: readonly [mean: Tensor, std: Tensor],
): Tensor => {
  const spread = std1.square().add(mean1.sub(mean2).square()).div(std2.square().mul(2));
  return std2.log().sub(std1.log()).add(spread).sub(0.5);
};

export interface SquashOptions {
  /** Half the width of the interval of actions; default 1. */
  readonly scale?: number;
  /** Its middle; default 0. */
  readonly middle?: number;
  /** Where given, ln(1 − tanh²u + ε) in place of the exact logarithm, as published implementations of SAC have it. */
  readonly epsilon?: number;
}

/**
 * An action within bounds, a = middle + scale·tanh(u) with u = µ + σ·noise, and its log-density Σ ln N(u; µ, σ²) − ln(scale·(1 − tanh²u))
 * (Haarnoja et al. 2018, app. C). ln(1 − tanh²u) = 2(ln 2 − u − softplus(−2u)) stays finite where tanh u rounds to ±1. Gradients reach µ and σ
 * through the action. mean, logStd, noise: [batch, size]; logProbability: [batch].
 */
export const squashedNormal = (
  mean: Tensor,
  logStd: Tensor,
  { noise, scale = 1, middle = 0, epsilon }: SquashOptions & { readonly noise: Tensor },
): { readonly action: Tensor; readonly logProbability: Tensor } => {
  const raw = mean.add(logStd.exp().mul(noise));
  const squashed = raw.tanh();
  const logSlope =
    epsilon === undefined
      ? softplus(raw.mul(-2)).add(raw).neg().add(LOG_TWO).mul(2)
      : squashed
          .square()
          .neg()
          .add(1 + epsilon)
          .log();
  // (u − µ)/σ is the noise itself.
  const logNormal = noise.square().mul(-0.5).sub(logStd).sub(HALF_LOG_TWO_PI);
  return {
    action: scale === 1 && middle === 0 ? squashed : squashed.mul(scale).add(middle),
    logProbability: logNormal.sub(logSlope).sub(log(scale)).sum(1),
  };
};
