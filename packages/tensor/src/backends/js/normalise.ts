// Rows brought to a common measure, in float64: the same steps as the plain compositions.
import { exp, log } from "@agon/math";
import type { Attributes } from "../../backend.ts";
import type { Kernel } from "./kernel.ts";

type Row = Float64Array;

/** Applies `f` to each row of the inputs, telling its number; it gives the output's row. */
const byRow =
  (f: (rows: readonly Row[], attributes: Attributes, row: number) => Row): Kernel =>
  (inputs, output, attributes) => {
    const length = output.shape[output.shape.length - 1];
    for (let start = 0; start < output.data.length; start += length) {
      const rows = inputs.map(({ data }) => Float64Array.from(data.subarray(start, start + length)));
      output.data.set(f(rows, attributes, start / length), start);
    }
  };

const sum = (x: Row): number => x.reduce((total, value) => total + value, 0);
const dot = (x: Row, y: Row): number => x.reduce((total, value, i) => total + value * y[i], 0);
const mean = (x: Row): number => sum(x) / x.length;

const lessLargest = (x: Row): Row => {
  const largest = x.reduce((most, value) => Math.max(most, value), -Infinity);
  return x.map((value) => value - largest);
};

/** The row with mean 0, and 1/√(variance + ε). */
const standard = (x: Row, epsilon: number): { readonly y: Row; readonly r: number } => {
  const middle = mean(x);
  const centred = x.map((value) => value - middle);
  const r = 1 / Math.sqrt(dot(centred, centred) / x.length + epsilon);
  return { y: centred.map((value) => value * r), r };
};

const softmax = (x: Row): Row => {
  const e = lessLargest(x).map(exp);
  const total = sum(e);
  return e.map((value) => value / total);
};

export const normalise: Readonly<Record<string, Kernel>> = {
  softmax: byRow(([x]) => softmax(x)),
  causalSoftmax: (inputs, output, attributes) => {
    const [queries, keys] = [1, ...output.shape].slice(-2);
    const row = byRow(([x], _attributes, i) => {
      const seen = Math.max(0, (i % queries) + 1 + keys - queries);
      const out = new Float64Array(keys);
      out.set(softmax(x.slice(0, seen)));
      return out;
    });
    row(inputs, output, attributes);
  },
  softmaxGradient: byRow(([g, y]) => {
    const shared = dot(g, y);
    return y.map((value, i) => value * (g[i] - shared));
  }),
  logSoftmax: byRow(([x]) => {
    const shifted = lessLargest(x);
    const total = log(sum(shifted.map(exp)));
    return shifted.map((value) => value - total);
  }),
  logSoftmaxGradient: byRow(([g, y]) => {
    const total = sum(g);
    return g.map((value, i) => value - exp(y[i]) * total);
  }),
  standardise: byRow(([x], { epsilon }) => standard(x, epsilon as number).y),
  standardiseGradient: byRow(([g, x], { epsilon }) => {
    const { y, r } = standard(x, epsilon as number);
    const [middle, shared] = [mean(g), dot(g, y) / g.length];
    return g.map((value, i) => r * (value - middle - y[i] * shared));
  }),
};
