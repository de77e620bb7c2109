// What a contestant offers: for each row it can do, a program made ready to run again and again.
import type { PlanReport, ProfileOptions } from "@agon/tensor";

export interface Prepared {
  /** One run; the work is finished when it returns or resolves. */
  readonly run: () => unknown;
  /** True where `run` gives a promise. */
  readonly asynchronous?: boolean;
  /** Timed by processor time, which other programs change less than the clock's: for one thread that never waits. */
  readonly processorTime?: boolean;
  /** Bytes that a fixed number of runs, since the start, has led to: equal wherever the arithmetic is the same. */
  readonly outcome?: () => NodeJS.ArrayBufferView;
  /** What its plan consists of and how long the parts take. */
  readonly profile?: (options: ProfileOptions) => PlanReport;
  /** Throws where the work was not really done, or wrongly. Called after the runs. */
  readonly check?: () => unknown;
}

export interface Contestant {
  /** As the table names it, with its version. */
  readonly name: string;
  readonly numerics?: string;
  readonly rows: Readonly<Record<string, () => Prepared | Promise<Prepared>>>;
}

/** Three elements of a product against sums in float64. */
export const checkProduct = (n: number, a: Float32Array, b: Float32Array, c: ArrayLike<number>): void => {
  for (const [i, j] of [
    [0, 0],
    [n - 1, n >> 1],
    [n >> 1, n - 1],
  ]) {
    let sum = 0;
    for (let k = 0; k < n; k++) sum += a[i * n + k] * b[k * n + j];
    if (!(Math.abs(sum - c[i * n + j]) < 1e-2))
      throw new Error(`product of ${n}: element [${i}, ${j}] is ${c[i * n + j]}, expected ${sum}.`);
  }
};

/** A loss that does not fall shows a step that does not train. */
export const checkFell = (first: number, last: number): void => {
  if (!(last < first)) throw new Error(`the loss went from ${first} to ${last}; it should have fallen.`);
};
