// Pooling layers: one number for each window of a channel.
import { adaptiveAvgPool2d, adaptiveMaxPool2d, avgPool1d, avgPool2d, maxPool1d, maxPool2d } from "@agon/tensor";
import type { AvgPoolOptions, MaxPoolOptions, Pair, Tensor } from "@agon/tensor";
import { Module } from "../module.ts";

/** Largest element of each window. x: [batch, channels, length]. The stride is the kernel unless given. */
export class MaxPool1d extends Module {
  static readonly kind: string = "MaxPool1d";
  private readonly kernel: number;
  private readonly options: MaxPoolOptions<number>;

  constructor(kernel: number, options: MaxPoolOptions<number> = {}) {
    super();
    this.kernel = kernel;
    this.options = options;
  }

  forward(x: Tensor): Tensor {
    return maxPool1d(x, this.kernel, this.options);
  }
}

/** Largest element of each window. x: [batch, channels, height, width]. The stride is the kernel unless given. */
export class MaxPool2d extends Module {
  static readonly kind: string = "MaxPool2d";
  private readonly kernel: Pair;
  private readonly options: MaxPoolOptions;

  constructor(kernel: Pair, options: MaxPoolOptions = {}) {
    super();
    this.kernel = kernel;
    this.options = options;
  }

  forward(x: Tensor): Tensor {
    return maxPool2d(x, this.kernel, this.options);
  }
}

/** Mean of each window. x: [batch, channels, length]. The stride is the kernel unless given. */
export class AvgPool1d extends Module {
  static readonly kind: string = "AvgPool1d";
  private readonly kernel: number;
  private readonly options: AvgPoolOptions<number>;

  constructor(kernel: number, options: AvgPoolOptions<number> = {}) {
    super();
    this.kernel = kernel;
    this.options = options;
  }

  forward(x: Tensor): Tensor {
    return avgPool1d(x, this.kernel, this.options);
  }
}

/** Mean of each window. x: [batch, channels, height, width]. The stride is the kernel unless given. */
export class AvgPool2d extends Module {
  static readonly kind: string = "AvgPool2d";
  private readonly kernel: Pair;
  private readonly options: AvgPoolOptions;

  constructor(kernel: Pair, options: AvgPoolOptions = {}) {
    super();
    this.kernel = kernel;
    this.options = options;
  }

  forward(x: Tensor): Tensor {
    return avgPool2d(x, this.kernel, this.options);
  }
}

/** Mean of windows that divide the image into outputSize parts. x: [batch, channels, height, width] → [batch, channels, …outputSize]. */
export class AdaptiveAvgPool2d extends Module {
  static readonly kind: string = "AdaptiveAvgPool2d";
  private readonly outputSize: Pair;

  constructor(outputSize: Pair) {
    super();
    this.outputSize = outputSize;
  }

  forward(x: Tensor): Tensor {
    return adaptiveAvgPool2d(x, this.outputSize);
  }
}

/** Largest element of windows that divide the image into outputSize parts. x: [batch, channels, height, width]. */
export class AdaptiveMaxPool2d extends Module {
  static readonly kind: string = "AdaptiveMaxPool2d";
  private readonly outputSize: Pair;

  constructor(outputSize: Pair) {
    super();
    this.outputSize = outputSize;
  }

  forward(x: Tensor): Tensor {
    return adaptiveMaxPool2d(x, this.outputSize);
  }
}

/** Mean over all positions. x: [batch, channels, …] → [batch, channels]. */
export const globalAvgPool = (x: Tensor): Tensor => overPositions("globalAvgPool", x).mean(2);
/** Largest over all positions. x: [batch, channels, …] → [batch, channels]. */
export const globalMaxPool = (x: Tensor): Tensor => overPositions("globalMaxPool", x).max(2);

const overPositions = (name: string, x: Tensor): Tensor => {
  if (x.rank < 3) throw new RangeError(`${name}: input is [${x.shape.join(", ")}]; expected [batch, channels, …].`);
  return x.flatten(2);
};
