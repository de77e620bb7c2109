// Statistics of scores over seeds: what may be concluded from a handful of runs.
import type { Random } from "@agon/random";

/** Arithmetic mean; NaN of nothing. */
export function mean(values: readonly number[]): number {
  let sum = 0;
  for (const value of values) sum += value;
  return sum / values.length;
}

/** Sample standard deviation, √(Σ (x − mean)² / (n − 1)); 0 of a single value. */
export function std(values: readonly number[]): number {
  if (values.length === 1) return 0;
  const center = mean(values);
  let sum = 0;
  for (const value of values) sum += (value - center) * (value - center);
  return Math.sqrt(sum / (values.length - 1));
}

/** Standard error of the mean, std / √n. */
export function standardError(values: readonly number[]): number {
  return std(values) / Math.sqrt(values.length);
}

/**
 * Interquartile mean: the mean of the middle half, after dropping ⌊n/4⌋ values from each end (Agarwal et al. 2021, "Deep reinforcement
 * learning at the edge of the statistical precipice").
 */
export function interquartileMean(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const cut = Math.floor(sorted.length / 4);
  return mean(sorted.slice(cut, sorted.length - cut));
}

export interface Interval {
  readonly low: number;
  readonly high: number;
}

export interface BootstrapOptions {
  /** Where the resamples come from. */
  readonly random: Pick<Random, "integer">;
  /** What is estimated. */
  readonly statistic?: (values: readonly number[]) => number;
  /** Share of the resampled statistics inside the interval. */
  readonly confidence?: number;
  readonly resamples?: number;
}

/** Percentile bootstrap interval of a statistic (Efron 1979): by default the 95% interval of the interquartile mean. */
export function bootstrapInterval(
  values: readonly number[],
  { random, statistic = interquartileMean, confidence = 0.95, resamples = 2000 }: BootstrapOptions,
): Interval {
  const estimates = Array.from({ length: resamples }, () =>
    statistic(values.map(() => values[random.integer(values.length)])),
  ).sort((a, b) => a - b);
  const tail = (1 - confidence) / 2;
  return { low: quantile(estimates, tail), high: quantile(estimates, 1 - tail) };
}

/** Quantile of sorted values, linear between neighbours. */
function quantile(sorted: readonly number[], share: number): number {
  const position = share * (sorted.length - 1);
  const below = Math.floor(position);
  const above = Math.ceil(position);
  return sorted[below] + (position - below) * (sorted[above] - sorted[below]);
}
