// Losses of policies: the plain policy gradient, and PPO's clipped one.
import type { Tensor } from "@agon/tensor";

/** −E[ln π(a|s)·A] (Williams 1992). Both: [batch]. */
export const policyGradientLoss = (logProbabilities: Tensor, advantages: Tensor): Tensor =>
  logProbabilities.mul(advantages).mean().neg();

/** (A − mean)/(std + 10⁻⁸), std with Bessel's correction. [batch] */
export const normalised = (advantages: Tensor): Tensor =>
  advantages.sub(advantages.mean()).div(advantages.std(undefined, { correction: 1 }).add(1e-8));

/** One minibatch. All: [batch]. */
export interface PolicyBatch {
  /** ln π(a|s) now. */
  readonly logProbabilities: Tensor;
  /** ln π(a|s) when the action was taken. */
  readonly oldLogProbabilities: Tensor;
  readonly advantages: Tensor;
  readonly entropies: Tensor;
  /** V(s) now. */
  readonly values: Tensor;
  /** V(s) when the action was taken. */
  readonly oldValues: Tensor;
  readonly returns: Tensor;
}

export interface PPOLossOptions {
  /** ε: how far the ratio of probabilities counts. */
  readonly clip: number;
  readonly valueWeight: number;
  readonly entropyWeight: number;
  /** Limits the change of values to ε too. */
  readonly clipValues: boolean;
  /** Scales the minibatch's advantages to mean 0 and deviation 1. */
  readonly normaliseAdvantages: boolean;
}

/** The loss and its parts; scalars but for the ratio. */
export interface PPOLoss {
  readonly loss: Tensor;
  readonly policyLoss: Tensor;
  readonly valueLoss: Tensor;
  readonly entropy: Tensor;
  /** ρ = π/π_old. [batch] */
  readonly ratio: Tensor;
  /** KL(π_old‖π) as E[ρ − 1 − ln ρ], never negative. */
  readonly kl: Tensor;
  /** The same as E[−ln ρ]: of larger variance, may be negative. */
  readonly plainKl: Tensor;
  /** Share of the samples whose ratio is beyond ε. */
  readonly clipped: Tensor;
}

/**
 * L = E[max(−A·ρ, −A·clip(ρ, 1 − ε, 1 + ε))] + c·½E[(V − R)²] − β·E[H] with ρ = π/π_old (Schulman et al. 2017, eq. 7 and 9); with `clipValues`
 * the squared error is the larger one of V's and of V_old + clip(V − V_old, −ε, ε)'s.
 */
export const ppoLoss = (
  { logProbabilities, oldLogProbabilities, advantages, entropies, values, oldValues, returns }: PolicyBatch,
  { clip, valueWeight, entropyWeight, clipValues, normaliseAdvantages }: PPOLossOptions,
): PPOLoss => {
  const logRatio = logProbabilities.sub(oldLogProbabilities);
  const ratio = logRatio.exp();
  const losses = (normaliseAdvantages ? normalised(advantages) : advantages).neg();
  const policyLoss = losses
    .mul(ratio)
    .maximum(losses.mul(ratio.clamp(1 - clip, 1 + clip)))
    .mean();
  const error = values.sub(returns).square();
  const near = oldValues.add(values.sub(oldValues).clamp(-clip, clip));
  const valueLoss = (clipValues ? error.maximum(near.sub(returns).square()) : error).mean().mul(0.5);
  const entropy = entropies.mean();
  return {
    loss: policyLoss.add(valueLoss.mul(valueWeight)).sub(entropy.mul(entropyWeight)),
    policyLoss,
    valueLoss,
    entropy,
    ratio,
    kl: ratio.sub(1).sub(logRatio).mean(),
    plainKl: logRatio.mean().neg(),
    clipped: ratio.sub(1).abs().greater(clip).cast("float32").mean(),
  };
};
