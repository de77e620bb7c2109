// Normalisation to mean 0 and variance 1, over the dims that give each kind its name.
import type { Shape } from "../backend.ts";
import { isFloat } from "../dtype.ts";
import { ShapeError } from "../errors.ts";
import { sameShape, showShape, sizeOf } from "../shape.ts";
import { customGradient, type Tensor } from "../tensor.ts";
import type { Variable } from "../variable.ts";

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
  const dims = lastDims("layerNorm", x, shape);
  requireShape("layerNorm", "weight", weight, shape);
  requireShape("layerNorm", "bias", bias, shape);
  return affine(standardise(x, momentsOf(x, dims), epsilon), weight, bias);
};

/** y = x/√(mean(x²) + ε) · weight over the last dims (Zhang & Sennrich 2019), which have the shape `normalizedShape`; ε defaults to 1e−6. */
export const rmsNorm = (
  x: Tensor,
  normalizedShape: number | Shape,
  { weight, epsilon = 1e-6 }: Omit<AffineOptions, "bias"> = {},
): Tensor => {
  const shape = typeof normalizedShape === "number" ? [normalizedShape] : normalizedShape;
  const dims = lastDims("rmsNorm", x, shape);
  requireShape("rmsNorm", "weight", weight, shape);
  const scaled = x.mul(x.square().mean(dims, { keepDim: true }).add(epsilon).rsqrt());
  return affine(scaled, weight, undefined);
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
  const { runningMean, runningVar, weight, bias, training = true, momentum = 0.1, epsilon = 1e-5 } = options;
  requireChannels("batchNorm", x);
  const channels = x.shape[1];
  for (const [name, value] of Object.entries({ runningMean, runningVar, weight, bias }))
    requireShape("batchNorm", name, value, [channels]);
  const perChannel = [channels, ...x.shape.slice(2).map(() => 1)];
  if (training) {
    const dims = x.shape.map((_, i) => i).filter((i) => i !== 1);
    const moments = momentsOf(x, dims);
    updateStatistics(x, moments, { runningMean, runningVar, momentum });
    return affine(standardise(x, moments, epsilon), weight?.reshape(perChannel), bias?.reshape(perChannel));
  }
  if (!runningMean || !runningVar)
    throw new ShapeError("batchNorm: evaluation needs runningMean and runningVar; give both, or training: true.");
  const centred = x.sub(runningMean.value.reshape(perChannel));
  const scaled = centred.mul(runningVar.value.add(epsilon).rsqrt().reshape(perChannel));
  return affine(scaled, weight?.reshape(perChannel), bias?.reshape(perChannel));
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
  const perChannel = [channels, ...x.shape.slice(2).map(() => 1)];
  const width = (channels / groups) * sizeOf(x.shape.slice(2));
  const grouped = x.reshape([batch, groups, width]);
  const standard = standardise(grouped, momentsOf(grouped, [2]), epsilon).reshape(x.shape);
  return affine(standard, weight?.reshape(perChannel), bias?.reshape(perChannel));
};

/** groupNorm with a group for every channel (Ulyanov et al. 2016). x: [batch, channels, …]. */
export const instanceNorm = (x: Tensor, options: AffineOptions = {}): Tensor => {
  requireChannels("instanceNorm", x);
  return groupNorm(x, x.shape[1], options);
};

/** Mean, distance from it, and the mean of its square over dims. */
interface Moments {
  readonly dims: readonly number[];
  readonly mean: Tensor;
  readonly centred: Tensor;
  readonly variance: Tensor;
}

const momentsOf = (x: Tensor, dims: readonly number[]): Moments => {
  const mean = x.mean(dims, { keepDim: true });
  const centred = x.sub(mean);
  return { dims, mean, centred, variance: centred.square().mean(dims, { keepDim: true }) };
};

/** y = (x − mean)·r with r = 1/√(variance + ε). */
const standardise = (x: Tensor, { dims, centred, variance }: Moments, epsilon: number): Tensor => {
  const r = variance.add(epsilon).rsqrt();
  const mean = (t: Tensor): Tensor => t.mean(dims, { keepDim: true });
  // dL/dx = r·(g − mean(g) − y·mean(g·y)). r keeps its history, so that this has a gradient in turn.
  return customGradient(
    [x],
    () => centred.mul(r),
    (g, y) => [r.mul(g.sub(mean(g)).sub(y.mul(mean(g.mul(y)))))],
  );
};

const affine = (x: Tensor, weight: Tensor | undefined, bias: Tensor | undefined): Tensor => {
  const scaled = weight ? x.mul(weight) : x;
  return bias ? scaled.add(bias) : scaled;
};

const updateStatistics = (
  x: Tensor,
  { dims, mean, variance }: Moments,
  { runningMean, runningVar, momentum }: Pick<BatchNormOptions, "runningMean" | "runningVar"> & { momentum: number },
): void => {
  const count = sizeOf(dims.map((dim) => x.shape[dim]));
  if (count < 2)
    throw new ShapeError(
      `batchNorm: training needs more than one value per channel, got ${count} (input ${showShape(x.shape)}).`,
    );
  const move = (running: Variable | undefined, batch: Tensor): void =>
    running?.assign(
      running.value
        .mul(1 - momentum)
        .add(batch.reshape(running.shape).mul(momentum))
        .detach(),
    );
  move(runningMean, mean);
  move(runningVar, variance.mul(count / (count - 1)));
};

/** The last dims of x, which must have the given shape. */
const lastDims = (op: string, x: Tensor, shape: Shape): number[] => {
  requireFloat(op, x);
  const first = x.rank - shape.length;
  if (shape.length === 0 || first < 0 || !sameShape(x.shape.slice(first), shape))
    throw new ShapeError(`${op}: input ${showShape(x.shape)} does not end in ${showShape(shape)}.`);
  return shape.map((_, i) => first + i);
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
