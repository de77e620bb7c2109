// Reductions: plain sequential sums in float64.
import { stridesOf } from "../../shape.ts";
import type { Kernel } from "./kernel.ts";
import { around, eachRow } from "./rows.ts";

/** Row by row: a row falls on one element of the output or on as many as it has. */
const fold =
  (initial: number, f: (total: number, x: number) => number): Kernel =>
  ([x], output) => {
    const totals = new Float64Array(output.data.length).fill(initial);
    const strides = stridesOf(output.shape).map((stride, i) => (output.shape[i] === 1 ? 0 : stride));
    eachRow(x.shape, strides, 0, (position, offset, length, step) => {
      let at = offset;
      for (let k = position; k < position + length; k++, at += step) totals[at] = f(totals[at], x.data[k]);
    });
    output.data.set(totals);
  };

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
