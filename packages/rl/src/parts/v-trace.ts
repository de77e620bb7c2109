// V-trace (Espeholt et al. 2018): values and advantages of one policy from what another one did.
import { exp } from "@agon/math";

/** A rollout that the behaviour policy µ made, for the target policy π to learn from. Arrays are [steps, environments]. */
export interface OffPolicyRollout {
  /** ln µ(aₜ|sₜ) */
  readonly behaviour: ArrayLike<number>;
  /** ln π(aₜ|sₜ) */
  readonly target: ArrayLike<number>;
  readonly rewards: ArrayLike<number>;
  readonly values: ArrayLike<number>;
  /** Where an episode ended. */
  readonly ends: ArrayLike<number | boolean>;
  /** Values of the observations after the last step. [environments] */
  readonly lastValues: ArrayLike<number>;
}

export interface VTraceOptions {
  readonly gamma: number;
  /** λ: scales the traces c; default 1. */
  readonly lambda?: number;
  /** ρ̄: truncates the weight of each correction, and decides whose value is learned: ∞ that of π. Default 1. */
  readonly rhoLimit?: number;
  /** c̄: truncates how far corrections travel. Default 1. */
  readonly traceLimit?: number;
  /** ρ̄ of the policy gradient; default 1. */
  readonly policyRhoLimit?: number;
}

/**
 * vₜ = V(sₜ) + δₜ + γcₜ(vₜ₊₁ − V(sₜ₊₁)) with δₜ = min(ρ̄, ρₜ)·(rₜ + γV(sₜ₊₁) − V(sₜ)), cₜ = λ·min(c̄, ρₜ) and ρₜ = π(aₜ|sₜ)/µ(aₜ|sₜ) (eq. 1);
 * advantages min(ρ̄, ρₜ)·(rₜ + γvₜ₊₁ − V(sₜ)) (sec. 4.2).
 */
export const vTrace = (
  { behaviour, target, rewards, values, ends, lastValues }: OffPolicyRollout,
  { gamma, lambda = 1, rhoLimit = 1, traceLimit = 1, policyRhoLimit = 1 }: VTraceOptions,
): { readonly values: Float64Array; readonly advantages: Float64Array; readonly ratios: Float64Array } => {
  const size = rewards.length;
  const environments = lastValues.length;
  const corrected = new Float64Array(size);
  const advantages = new Float64Array(size);
  const ratios = new Float64Array(size);
  for (let i = size - 1; i >= 0; i--) {
    const after = i + environments;
    const nextValue = after < size ? values[after] : lastValues[after - size];
    const nextCorrected = after < size ? corrected[after] : nextValue;
    const worth = ends[i] ? 0 : gamma;
    const ratio = exp(target[i] - behaviour[i]);
    const delta = Math.min(rhoLimit, ratio) * (rewards[i] + worth * nextValue - values[i]);
    const trace = lambda * Math.min(traceLimit, ratio);
    ratios[i] = ratio;
    corrected[i] = values[i] + delta + worth * trace * (nextCorrected - nextValue);
    advantages[i] = Math.min(policyRhoLimit, ratio) * (rewards[i] + worth * nextCorrected - values[i]);
  }
  return { values: corrected, advantages, ratios };
};
