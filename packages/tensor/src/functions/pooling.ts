// Pooling: the largest element or the mean of each window.
import type { Shape } from "../backend.ts";
import { ShapeError } from "../errors.ts";
import { isFloat } from "../dtype.ts";
import { showShape } from "../shape.ts";
import { apply, fromData, type Tensor } from "../tensor.ts";
import { type Pair, pairOf } from "./arguments.ts";
import { slidingWindows, takeWindows, type Windows } from "./windows.ts";

interface PoolOptions<Size = Pair> {
  /** Step between neighbouring windows; default: the kernel size. */
  readonly stride?: Size;
  /** Positions added on either side, at most half a kernel; default 0. */
  readonly padding?: Size;
  /** Also windows that begin inside but reach over the end; default false. */
  readonly ceilMode?: boolean;
}

export interface MaxPoolOptions<Size = Pair> extends PoolOptions<Size> {
  /** Step between neighbouring elements of a window; default 1. */
  readonly dilation?: Size;
}

export interface AvgPoolOptions<Size = Pair> extends PoolOptions<Size> {
  /** Divide by the whole window, padding included (the default), or by the elements of the image in it. */
  readonly countIncludePad?: boolean;
}

/**
 * Largest element of each window; padding never counts; of equals the first gets the gradient.
 * input: [batch, channels, height, width] → [batch, channels, rows, columns].
 */
export const maxPool2d = (input: Tensor, kernelSize: Pair, options: MaxPoolOptions = {}): Tensor =>
  maxPool("maxPool2d", input, kernelSize, options);

/** As maxPool2d. input: [batch, channels, length]. */
export const maxPool1d = (input: Tensor, kernelSize: number, options: MaxPoolOptions<number> = {}): Tensor =>
  maxPool("maxPool1d", input.unsqueeze(-2), [1, kernelSize], alongLast(options)).squeeze(-2);

/** Mean of each window. input: [batch, channels, height, width] → [batch, channels, rows, columns]. */
export const avgPool2d = (input: Tensor, kernelSize: Pair, options: AvgPoolOptions = {}): Tensor =>
  avgPool("avgPool2d", input, kernelSize, options);

/** As avgPool2d. input: [batch, channels, length]. */
export const avgPool1d = (input: Tensor, kernelSize: number, options: AvgPoolOptions<number> = {}): Tensor =>
  avgPool("avgPool1d", input.unsqueeze(-2), [1, kernelSize], alongLast(options)).squeeze(-2);

/**
 * Mean of windows that share the image out evenly: output i covers [⌊i·height/rows⌋, ⌈(i + 1)·height/rows⌉). Size 1 is global pooling.
 * input: [batch, channels, height, width] → [batch, channels, rows, columns].
 */
export const adaptiveAvgPool2d = (input: Tensor, outputSize: Pair): Tensor => {
  const [rows, columns] = adaptiveWindows("adaptiveAvgPool2d", input, outputSize);
  return meanOf(input, rows, columns, insideCounts(rows), insideCounts(columns));
};

/** Largest element of the windows of adaptiveAvgPool2d; equals share the gradient. */
export const adaptiveMaxPool2d = (input: Tensor, outputSize: Pair): Tensor => {
  const windows = adaptiveWindows("adaptiveMaxPool2d", input, outputSize);
  return windows.reduce((x, { count, size, positions }, i) => {
    // A short window repeats its first position, which changes no maximum.
    const filled = positions.map((at, k) => (at === -1 ? positions[k - (k % size)] : at));
    return takeWindows(x, 2 + i, { count, size, positions: filled }).max(3 + i);
  }, input);
};

interface Geometry {
  readonly kernel: readonly number[];
  readonly stride: readonly number[];
  readonly padding: readonly number[];
  readonly dilation: readonly number[];
  /** Windows per dim. */
  readonly size: readonly number[];
}

const alongLast = <T extends PoolOptions<number> & { readonly dilation?: number }>(
  options: T,
): MaxPoolOptions & AvgPoolOptions => ({
  ...options,
  stride: options.stride === undefined ? undefined : [1, options.stride],
  padding: [0, options.padding ?? 0],
  dilation: [1, options.dilation ?? 1],
});

const requireImages = (op: string, input: Tensor): void => {
  if (input.rank !== 4)
    throw new ShapeError(
      op.endsWith("1d")
        ? `${op}: expects [batch, channels, length], got rank ${input.rank - 1}.`
        : `${op}: expects [batch, channels, height, width], got ${showShape(input.shape)}.`,
    );
  if (!isFloat(input.dtype)) throw new ShapeError(`${op}: expects a float tensor, got ${input.dtype}; cast it first.`);
};

