// Convolution layers.
import { conv1d, type ConvOptions, conv2d, convTranspose2d, type ConvTransposeOptions } from "@agon/tensor";
import type { Pair, Parameter, Tensor } from "@agon/tensor";
import { initialRandom, uniform } from "../initialise.ts";
import { Module, parameter, productFlops } from "../module.ts";

export interface ConvLayerOptions<Size = Pair> extends Omit<ConvOptions<Size>, "bias"> {
  /** Size of the window. */
  readonly kernel: Size;
  /** Adds a number to each output channel; default true. */
  readonly bias?: boolean;
}

/**
 * Cross-correlation over sequences. x: [batch, channels, length] → [batch, outputs, length']; weight: [outputs, channels/groups, kernel],
 * bias: [outputs]. Both start uniform in ±1/√(channels/groups·kernel), as PyTorch's.
 */
export class Conv1d extends Module {
  static readonly kind: string = "Conv1d";
  readonly weight: Parameter;
  readonly bias: Parameter | null;
  private readonly options: ConvOptions<number>;

  constructor(channels: number, outputs: number, { kernel, bias, ...options }: ConvLayerOptions<number>) {
    super();
    const inputs = perGroup("Conv1d", channels, outputs, options.groups);
    [this.weight, this.bias] = kernels(outputs, inputs, [kernel], bias);
    this.options = options;
  }

  forward(x: Tensor): Tensor {
    return conv1d(x, this.weight.value, { ...this.options, bias: this.bias?.value });
  }

  override flops(_inputs: readonly (readonly number[])[], output: readonly number[]): number {
    return productFlops(this.weight.shape, output);
  }
}

/**
 * Cross-correlation over images. x: [batch, channels, height, width] → [batch, outputs, height', width'];
 * weight: [outputs, channels/groups, kernel height, kernel width], bias: [outputs]. Both start uniform in ±1/√(channels/groups·kernel area), as PyTorch's.
 */
export class Conv2d extends Module {
  static readonly kind: string = "Conv2d";
  readonly weight: Parameter;
  readonly bias: Parameter | null;
  private readonly options: ConvOptions;

  constructor(channels: number, outputs: number, { kernel, bias, ...options }: ConvLayerOptions) {
    super();
    const inputs = perGroup("Conv2d", channels, outputs, options.groups);
    [this.weight, this.bias] = kernels(outputs, inputs, bothDims(kernel), bias);
    this.options = options;
  }

  forward(x: Tensor): Tensor {
    return conv2d(x, this.weight.value, { ...this.options, bias: this.bias?.value });
  }

  override flops(_inputs: readonly (readonly number[])[], output: readonly number[]): number {
    return productFlops(this.weight.shape, output);
  }
}

export interface ConvTransposeLayerOptions extends Omit<ConvTransposeOptions, "bias"> {
  /** Size of the window. */
  readonly kernel: Pair;
  /** Adds a number to each output channel; default true. */
  readonly bias?: boolean;
}

/**
 * The transpose of Conv2d's linear map, which makes images larger. x: [batch, channels, height, width]; weight:
 * [channels, outputs/groups, kernel height, kernel width], bias: [outputs]. Both start uniform in ±1/√(outputs/groups·kernel area), as PyTorch's.
 */
export class ConvTranspose2d extends Module {
  static readonly kind: string = "ConvTranspose2d";
  readonly weight: Parameter;
  readonly bias: Parameter | null;
  private readonly options: ConvTransposeOptions;

  constructor(channels: number, outputs: number, { kernel, bias, ...options }: ConvTransposeLayerOptions) {
    super();
    perGroup("ConvTranspose2d", channels, outputs, options.groups);
    [this.weight, this.bias] = kernels(channels, outputs / (options.groups ?? 1), bothDims(kernel), bias, outputs);
    this.options = options;
  }

  forward(x: Tensor): Tensor {
    return convTranspose2d(x, this.weight.value, { ...this.options, bias: this.bias?.value });
  }

  override flops([input]: readonly (readonly number[])[]): number {
    return productFlops(this.weight.shape, input);
  }
}

const bothDims = (size: Pair): readonly number[] => (typeof size === "number" ? [size, size] : size);

/** Input channels of each group. */
const perGroup = (layer: string, channels: number, outputs: number, groups = 1): number => {
  if (channels % groups !== 0 || outputs % groups !== 0)
    throw new RangeError(`${layer}: ${channels} channels and ${outputs} outputs do not fall into ${groups} groups.`);
  return channels / groups;
};

/** Weight [first, second, …kernel] and bias, uniform in ±1/√(second·kernel area). */
const kernels = (
  first: number,
  second: number,
  kernel: readonly number[],
  bias = true,
  outputs = first,
): [Parameter, Parameter | null] => {
  const fanIn = kernel.reduce((n, length) => n * length, second);
  const bound = 1 / Math.sqrt(fanIn);
  const random = initialRandom();
  const weight = parameter(uniform(first * fanIn, bound, random), [first, second, ...kernel]);
  return [weight, bias ? parameter(uniform(outputs, bound, random), [outputs]) : null];
};
