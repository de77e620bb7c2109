// Windows over the dims of a tensor, as picks by a fixed index; unfold and fold.
import { ShapeError } from "../errors.ts";
import { windowCount } from "../ops/conv.ts";
import { showShape } from "../shape.ts";
import { fromData, type Tensor } from "../tensor.ts";
import { type Pair, pairOf } from "./arguments.ts";

/** Which positions of a dim each window takes; −1 where it reaches outside. positions: [windows · size], row-major. */
export interface Windows {
  readonly count: number;
  readonly size: number;
  readonly positions: Int32Array;
}

export interface WindowOptions {
  readonly stride?: Pair;
  /** Zeros on either side; default 0. */
  readonly padding?: Pair;
  /** Step between neighbouring elements of a window; default 1. */
  readonly dilation?: Pair;
}

/** Windows of `size` elements, `dilation` apart, the first of which begins `padding` before position 0. */
export const slidingWindows = (
  count: number,
  size: number,
  { length, stride, padding, dilation }: { length: number; stride: number; padding: number; dilation: number },
): Windows => ({
  count,
  size,
  positions: Int32Array.from({ length: count * size }, (_, k) => {
    const at = Math.floor(k / size) * stride + (k % size) * dilation - padding;
    return at >= 0 && at < length ? at : -1;
  }),
});

const inOrder = ({ positions }: Windows, length: number): boolean =>
  positions.length === length && positions.every((at, k) => at === k);

/** Replaces dim by [windows, size]; positions outside hold 0. */
export const takeWindows = (x: Tensor, dim: number, windows: Windows): Tensor => {
  const { count, size, positions } = windows;
  const length = x.shape[dim];
  const shape = [...x.shape.slice(0, dim), count, size, ...x.shape.slice(dim + 1)];
  if (inOrder(windows, length)) return x.reshape(shape);
  const none = x.shape.map(() => 0);
  const outside = positions.includes(-1);
  const padded = outside
    ? x.pad(
        none,
        none.map((_, i) => Number(i === dim)),
      )
    : x;
  const index = outside ? positions.map((at) => (at === -1 ? length : at)) : positions;
  return padded.take(fromData(index, [count, size]), dim);
};

/** The transpose of takeWindows: adds the dims [windows, size] at `dim` up into one of the given length. */
const addWindows = (x: Tensor, dim: number, windows: Windows, length: number): Tensor => {
  const shape = [...x.shape.slice(0, dim), length, ...x.shape.slice(dim + 2)];
  if (inOrder(windows, length)) return x.reshape(shape);
  const { count, size, positions } = windows;
  const index = positions.map((at) => (at === -1 ? length : at));
  shape[dim] = length + 1;
  return x.takeAdd(dim, fromData(index, [count, size]), shape).narrow(dim, 0, length);
};

/** Windows of both spatial dims of images [batch, channels, height, width]. */
const imageWindows = (
  op: string,
  [height, width]: readonly number[],
  kernelSize: Pair,
  { stride = 1, padding = 0, dilation = 1 }: WindowOptions,
): [rows: Windows, columns: Windows] => {
  const kernel = pairOf(op, "kernelSize", kernelSize, 2, 1);
  const steps = pairOf(op, "stride", stride, 2, 1);
  const sides = pairOf(op, "padding", padding, 2, 0);
  const gaps = pairOf(op, "dilation", dilation, 2, 1);
  const [rows, columns] = [height, width].map((length, i) => {
    const count = windowCount(length, kernel[i], steps[i], sides[i], gaps[i]);
    if (count < 1)
      throw new ShapeError(
        `${op}: a window of ${kernel[i]} (dilation ${gaps[i]}) does not fit into length ${length} with padding ${sides[i]}.`,
      );
    return slidingWindows(count, kernel[i], { length, stride: steps[i], padding: sides[i], dilation: gaps[i] });
  });
  return [rows, columns];
};

/**
 * The windows of an image as columns (im2col). input: [batch, channels, height, width] → [batch, channels · kernel height · kernel width,
 * windows], windows row by row.
 */
export const unfold = (input: Tensor, kernelSize: Pair, options: WindowOptions = {}): Tensor => {
  if (input.rank !== 4)
    throw new ShapeError(`unfold: expects [batch, channels, height, width], got ${showShape(input.shape)}.`);
  const [batch, channels, height, width] = input.shape;
  const [rows, columns] = imageWindows("unfold", [height, width], kernelSize, options);
  const taken = takeWindows(takeWindows(input, 2, rows), 4, columns); // [batch, channels, rows, kernel, columns, kernel]
  return taken
    .permute([0, 1, 3, 5, 2, 4])
    .reshape([batch, channels * rows.size * columns.size, rows.count * columns.count]);
};

/**
 * The transpose of unfold: adds the windows up into an image of `outputSize`; where they overlap, elements sum.
 * input: [batch, channels · kernel height · kernel width, windows] → [batch, channels, height, width].
 */
export const fold = (input: Tensor, outputSize: Pair, kernelSize: Pair, options: WindowOptions = {}): Tensor => {
  const [height, width] = pairOf("fold", "outputSize", outputSize, 2, 1);
  const [rows, columns] = imageWindows("fold", [height, width], kernelSize, options);
  const area = rows.size * columns.size;
  const count = rows.count * columns.count;
  if (input.rank !== 3 || input.shape[1] % area !== 0 || input.shape[2] !== count)
    throw new ShapeError(
      `fold: expects [batch, channels · ${area}, ${count}] for windows [${rows.size}, ${columns.size}] of an image [${height}, ${width}], got ${showShape(input.shape)}.`,
    );
  const [batch, depth] = input.shape;
  const spread = input
    .reshape([batch, depth / area, rows.size, columns.size, rows.count, columns.count])
    .permute([0, 1, 4, 2, 5, 3]); // [batch, channels, rows, kernel, columns, kernel]
  return addWindows(addWindows(spread, 4, columns, width), 2, rows, height);
};
