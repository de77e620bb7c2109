// Statistics of repeated runs: the centre, the spread, and how far the centre can be trusted.
import type { Random } from "@agon/random";

export const mean = (values: ArrayLike<number>): number => {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i];
  return sum / values.length;
};

/** Standard deviation of a sample, √(Σ (x − x̄)² / (n − 1)); NaN for fewer than two values. */
export const standardDeviation = (values: ArrayLike<number>): number => {
  const centre = mean(values);
  let sum = 0;
  for (let i = 0; i < values.length; i++) {
    const deviation = values[i] - centre;
    sum += deviation * deviation;
  }
  return values.length < 2 ? Number.NaN : Math.sqrt(sum / (values.length - 1));
};

/** Standard error of the mean, s / √n; NaN for fewer than two values. */
export const standardError = (values: ArrayLike<number>): number =>
  standardDeviation(values) / Math.sqrt(values.length);

/** Mean of the middle half: ⌊n/4⌋ values are dropped at each end (Agarwal et al. 2021, "Deep RL at the edge of the statistical precipice"). */
export const interquartileMean = (values: ArrayLike<number>): number => {
  const sorted = Float64Array.from(values).sort();
  const dropped = Math.floor(sorted.length / 4);
  return mean(sorted.subarray(dropped, sorted.length - dropped));
};

/** The value below which a share `probability` of the sorted values lies, linear between neighbours (type 7 of Hyndman and Fan 1996). */
export const quantile = (sorted: ArrayLike<number>, probability: number): number => {
  const position = probability * (sorted.length - 1);
  const below = Math.floor(position);
  const above = Math.min(below + 1, sorted.length - 1);
  return sorted[below] + (position - below) * (sorted[above] - sorted[below]);
};

export interface Interval {
  readonly low: number;
  readonly high: number;
}

export interface BootstrapOptions {
  /** Where the resamples come from: the same stream gives the same interval. */
  readonly random: Random;
  /** What is estimated. Default: the mean. */
  readonly statistic?: (values: Float64Array) => number;
  /** Default: 0.95. */
  readonly confidence?: number;
  /** Number of resamples. Default: 2000. */
  readonly samples?: number;
}

/** Percentile bootstrap interval (Efron 1979): quantiles of the statistic over resamples of `values` drawn with replacement. */
export const bootstrapInterval = (values: ArrayLike<number>, options: BootstrapOptions): Interval => {
  const { random, statistic = mean, confidence = 0.95, samples = 2000 } = options;
  if (values.length === 0) throw new RangeError("bootstrapInterval: no values, at least one is needed.");
  const resample = new Float64Array(values.length);
  const estimates = new Float64Array(samples);
  for (let s = 0; s < samples; s++) {
    for (let i = 0; i < resample.length; i++) resample[i] = values[random.integer(values.length)];
    estimates[s] = statistic(resample);
  }
  estimates.sort();
  const tail = (1 - confidence) / 2;
  return { low: quantile(estimates, tail), high: quantile(estimates, 1 - tail) };
};
