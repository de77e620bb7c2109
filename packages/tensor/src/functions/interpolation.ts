// Resizing images.
import { ShapeError } from "../errors.ts";
import { showShape } from "../shape.ts";
import { fromData, type Tensor } from "../tensor.ts";
import { type Pair, pairOf } from "./arguments.ts";
import { repeatInterleave } from "./arrange.ts";

export interface InterpolateOptions {
  /** Height and width of the result. */
  readonly size?: Pair;
  /** Or how many times larger it is; the result's size is rounded down. */
  readonly scale?: number;
  /** The nearest pixel (default), or a weighted mean of the nearest two per dim. */
  readonly mode?: "nearest" | "bilinear";
  /** Whether the corners of both images are the centres of their corner pixels (bilinear only); default false. */
  readonly alignCorners?: boolean;
}

/** Resizes images [batch, channels, height, width] to a size or by a scale. */
export const interpolate = (input: Tensor, options: InterpolateOptions): Tensor => {
  const { size, scale, mode = "nearest", alignCorners = false } = options;
  if (input.rank !== 4)
    throw new ShapeError(`interpolate: expects [batch, channels, height, width], got ${showShape(input.shape)}.`);
  if ((size === undefined) === (scale === undefined))
    throw new ShapeError("interpolate: expects either a size or a scale.");
  const [height, width] = input.shape.slice(2);
  const target = size ?? [Math.floor(height * (scale ?? 1)), Math.floor(width * (scale ?? 1))];
  return pairOf("interpolate", "size", target, 2, 1).reduce((x, length, i) => {
    const dim = 2 + i;
    if (x.shape[dim] === 0)
      throw new ShapeError(`interpolate: nothing to interpolate (input ${showShape(input.shape)}).`);
    if (length === x.shape[dim]) return x;
    return mode === "nearest" ? nearest(x, dim, length) : linear(x, dim, length, alignCorners);
  }, input);
};

/** out[i] = x[⌊i · length/length'⌋] */
const nearest = (x: Tensor, dim: number, length: number): Tensor => {
  const from = x.shape[dim];
  if (length % from === 0) return repeatInterleave(x, length / from, dim);
  const index = Int32Array.from({ length }, (_, i) => Math.min(from - 1, Math.floor((i * from) / length)));
  return x.take(fromData(index, [length]), dim);
};

/** out[i] = (1 − w)·x[⌊t⌋] + w·x[⌊t⌋ + 1] at t = (i + ½)·length/length' − ½ (corners aligned: i·(length − 1)/(length' − 1)), w = t − ⌊t⌋. */
const linear = (x: Tensor, dim: number, length: number, alignCorners: boolean): Tensor => {
  const from = x.shape[dim];
  const step = alignCorners ? (length > 1 ? (from - 1) / (length - 1) : 0) : from / length;
  const lower = new Int32Array(length);
  const upper = new Int32Array(length);
  const weight = new Float32Array(length);
  for (let i = 0; i < length; i++) {
    const at = alignCorners ? i * step : Math.max(0, (i + 0.5) * step - 0.5);
    lower[i] = Math.min(from - 1, Math.floor(at));
    upper[i] = Math.min(from - 1, lower[i] + 1);
    weight[i] = at - lower[i];
  }
  const w = fromData(weight, [length, ...x.shape.slice(dim + 1).map(() => 1)]);
  const low = x.take(fromData(lower, [length]), dim);
  const high = x.take(fromData(upper, [length]), dim);
  return low.add(high.sub(low).mul(w));
};
