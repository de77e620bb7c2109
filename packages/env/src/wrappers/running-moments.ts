// Mean and variance of a stream of vectors, kept up to date batch by batch.

/** Plain data from which statistics go on. */
export interface RunningMomentsState {
  readonly count: number;
  readonly mean: readonly number[];
  readonly variance: readonly number[];
}

/**
 * Mean and variance per element of all vectors seen, by the parallel algorithm of Chan, Golub & LeVeque (1979): with batch moments m, v of n
 * vectors and δ = m − mean, mean += δ·n/(count + n), M₂ += v·n + δ²·count·n/(count + n). Begins as Gymnasium's RunningMeanStd: mean 0, variance 1, count 10⁻⁴.
 */
export class RunningMoments {
  /** Vectors seen. */
  count = 1e-4;
  readonly mean: Float64Array;
  readonly variance: Float64Array;
  /** While true `update` changes nothing: for evaluation. */
  frozen = false;

  constructor(size: number) {
    this.mean = new Float64Array(size);
    this.variance = new Float64Array(size).fill(1);
  }

  /** Takes rows of `values`, [rows, size], those whose flag in `skip` is not 0 left out. */
  update(values: ArrayLike<number>, skip?: ArrayLike<number>): void {
    if (this.frozen) return;
    const size = this.mean.length;
    const rows: number[] = [];
    for (let row = 0; row * size < values.length; row++) if (!skip || skip[row] === 0) rows.push(row * size);
    if (rows.length === 0) return;
    const n = rows.length;
    const total = this.count + n;
    for (let i = 0; i < size; i++) {
      let sum = 0;
      for (const row of rows) sum += values[row + i];
      const mean = sum / n;
      let squares = 0;
      for (const row of rows) squares += (values[row + i] - mean) * (values[row + i] - mean);
      const delta = mean - this.mean[i];
      const between = (delta * delta * this.count * n) / total;
      this.mean[i] += (delta * n) / total;
      this.variance[i] = (this.variance[i] * this.count + squares + between) / total;
    }
    this.count = total;
  }

  toJSON(): RunningMomentsState {
    return { count: this.count, mean: Array.from(this.mean), variance: Array.from(this.variance) };
  }

  /** Goes on from what `toJSON` gave. */
  restore({ count, mean, variance }: RunningMomentsState): void {
    if (mean.length !== this.mean.length || variance.length !== this.mean.length)
      throw new RangeError(`RunningMoments: a state of ${mean.length} elements for statistics of ${this.mean.length}.`);
    this.count = count;
    this.mean.set(mean);
    this.variance.set(variance);
  }
}
