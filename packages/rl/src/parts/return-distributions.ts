// Returns as distributions rather than means: fixed atoms (C51) and quantiles (QR-DQN).
import { arange, type Tensor } from "@agon/tensor";

/** Atoms evenly spaced over [low, high]. */
export interface Atoms {
  readonly count: number;
  readonly low: number;
  readonly high: number;
}

/**
 * The distribution of r + d·Z′ put back onto the atoms of Z′: each moved atom's mass is shared by its two neighbours in proportion to nearness,
 * beyond the ends by the end itself (Bellemare et al. 2017, alg. 1). Mass is conserved, and the mean too where no atom is moved beyond the ends.
 * probabilities: [batch, count]; rewards, discounts: [batch], a discount of 0 where the episode has terminated.
 */
export const projectCategorical = (
  probabilities: ArrayLike<number>,
  { rewards, discounts }: { readonly rewards: ArrayLike<number>; readonly discounts: ArrayLike<number> },
  { count, low, high }: Atoms,
): Float64Array => {
  const out = new Float64Array(probabilities.length);
  const width = (high - low) / (count - 1);
  for (let row = 0; row < rewards.length; row++)
    for (let atom = 0; atom < count; atom++) {
      const moved = rewards[row] + discounts[row] * (low + atom * width);
      const at = Math.min(count - 1, Math.max(0, (moved - low) / width));
      const below = Math.floor(at);
      const mass = probabilities[row * count + atom];
      out[row * count + below] += mass * (1 - (at - below));
      if (below + 1 < count) out[row * count + below + 1] += mass * (at - below);
    }
  return out;
};

/**
 * Quantile Huber loss E[Σᵢ mean_j |τ̂ᵢ − 1{u < 0}|·huber_κ(u)/κ] with u = targetⱼ − θᵢ and τ̂ᵢ = (i + ½)/N (Dabney et al. 2018, eq. 10).
 * quantiles: [batch, N]; targets: [batch, M].
 */
export const quantileHuber = (quantiles: Tensor, targets: Tensor, kappa = 1): Tensor => {
  const error = targets.unsqueeze(1).sub(quantiles.unsqueeze(2)); // [batch, N, M]
  const size = error.abs();
  const inner = size.clamp(0, kappa);
  const loss = inner.square().mul(0.5).add(size.sub(inner).mul(kappa)).div(kappa);
  const n = quantiles.shape[1];
  const levels = arange(0, n).add(0.5).div(n).reshape([1, n, 1]);
  const weight = levels.sub(error.detach().less(0).cast("float32")).abs();
  return weight.mul(loss).mean(2).sum(1).mean();
};
