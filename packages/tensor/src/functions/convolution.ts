// Convolution of sequences and images, and its transpose.
import type { Attributes, Shape } from "../backend.ts";
import { isFloat } from "../dtype.ts";
import { ShapeError } from "../errors.ts";
import { windowCount } from "../ops/conv.ts";
import { showShape } from "../shape.ts";
import { apply, type Tensor } from "../tensor.ts";
import { spreadChannels, toRows } from "./channels.ts";
import { type Pair, pairOf, requireWhole } from "./arguments.ts";

export interface ConvOptions<Size = Pair> {
  /** [output channels], added to every position. */
  readonly bias?: Tensor;
  /** Step between neighbouring windows; default 1. */
  readonly stride?: Size;
  /** Zeros on either side; "same" (for stride 1) keeps the lengths. Default 0. */
  readonly padding?: Size | "same";
  /** Step between neighbouring elements of a window; default 1. */
  readonly dilation?: Size;
  /** The channels fall into so many groups, each with its own kernels; default 1. As many as channels: depthwise. */
  readonly groups?: number;
}

export interface ConvTransposeOptions<Size = Pair> extends Omit<ConvOptions<Size>, "padding"> {
  /** Elements cut off on either side; default 0. */
  readonly padding?: Size;
  /** Additional length at the end, below the stride; default 0. */
  readonly outputPadding?: Size;
}

/**
 * y[n, o, i, j] = bias[o] + Σ w[o, c, p, q] · x[n, c, i·stride + p·dilation − padding, …]: cross-correlation, without flipping the kernel.
 * input: [batch, channels, height, width]; weight: [outputs, channels/groups, kernel height, kernel width] → [batch, outputs, rows, columns].
 */
export const conv2d = (input: Tensor, weight: Tensor, options: ConvOptions = {}): Tensor =>
  convolve("conv2d", input, weight, options);

/** As conv2d in one dim. input: [batch, channels, length]; weight: [outputs, channels/groups, kernel] → [batch, outputs, length']. */
export const conv1d = (input: Tensor, weight: Tensor, options: ConvOptions<number> = {}): Tensor =>
  convolve("conv1d", input, weight, options);

/**
 * The transpose of conv2d's linear map, which makes images larger: length' = (length − 1)·stride − 2·padding + dilation·(kernel − 1) +
 * outputPadding + 1. input: [batch, channels, height, width]; weight: [channels, outputs/groups, kernel height, kernel width].
 */
export const convTranspose2d = (input: Tensor, weight: Tensor, options: ConvTransposeOptions = {}): Tensor =>
  convolveTransposed("convTranspose2d", input, weight, options);

/** As convTranspose2d in one dim. input: [batch, channels, length]; weight: [channels, outputs/groups, kernel]. */
export const convTranspose1d = (input: Tensor, weight: Tensor, options: ConvTransposeOptions<number> = {}): Tensor =>
  convolveTransposed("convTranspose1d", input, weight, options);

/** Options with every default in place; one number per dim. */
interface Steps {
  readonly stride: readonly number[];
  readonly dilation: readonly number[];
  readonly groups: number;
}

const stepsOf = (op: string, dims: number, { stride = 1, dilation = 1, groups = 1 }: ConvOptions): Steps => {
  requireWhole(op, "groups", groups, 1);
  return {
    stride: pairOf(op, "stride", stride, dims, 1),
    dilation: pairOf(op, "dilation", dilation, dims, 1),
    groups,
  };
};

const convolve = (op: string, input: Tensor, weight: Tensor, options: ConvOptions): Tensor => {
  const dims = op.endsWith("1d") ? 1 : 2;
  const { padding = 0, bias } = options;
  const steps = stepsOf(op, dims, options);
  const shapes = requireRanks(op, input, weight, dims);
  const [outputs, channels] = weight.shape;
  if (input.shape[1] !== channels * steps.groups)
    throw new ShapeError(
      `${op}: input has ${input.shape[1]} channels, kernel expects ${channels * steps.groups}${steps.groups > 1 ? ` (${steps.groups} groups of ${channels})` : ""} (${shapes}).`,
    );
  if (outputs % steps.groups !== 0)
    throw new ShapeError(`${op}: ${outputs} outputs do not fall into ${steps.groups} groups (${shapes}).`);
  requireBias(op, bias, outputs);
  const kernel = weight.shape.slice(2);
  const [x, sides] =
    padding === "same" ? padSame(op, input, kernel, steps) : [input, pairOf(op, "padding", padding, dims, 0)];
  kernel.forEach((length, i) => {
    if (windowCount(x.shape[2 + i], length, steps.stride[i], sides[i], steps.dilation[i]) < 1 || length < 1)
      throw new ShapeError(
        `${op}: a kernel of ${length} (dilation ${steps.dilation[i]}) does not fit into length ${x.shape[2 + i]} with padding ${sides[i]} (${shapes}).`,
      );
  });
  return withBias(asImages("conv2d", [x, weight], attributesOf(steps, sides)), bias);
};

