// Metrics of numbers: how far predictions are from targets.
import { defineMetric, type Metric } from "./metric.ts";
import { type Batch, expectFinite, type Numbers, readPair, showShape, squeezed } from "./numbers.ts";
import { addTo, mergeSum, type Sum, valueOf } from "./sum.ts";

export type RegressionMetric = Metric<Numbers, Numbers, object, number>;

function readFinite(metric: string, predictions: Numbers, targets: Numbers): { p: Batch; t: Batch } {
  const { p, t } = readPair(metric, predictions, targets);
  expectFinite(p, { metric, argument: "predictions" });
  expectFinite(t, { metric, argument: "targets" });
  return { p, t };
}

/** The mean of a function of prediction and target, and a function of that mean. */
const meanOf = (
  name: string,
  each: (prediction: number, target: number) => number,
  finish: (mean: number) => number = (mean) => mean,
): RegressionMetric =>
  defineMetric({
    name,
    empty: () => ({ sum: [0, 0] as Sum, count: 0 }),
    add(counts, predictions: Numbers, targets: Numbers) {
      const { p, t } = readFinite(name, predictions, targets);
      for (let i = 0; i < p.data.length; i++) addTo(counts.sum, each(p.data[i], t.data[i]));
      counts.count += p.data.length;
      return p.data.length;
    },
    merge(counts, { sum, count }) {
      mergeSum(counts.sum, sum);
      counts.count += count;
    },
    result: ({ sum, count }) => finish(valueOf(sum) / count),
  });

const squared = (prediction: number, target: number): number => (prediction - target) * (prediction - target);
const absolute = (prediction: number, target: number): number => Math.abs(prediction - target);

/** Mean squared error: the mean of (ŷ − y)², over all elements. */
export const mse: RegressionMetric = meanOf("mse", squared);

/** Root of the mean squared error, in the units of the targets. */
export const rmse: RegressionMetric = meanOf("rmse", squared, Math.sqrt);

/** Mean absolute error: the mean of |ŷ − y|, over all elements. */
export const mae: RegressionMetric = meanOf("mae", absolute);

/** Mean of |ŷ − y| ÷ |y|, as a share rather than a percentage; targets nearer to 0 than 2⁻⁵² count as 2⁻⁵². */
export const meanAbsolutePercentageError: RegressionMetric = meanOf(
  "meanAbsolutePercentageError",
  (prediction, target) => absolute(prediction, target) / Math.max(Math.abs(target), Number.EPSILON),
);

/** The largest |ŷ − y|. */
export const maxError: RegressionMetric = defineMetric({
  name: "maxError",
  empty: () => ({ largest: 0 }),
  add(counts, predictions: Numbers, targets: Numbers) {
    const { p, t } = readFinite("maxError", predictions, targets);
    for (let i = 0; i < p.data.length; i++) counts.largest = Math.max(counts.largest, absolute(p.data[i], t.data[i]));
    return p.data.length;
  },
  merge(counts, { largest }) {
    counts.largest = Math.max(counts.largest, largest);
  },
  result: ({ largest }) => largest,
});

/** The median of |ŷ − y|; keeps every error. */
export const medianAbsoluteError: RegressionMetric = defineMetric({
  name: "medianAbsoluteError",
  empty: () => ({ errors: [] as number[] }),
  add({ errors }, predictions: Numbers, targets: Numbers) {
    const { p, t } = readFinite("medianAbsoluteError", predictions, targets);
    for (let i = 0; i < p.data.length; i++) errors.push(absolute(p.data[i], t.data[i]));
    return p.data.length;
  },
  merge({ errors }, other) {
    for (const error of other.errors) errors.push(error);
  },
  result({ errors }) {
    const sorted = Float64Array.from(errors).sort();
    const middle = sorted.length >> 1;
    return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  },
});

/** Mean of some numbers and the sum of their squared distances from it. */
interface Moments {
  count: number;
  /** The first of the numbers: what is kept of the others is relative to it, so that a large common offset costs no digits. */
  origin: number;
  mean: number;
  spread: number;
}

