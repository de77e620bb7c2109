// Orders and selections of 0 … n − 1, in the order in which NumPy's Generator draws them.
import { below, belowMasked } from "./bounded-integers.ts";
import type { Pcg64 } from "./pcg64.ts";

/** Anything with a length whose elements can be swapped. */
export interface Swappable {
  readonly length: number;
  [index: number]: unknown;
}

/** Fisher–Yates from the end; NumPy's shuffle and permutation draw by masks. */
export const shuffle = (bits: Pcg64, array: Swappable): void => {
  for (let i = array.length - 1; i > 0; i--) swap(array, i, belowMasked(bits, i + 1));
};

/** The same by multiplication, as `choice` draws; it stops before it comes to element `first`. */
const shuffleChosen = (bits: Pcg64, array: Int32Array, first = 1): void => {
  for (let i = array.length - 1; i >= first; i--) swap(array, i, below(bits, i + 1));
};

const swap = (array: Swappable, i: number, j: number): void => {
  const kept = array[i];
  array[i] = array[j];
  array[j] = kept;
};

/** 0, 1, …, n − 1 */
export const range = (n: number): Int32Array => Int32Array.from({ length: n }, (_, i) => i);

/** `count` different numbers of 0 … n − 1 in random order. */
export const distinct = (bits: Pcg64, n: number, count: number): Int32Array => {
  // NumPy shuffles the end of the whole list where it is long and much of it is wanted, else it takes Floyd's way.
  if (n > 10_000 && count > Math.floor(n / 50)) {
    const all = range(n);
    shuffleChosen(bits, all, Math.max(n - count, 1));
    return all.slice(n - count);
  }
  const chosen = floydSubset(bits, n, count);
  shuffleChosen(bits, chosen);
  return chosen;
};

/** Floyd's subset (Bentley & Floyd 1987): number j joins where the number drawn below it is in already. */
const floydSubset = (bits: Pcg64, n: number, count: number): Int32Array => {
  const chosen = new Int32Array(count);
  const taken = new Set<number>();
  for (let j = n - count; j < n; j++) {
    const drawn = below(bits, j + 1);
    const value = taken.has(drawn) ? j : drawn;
    taken.add(value);
    chosen[j - n + count] = value;
  }
  return chosen;
};

/** An index by its weight: the first whose share of the running total exceeds a uniform number. */
export const weighted = (bits: Pcg64, weights: ArrayLike<number>, count: number): Int32Array => {
  const totals = shares(weights);
  return Int32Array.from({ length: count }, () => firstAbove(totals, bits.double()));
};

/** As `weighted`, without repetition: rounds of draws, each among what the rounds before left, repetitions within a round dropped. */
export const weightedDistinct = (bits: Pcg64, weights: ArrayLike<number>, count: number): Int32Array => {
  const left = Float64Array.from(weights);
  const chosen = new Set<number>();
  while (chosen.size < count) {
    for (const index of weighted(bits, left, count - chosen.size)) chosen.add(index);
    for (const index of chosen) left[index] = 0;
  }
  return Int32Array.from(chosen);
};

/** Running totals over the whole total. */
const shares = (weights: ArrayLike<number>): Float64Array => {
  let total = 0;
  const totals = Float64Array.from(weights, (weight) => (total += weight));
  return totals.map((part) => part / total);
};

/** Index of the first element of an ascending list that is greater than x. */
const firstAbove = (ascending: Float64Array, x: number): number => {
  let low = 0;
  let high = ascending.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (ascending[middle] > x) high = middle;
    else low = middle + 1;
  }
  return low;
};