const geometryOf = (op: string, input: Tensor, kernelSize: Pair, options: MaxPoolOptions): Geometry => {
  requireImages(op, input);
  const kernel = pairOf(op, "kernelSize", kernelSize, 2, 1);
  const stride = pairOf(op, "stride", options.stride ?? kernel, 2, 1);
  const padding = pairOf(op, "padding", options.padding ?? 0, 2, 0);
  const dilation = pairOf(op, "dilation", options.dilation ?? 1, 2, 1);
  const size = kernel.map((width, i) => {
    const length = input.shape[2 + i];
    const span = dilation[i] * (width - 1) + 1;
    if (padding[i] * 2 > width)
      throw new ShapeError(`${op}: padding is ${padding[i]}; expected at most half of the window ${width}.`);
    const steps = (length + 2 * padding[i] - span) / stride[i];
    const count = (options.ceilMode ? Math.ceil(steps) : Math.floor(steps)) + 1;
    if (count < 1)
      throw new ShapeError(
        `${op}: a window of ${width} (dilation ${dilation[i]}) does not fit into length ${length} with padding ${padding[i]} (input ${showShape(input.shape)}).`,
      );
    // A last window that begins behind the image (and its padding before the end) would hold nothing.
    return (count - 1) * stride[i] >= length + padding[i] ? count - 1 : count;
  });
  return { kernel, stride, padding, dilation, size };
};

const windowsOf = (input: Tensor, { kernel, stride, padding, dilation, size }: Geometry): [Windows, Windows] => {
  const [rows, columns] = [0, 1].map((i) =>
    slidingWindows(size[i], kernel[i], {
      length: input.shape[2 + i],
      stride: stride[i],
      padding: padding[i],
      dilation: dilation[i],
    }),
  );
  return [rows, columns];
};

const maxPool = (op: string, input: Tensor, kernelSize: Pair, options: MaxPoolOptions): Tensor => {
  const geometry = geometryOf(op, input, kernelSize, options);
  const [batch, channels, height, width] = input.shape;
  for (const windows of windowsOf(input, geometry))
    if (insideCounts(windows).includes(0))
      throw new ShapeError(
        `${op}: a window lies in the padding alone (input ${showShape(input.shape)}, dilation ${showShape(geometry.dilation)}, padding ${showShape(geometry.padding)}).`,
      );
  const index = apply("argmaxPool2d", [input], { ...geometry });
  const [rows, columns] = geometry.size;
  return input
    .reshape([batch, channels, height * width])
    .gather(2, index.reshape([batch, channels, rows * columns]))
    .reshape([batch, channels, rows, columns]);
};

const avgPool = (op: string, input: Tensor, kernelSize: Pair, options: AvgPoolOptions): Tensor => {
  const geometry = geometryOf(op, input, kernelSize, options);
  const [rows, columns] = windowsOf(input, geometry);
  if (options.countIncludePad === false) return meanOf(input, rows, columns, insideCounts(rows), insideCounts(columns));
  // With ceilMode a window may reach over the padding too; only what lies in image and padding counts.
  const counts = [0, 1].map((i) => {
    const { kernel, stride, padding, size } = geometry;
    const end = input.shape[2 + i] + padding[i];
    return Array.from({ length: size[i] }, (_, k) => Math.min(kernel[i], end - (k * stride[i] - padding[i])));
  });
  return meanOf(input, rows, columns, counts[0], counts[1]);
};

const insideCounts = ({ count, size, positions }: Windows): number[] =>
  Array.from({ length: count }, (_, k) => {
    let inside = 0;
    for (let i = 0; i < size; i++) if (positions[k * size + i] >= 0) inside++;
    return inside;
  });

/** Sums of windows, first over rows, then over columns, divided by the products of the counts. */
const meanOf = (
  input: Tensor,
  rows: Windows,
  columns: Windows,
  rowCounts: readonly number[],
  columnCounts: readonly number[],
): Tensor => {
  const byRow = takeWindows(input, 2, rows).sum(3); // [batch, channels, rows, width]
  const sums = takeWindows(byRow, 3, columns).sum(4); // [batch, channels, rows, columns]
  const counts = rowCounts.flatMap((n) => columnCounts.map((m) => n * m));
  if (counts.every((n) => n === counts[0])) return sums.div(counts[0] ?? 1);
  const shape: Shape = [rows.count, columns.count];
  return sums.div(fromData(Float32Array.from(counts), shape));
};

const adaptiveWindows = (op: string, input: Tensor, outputSize: Pair): [Windows, Windows] => {
  requireImages(op, input);
  const outputs = pairOf(op, "outputSize", outputSize, 2, 1);
  const [rows, columns] = outputs.map((count, i): Windows => {
    const length = input.shape[2 + i];
    if (length === 0) throw new ShapeError(`${op}: nothing to pool (input ${showShape(input.shape)}).`);
    const from = (k: number): number => Math.floor((k * length) / count);
    const to = (k: number): number => Math.ceil(((k + 1) * length) / count);
    const size = Math.max(...Array.from({ length: count }, (_, k) => to(k) - from(k)));
    const positions = Int32Array.from({ length: count * size }, (_, at) => {
      const [k, offset] = [Math.floor(at / size), at % size];
      return from(k) + offset < to(k) ? from(k) + offset : -1;
    });
    return { count, size, positions };
  });
  return [rows, columns];
};
