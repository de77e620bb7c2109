// Noise for exploring with vectors: normal at every step, and as alike from step to step as one likes.
import type { Random, RandomState } from "@agon/random";

/**
 * εₜ = ρ·εₜ₋₁ + √(1 − ρ²)·N(0, 1) for each element: normal with deviation 1 whatever ρ is, independent with ρ = 0. This is the
 * Ornstein–Uhlenbeck process of DDPG (Lillicrap et al. 2016, sec. 7) in steps of 1, θ = 1 − ρ. Where one direction has to be kept up for long
 * to get anywhere, noise that is new at every step comes to nothing (Eberhard et al. 2023).
 */
export class CorrelatedNoise {
  readonly values: Float64Array;
  private readonly correlation: number;
  private readonly random: Random;

  constructor(size: number, correlation: number, random: Random) {
    this.correlation = correlation;
    this.random = random;
    this.values = Float64Array.from({ length: size }, () => random.normal());
  }

  /** The values of the next step; overwritten by the next call. */
  next(): Float64Array {
    const { correlation, random, values } = this;
    const fresh = Math.sqrt(1 - correlation * correlation);
    for (let i = 0; i < values.length; i++) values[i] = correlation * values[i] + fresh * random.normal();
    return values;
  }

  save(): { readonly data: RandomState; readonly arrays: { readonly values: Float64Array } } {
    return { data: this.random.state(), arrays: { values: this.values.slice() } };
  }

  load(saved: unknown, array: (name: string) => ArrayLike<number>): void {
    this.random.restore(saved as RandomState);
    this.values.set(array("values"));
  }
}
