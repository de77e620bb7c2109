// Rewards divided by how much discounted returns vary: networks learn values of about 1 whatever the unit of the rewards.

import { NonFiniteError } from "@agon/tensor";

/** Plain data from which a scale goes on. */
interface RewardScaleState {
  readonly returns: readonly number[];
  readonly moments: readonly [count: number, mean: number, squares: number];
}

/** r/√Var(G) with Gₜ = γGₜ₋₁ + rₜ of each environment, the variance over all that was seen (Welford 1962); the mean is left in. */
export class RewardScale {
  private readonly returns: Float64Array;
  private count = 0;
  private mean = 0;
  private squares = 0;

  constructor(environments: number) {
    this.returns = new Float64Array(environments);
  }

  /** Scales one step's rewards in place. `ends`: whose episode is over. */
  apply(rewards: Float64Array, gamma: number, ends: (lane: number) => boolean): void {
    for (let lane = 0; lane < rewards.length; lane++)
      if (!Number.isFinite((this.returns[lane] * gamma + rewards[lane] - this.mean) ** 2))
        throw new NonFiniteError(
          "output [squared returns] is Infinity, beyond float64; nothing was written.",
          "returns",
        );
    for (let lane = 0; lane < rewards.length; lane++) {
      const value = this.returns[lane] * gamma + rewards[lane];
      this.count++;
      const delta = value - this.mean;
      this.mean += delta / this.count;
      this.squares += delta * (value - this.mean);
      this.returns[lane] = ends(lane) ? 0 : value;
    }
    const deviation = Math.sqrt(this.squares / this.count) || 1;
    for (let lane = 0; lane < rewards.length; lane++) rewards[lane] /= deviation;
  }

  save(): { readonly data: RewardScaleState } {
    return { data: { returns: [...this.returns], moments: [this.count, this.mean, this.squares] } };
  }

  load(saved: unknown): void {
    const { returns, moments } = saved as RewardScaleState;
    this.returns.set(returns);
    [this.count, this.mean, this.squares] = moments;
  }
}
