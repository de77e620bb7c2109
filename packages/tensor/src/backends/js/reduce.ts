// Reductions: plain sequential sums in float64.
import { sizeOf, stridesOf } from "../../shape.ts";
import type { Kernel, View } from "./kernel.ts";

/** For each element of x the element of the output it belongs to (reduced dims have length 1 there). */
const owners = (x: View, output: View): Int32Array => {
  const strides = stridesOf(output.shape).map((stride, i) => (output.shape[i] === 1 ? 0 : stride));
  const owner = new Int32Array(x.data.length);
  const index = new Int32Array(x.shape.length);
  let at = 0;
  for (let i = 0; i < owner.length; i++) {
    owner[i] = at;
    for (let dim = x.shape.length - 1; dim >= 0; dim--) {
      at += strides[dim];
      if (++index[dim] < x.shape[dim]) break;
      at -= strides[dim] * x.shape[dim];
      index[dim] = 0;
    }
  }
  return owner;
};

const fold =
  (initial: number, f: (total: number, x: number) => number): Kernel =>
  ([x], output) => {
    const totals = new Float64Array(output.data.length).fill(initial);
    const owner = owners(x, output);
    for (let i = 0; i < owner.length; i++) totals[owner[i]] = f(totals[owner[i]], x.data[i]);
    output.data.set(totals);
  };

/** [outer, length, inner] of a tensor around one dim. */
export const around = (shape: readonly number[], dim: number): [outer: number, length: number, inner: number] => [
  sizeOf(shape.slice(0, dim)),
  shape[dim],
  sizeOf(shape.slice(dim + 1)),
];

const argExtreme =
  (better: (a: number, b: number) => boolean): Kernel =>
  ([x], output, { dim }) => {
    const [outer, length, inner] = around(x.shape, dim as number);
    for (let o = 0; o < outer; o++)
      for (let i = 0; i < inner; i++) {
        const start = o * length * inner + i;
        let best = 0;
        let value = x.data[start];
        for (let k = 1; k < length && !Number.isNaN(value); k++) {
          const candidate = x.data[start + k * inner];
          if (better(candidate, value) || Number.isNaN(candidate)) [best, value] = [k, candidate];
        }
        output.data[o * inner + i] = best;
      }
  };

const cumulative =
  (f: (total: number, x: number) => number): Kernel =>
  ([x], output, { dim }) => {
    const [outer, length, inner] = around(x.shape, dim as number);
    for (let o = 0; o < outer; o++)
      for (let i = 0; i < inner; i++) {
        let at = o * length * inner + i;
        let total = x.data[at];
        for (let k = 0; k < length; k++, at += inner) {
          if (k > 0) total = f(total, x.data[at]);
          output.data[at] = total;
        }
      }
  };

export const reduce: Readonly<Record<string, Kernel>> = {
  sum: fold(0, (total, x) => total + x),
  prod: fold(1, (total, x) => total * x),
  max: fold(-Infinity, Math.max),
  min: fold(Infinity, Math.min),
  argmax: argExtreme((a, b) => a > b),
  argmin: argExtreme((a, b) => a < b),
  cumsum: cumulative((total, x) => total + x),
  cumprod: cumulative((total, x) => total * x),
  allFinite: (inputs, output) => {
    output.data[0] = Number(inputs.every(({ data }) => data.every(Number.isFinite)));
  },
};
