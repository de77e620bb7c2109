// Normalisation to mean 0 and variance 1, over the dims that give each kind its name.
import type { Shape } from "../backend.ts";
import { isFloat } from "../dtype.ts";
import { ShapeError } from "../errors.ts";
import { sameShape, showShape, sizeOf } from "../shape.ts";
import { apply, customGradient, type Tensor } from "../tensor.ts";
import type { Variable } from "../variable.ts";
import { channelSum, spreadChannels, toRows } from "./channels.ts";

export interface AffineOptions {
  /** Factor after the normalisation. */
  readonly weight?: Tensor;
  /** Added at the end. */
  readonly bias?: Tensor;
  /** Added to the variance; default 1e−5. */
  readonly epsilon?: number;
}

/**
 * y = (x − mean)/√(variance + ε) · weight + bias over the last dims (Ba, Kiros & Hinton 2016), which have the shape `normalizedShape`,
 * as weight and bias do.
 */
export const layerNorm = (
  x: Tensor,
  normalizedShape: number | Shape,
  { weight, bias, epsilon = 1e-5 }: AffineOptions = {},
): Tensor => {
  const shape = typeof normalizedShape === "number" ? [normalizedShape] : normalizedShape;
  const rows = rowsOf("layerNorm", x, shape);
  requireShape("layerNorm", "weight", weight, shape);
  requireShape("layerNorm", "bias", bias, shape);
  const standard = standardiseRows(rows, epsilon);
  return affine(standard, weight?.flatten(), bias?.flatten()).reshape(x.shape);
};

/** y = x/√(mean(x²) + ε) · weight over the last dims (Zhang & Sennrich 2019), which have the shape `normalizedShape`; ε defaults to 1e−6. */
export const rmsNorm = (
  x: Tensor,
  normalizedShape: number | Shape,
  { weight, epsilon = 1e-6 }: Omit<AffineOptions, "bias"> = {},
): Tensor => {
  const shape = typeof normalizedShape === "number" ? [normalizedShape] : normalizedShape;
  const rows = rowsOf("rmsNorm", x, shape);
  requireShape("rmsNorm", "weight", weight, shape);
  const scaled = rows.mul(rowMean(rows.square()).add(epsilon).rsqrt());
  return affine(scaled, weight?.flatten(), undefined).reshape(x.shape);
};

export interface BatchNormOptions extends AffineOptions {
  /** Statistics of the data seen so far, [channels]: used in evaluation, moved towards the batch's in training. */
  readonly runningMean?: Variable;
  readonly runningVar?: Variable;
  /** Normalise by the batch's own statistics; default true. Needs running statistics where false. */
  readonly training?: boolean;
  /** running ← (1 − momentum)·running + momentum·batch, with the unbiased variance of the batch; default 0.1. */
  readonly momentum?: number;
}

/** y = (x − mean)/√(variance + ε) · weight + bias per channel (Ioffe & Szegedy 2015). x: [batch, channels, …]; weight, bias: [channels]. */
export const batchNorm = (x: Tensor, options: BatchNormOptions = {}): Tensor => {
  const { runningMean, runningVar, weight, bias, training = true, epsilon = 1e-5 } = options;
  requireChannels("batchNorm", x);
  const [batch, channels] = x.shape;
  for (const [name, value] of Object.entries({ runningMean, runningVar, weight, bias }))
    requireShape("batchNorm", name, value, [channels]);
  if (training) return normaliseBatch(x, options);
  if (!runningMean || !runningVar)
    throw new ShapeError("batchNorm: evaluation needs runningMean and runningVar; give both, or training: true.");
  const spread = (perChannel: Tensor): Tensor => spreadChannels(perChannel, batch);
  const standard = toRows(x)
    .sub(spread(runningMean.value))
    .mul(spread(runningVar.value.add(epsilon).rsqrt()));
  return affine(standard, weight && spread(weight), bias && spread(bias)).reshape(x.shape);
};

/** batchNorm by the batch's own statistics, towards which it moves the running ones. */
const normaliseBatch = (x: Tensor, options: BatchNormOptions): Tensor => {
  const { weight, bias, epsilon = 1e-5 } = options;
  const [batch] = x.shape;
  const rows = toRows(x); // [batch · channels, positions]
  const count = batch * rows.shape[1];
  if (count < 2)
    throw new ShapeError(
      `batchNorm: training needs more than one value per channel, got ${count} (input ${showShape(x.shape)}).`,
    );
  const spread = (perChannel: Tensor): Tensor => spreadChannels(perChannel, batch);
  const average = (t: Tensor): Tensor => channelSum(t, batch).mul(1 / count);
  const mean = average(rows); // [channels]
  const centred = rows.sub(spread(mean));
  const variance = average(centred.square());
  moveStatistics(options, mean, variance.mul(count / (count - 1)));
  const r = variance.add(epsilon).rsqrt();
  const standard = centred.mul(spread(r));
  const parameters = [weight, bias].filter((parameter) => parameter !== undefined);
  // dL/dx = r·weight·(g − mean(g) − y·mean(g·y)) with y = (x − mean)·r, dL/dweight = Σ g·y, dL/dbias = Σ g. y and r keep their history, so
  // that this has a gradient in turn.
  const gradient = (g: Tensor): Tensor[] => {
    const [sum, product] = [channelSum(g, batch), channelSum(g.mul(standard), batch)];
    const centredGradient = g.sub(spread(sum.mul(1 / count))).sub(standard.mul(spread(product.mul(1 / count))));
    const scaled = centredGradient.mul(spread(weight ? r.mul(weight) : r));
    return [scaled, ...(weight ? [product] : []), ...(bias ? [sum] : [])];
  };
  return customGradient(
    [rows, ...parameters],
    () => affine(standard, weight && spread(weight), bias && spread(bias)),
    gradient,
  ).reshape(x.shape);
};