const noMoments = (): Moments => ({ count: 0, origin: 0, mean: 0, spread: 0 });

/** Welford 1962. */
function observe(moments: Moments, value: number): void {
  if (moments.count++ === 0) moments.origin = value;
  const shifted = value - moments.origin;
  const delta = shifted - moments.mean;
  moments.mean += delta / moments.count;
  moments.spread += delta * (shifted - moments.mean);
}

/** Chan, Golub and LeVeque 1979. */
function combine(moments: Moments, { count, origin, mean, spread }: Moments): void {
  if (moments.count === 0) moments.origin = origin;
  const all = moments.count + count;
  const delta = origin - moments.origin + (mean - moments.mean);
  moments.spread += spread + (delta * delta * moments.count * count) / all;
  moments.mean += (delta * count) / all;
  moments.count = all;
}

/** What is kept of one output. */
interface Output {
  readonly target: Moments;
  readonly error: Moments;
  readonly squaredErrors: Sum;
}

interface Outputs {
  readonly outputs: Output[];
}

const spreading = (name: string) => ({
  name,
  empty: (): Outputs => ({ outputs: [] }),
  add({ outputs }: Outputs, predictions: Numbers, targets: Numbers): number {
    const { p, t } = readFinite(name, predictions, targets);
    const shape = squeezed(t.shape);
    if (shape.length > 2)
      throw new RangeError(`${name}: targets have shape ${showShape(t.shape)}; expected [batch] or [batch, outputs].`);
    if (t.data.length === 0) return 0;
    const width = shape[1] ?? 1;
    expectOutputs(name, outputs, width);
    for (let i = 0; i < t.data.length; i++) {
      const { target, error, squaredErrors } = outputs[i % width];
      observe(target, t.data[i]);
      observe(error, t.data[i] - p.data[i]);
      addTo(squaredErrors, squared(p.data[i], t.data[i]));
    }
    return t.data.length / width;
  },
  merge({ outputs }: Outputs, other: Outputs): void {
    if (other.outputs.length === 0) return;
    expectOutputs(name, outputs, other.outputs.length);
    other.outputs.forEach(({ target, error, squaredErrors }, k) => {
      combine(outputs[k].target, target);
      combine(outputs[k].error, error);
      mergeSum(outputs[k].squaredErrors, squaredErrors);
    });
  },
});

/** Checks that there are as many outputs as before; the first batch says how many. */
function expectOutputs(name: string, outputs: Output[], width: number): void {
  if (outputs.length > 0 && outputs.length !== width)
    throw new RangeError(`${name}: ${width} outputs a sample, those before had ${outputs.length}; expected as many.`);
  while (outputs.length < width) outputs.push({ target: noMoments(), error: noMoments(), squaredErrors: [0, 0] });
}

/** Mean over the outputs of 1 − unexplained ÷ spread; where the targets do not spread, 1 if nothing is unexplained, else 0. */
function explained({ outputs }: Outputs, unexplained: (output: Output) => number): number {
  const values = outputs.map((output) => {
    const { spread } = output.target;
    return spread === 0 ? Number(unexplained(output) === 0) : 1 - unexplained(output) / spread;
  });
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/**
 * Coefficient of determination, 1 − Σ(y − ŷ)² ÷ Σ(y − ȳ)²: 1 for a perfect model, 0 for the mean of the targets, below for worse. [batch] or
 * [batch, outputs], the mean over the outputs. Constant targets give 1 where all errors are 0, else 0; a single sample NaN.
 */
export const r2: RegressionMetric = defineMetric({
  ...spreading("r2"),
  result: (counts: Outputs) =>
    counts.outputs[0].target.count < 2 ? Number.NaN : explained(counts, ({ squaredErrors }) => valueOf(squaredErrors)),
});

/** 1 − Var(y − ŷ) ÷ Var(y): as R², but blind to a constant offset of the predictions. */
export const explainedVariance: RegressionMetric = defineMetric({
  ...spreading("explainedVariance"),
  result: (counts: Outputs) => explained(counts, ({ error }) => error.spread),
});