const convolveTransposed = (op: string, input: Tensor, weight: Tensor, options: ConvTransposeOptions): Tensor => {
  const dims = op.endsWith("1d") ? 1 : 2;
  const steps = stepsOf(op, dims, options);
  const sides = pairOf(op, "padding", options.padding ?? 0, dims, 0);
  const extra = pairOf(op, "outputPadding", options.outputPadding ?? 0, dims, 0);
  const shapes = requireRanks(op, input, weight, dims);
  const { stride, dilation, groups } = steps;
  if (input.shape[1] !== weight.shape[0])
    throw new ShapeError(`${op}: input has ${input.shape[1]} channels, kernel expects ${weight.shape[0]} (${shapes}).`);
  if (input.shape[1] % groups !== 0)
    throw new ShapeError(`${op}: ${input.shape[1]} channels do not fall into ${groups} groups (${shapes}).`);
  requireBias(op, options.bias, weight.shape[1] * groups);
  const size = weight.shape.slice(2).map((kernel, i) => {
    if (extra[i] >= Math.max(stride[i], dilation[i]))
      throw new ShapeError(
        `${op}: outputPadding is ${extra[i]}; expected less than the stride ${stride[i]} or the dilation ${dilation[i]}.`,
      );
    const length = (input.shape[2 + i] - 1) * stride[i] - 2 * sides[i] + dilation[i] * (kernel - 1) + extra[i] + 1;
    if (length < 1 || input.shape[2 + i] < 1)
      throw new ShapeError(`${op}: padding ${sides[i]} leaves nothing of the output (${shapes}).`);
    return length;
  });
  const attributes = { ...attributesOf(steps, sides), size: dims === 1 ? [1, ...size] : size };
  return withBias(asImages("conv2dInput", [input, weight], attributes), options.bias);
};

const requireRanks = (op: string, input: Tensor, weight: Tensor, dims: number): string => {
  const shapes = `input ${showShape(input.shape)}, kernel ${showShape(weight.shape)}`;
  if (input.rank !== dims + 2 || weight.rank !== dims + 2)
    throw new ShapeError(
      `${op}: expects input and kernel of rank ${dims + 2}, batch and channels first (${shapes}); add a dim with unsqueeze.`,
    );
  if (!isFloat(input.dtype) || input.dtype !== weight.dtype)
    throw new ShapeError(`${op}: expects float tensors of one type, got ${input.dtype} and ${weight.dtype}.`);
  return shapes;
};

const requireBias = (op: string, bias: Tensor | undefined, outputs: number): void => {
  if (bias && (bias.rank !== 1 || bias.shape[0] !== outputs))
    throw new ShapeError(`${op}: bias is ${showShape(bias.shape)}, expected [${outputs}], one per output channel.`);
};

/** Half of dilation·(kernel − 1) zeros on either side; an odd one goes to the end. */
const padSame = (op: string, input: Tensor, kernel: Shape, { stride, dilation }: Steps): [Tensor, number[]] => {
  if (stride.some((step) => step !== 1))
    throw new ShapeError(
      `${op}: padding "same" needs stride 1, got ${showShape(stride)}; give the padding in numbers.`,
    );
  const total = kernel.map((length, i) => dilation[i] * (length - 1));
  const none = input.shape.map(() => 0);
  return [input.pad(none, [0, 0, ...total.map((n) => n % 2)]), total.map((n) => Math.floor(n / 2))];
};

const attributesOf = ({ stride, dilation, groups }: Steps, padding: readonly number[]): Attributes => {
  const image = (numbers: readonly number[], first: number): readonly number[] =>
    numbers.length === 1 ? [first, ...numbers] : numbers;
  return { stride: image(stride, 1), padding: image(padding, 0), dilation: image(dilation, 1), groups };
};

/** Sequences are images of height 1. */
const asImages = (op: string, inputs: readonly Tensor[], attributes: Attributes): Tensor =>
  inputs[0].rank === 4
    ? apply(op, inputs, attributes)
    : apply(
        op,
        inputs.map((x) => x.unsqueeze(2)),
        attributes,
      ).squeeze(2);

const withBias = (out: Tensor, bias: Tensor | undefined): Tensor =>
  bias ? toRows(out).add(spreadChannels(bias, out.shape[0])).reshape(out.shape) : out;
