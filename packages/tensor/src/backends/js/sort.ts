// Stable sorting by merging runs of 1, 2, 4, … elements.
import type { Kernel } from "./kernel.ts";
import { around } from "./rows.ts";

/** NaN counts as the largest number. */
const after = (a: number, b: number): boolean => a > b || (a !== a && b === b);

/** Merges the sorted runs from[start, middle) and from[middle, end) of indices into `to`; of equals the left one comes first. */
const merge = (
  keys: Float64Array,
  from: Int32Array,
  to: Int32Array,
  start: number,
  middle: number,
  end: number,
  descending: boolean,
): void => {
  let left = start;
  let right = middle;
  for (let at = start; at < end; at++) {
    const a = keys[from[left]];
    const b = keys[from[right]];
    const takeRight = right < end && (left >= middle || (descending ? after(b, a) : after(a, b)));
    to[at] = takeRight ? from[right++] : from[left++];
  }
};

/** The indices of `keys` in their order. */
const order = (keys: Float64Array, descending: boolean): Int32Array => {
  const { length } = keys;
  let from = new Int32Array(length);
  let to = new Int32Array(length);
  for (let i = 0; i < length; i++) from[i] = i;
  for (let run = 1; run < length; run *= 2) {
    for (let start = 0; start < length; start += 2 * run)
      merge(keys, from, to, start, Math.min(start + run, length), Math.min(start + 2 * run, length), descending);
    [from, to] = [to, from];
  }
  return from;
};

export const sort: Readonly<Record<string, Kernel>> = {
  argsort: ([x], output, { dim, descending }) => {
    const [outer, length, inner] = around(x.shape, dim as number);
    const keys = new Float64Array(length);
    for (let o = 0; o < outer; o++)
      for (let i = 0; i < inner; i++) {
        const start = o * length * inner + i;
        for (let k = 0; k < length; k++) keys[k] = x.data[start + k * inner];
        const sorted = order(keys, descending === true);
        for (let k = 0; k < length; k++) output.data[start + k * inner] = sorted[k];
      }
  },
};