/** y = (x − mean)/√(variance + ε) · weight + bias per example and group of channels (Wu & He 2018). x: [batch, channels, …]. */
export const groupNorm = (x: Tensor, groups: number, { weight, bias, epsilon = 1e-5 }: AffineOptions = {}): Tensor => {
  requireChannels("groupNorm", x);
  const [batch, channels] = x.shape;
  if (!Number.isInteger(groups) || groups < 1 || channels % groups !== 0)
    throw new ShapeError(
      `groupNorm: ${channels} channels do not fall into ${groups} groups (input ${showShape(x.shape)}).`,
    );
  requireShape("groupNorm", "weight", weight, [channels]);
  requireShape("groupNorm", "bias", bias, [channels]);
  const grouped = x.reshape([batch * groups, (channels / groups) * sizeOf(x.shape.slice(2))]);
  const standard = standardiseRows(grouped, epsilon).reshape(x.shape);
  const [factor, shift] = [weight, bias].map((value) => value && spreadChannels(value, batch));
  return affine(toRows(standard), factor, shift).reshape(x.shape);
};

/** groupNorm with a group for every channel (Ulyanov et al. 2016). x: [batch, channels, …]. */
export const instanceNorm = (x: Tensor, options: AffineOptions = {}): Tensor => {
  requireChannels("instanceNorm", x);
  return groupNorm(x, x.shape[1], options);
};

/** The mean of what belongs together, laid out against all of it. */
type Average = (x: Tensor) => Tensor;

/** Mean of each row: [rows, width] → [rows, 1] */
const rowMean: Average = (rows) => rows.mean(1, { keepDim: true });

/** Mean, distance from it, and the mean of its square. */
interface Moments {
  readonly average: Average;
  readonly mean: Tensor;
  readonly centred: Tensor;
  readonly variance: Tensor;
}

const momentsOf = (x: Tensor, average: Average): Moments => {
  const mean = average(x);
  const centred = x.sub(mean);
  return { average, mean, centred, variance: average(centred.square()) };
};

/** y = (x − mean)·r with r = 1/√(variance + ε). */
const standardise = (x: Tensor, { average, centred, variance }: Moments, epsilon: number): Tensor => {
  const r = variance.add(epsilon).rsqrt();
  // dL/dx = r·(g − mean(g) − y·mean(g·y)). r keeps its history, so that this has a gradient in turn.
  return customGradient(
    [x],
    () => centred.mul(r),
    (g, y) => [r.mul(g.sub(average(g)).sub(y.mul(average(g.mul(y)))))],
  );
};

/** Rows from this length on are standardised by an op of their own; shorter ones op by op are quicker, and on wasm the same bits. Measured. */
const LONG_ROW = 64;

const standardiseRows = (rows: Tensor, epsilon: number): Tensor =>
  rows.shape[1] >= LONG_ROW
    ? apply("standardise", [rows], { epsilon })
    : standardise(rows, momentsOf(rows, rowMean), epsilon);

const affine = (x: Tensor, weight: Tensor | undefined, bias: Tensor | undefined): Tensor => {
  const scaled = weight ? x.mul(weight) : x;
  return bias ? scaled.add(bias) : scaled;
};

/** running ← (1 − momentum)·running + momentum·batch */
const moveStatistics = (
  { runningMean, runningVar, momentum = 0.1 }: BatchNormOptions,
  mean: Tensor,
  variance: Tensor,
): void => {
  const move = (running: Variable | undefined, batch: Tensor): void =>
    running?.assign(
      running.value
        .mul(1 - momentum)
        .add(batch.mul(momentum))
        .detach(),
    );
  move(runningMean, mean);
  move(runningVar, variance);
};

/** [rows, width] with what the last dims hold, which must have the given shape, in a row. */
const rowsOf = (op: string, x: Tensor, shape: Shape): Tensor => {
  requireFloat(op, x);
  const first = x.rank - shape.length;
  if (shape.length === 0 || first < 0 || !sameShape(x.shape.slice(first), shape))
    throw new ShapeError(`${op}: input ${showShape(x.shape)} does not end in ${showShape(shape)}.`);
  return x.reshape([sizeOf(x.shape.slice(0, first)), sizeOf(shape)]);
};

const requireFloat = (op: string, x: Tensor): void => {
  if (!isFloat(x.dtype)) throw new ShapeError(`${op}: expects a float tensor, got ${x.dtype}; cast it first.`);
};

const requireChannels = (op: string, x: Tensor): void => {
  requireFloat(op, x);
  if (x.rank < 2) throw new ShapeError(`${op}: expects [batch, channels, …], got ${showShape(x.shape)}.`);
};

const requireShape = (op: string, name: string, value: Tensor | Variable | undefined, shape: Shape): void => {
  if (value && !sameShape(value.shape, shape))
    throw new ShapeError(`${op}: ${name} is ${showShape(value.shape)}, expected ${showShape(shape)}.`);
};
