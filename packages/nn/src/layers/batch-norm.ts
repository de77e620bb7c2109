// Batch normalisation, which remembers the statistics of its batches.
import { batchNorm, ones, Parameter, ShapeError, type Tensor, Variable, zeros } from "@agon/tensor";
import { Module } from "../module.ts";

export interface BatchNormLayerOptions {
  /** Added to the variance; default 1e−5. */
  readonly epsilon?: number;
  /** Share of each batch in the running statistics; default 0.1. */
  readonly momentum?: number;
}

/**
 * y = (x − mean)/√(variance + ε)·weight + bias per channel (Ioffe & Szegedy 2015): in training by the batch's own statistics, which move
 * the running ones; in evaluation by those. All four Variables: [channels].
 */
abstract class BatchNorm extends Module {
  readonly weight: Parameter;
  readonly bias: Parameter;
  readonly runningMean: Variable;
  readonly runningVar: Variable;
  private readonly options: BatchNormLayerOptions;
  private readonly kind: { readonly name: string; readonly ranks: readonly number[] };

  constructor(channels: number, options: BatchNormLayerOptions, kind: { name: string; ranks: readonly number[] }) {
    super();
    this.kind = kind;
    this.weight = new Parameter(ones([channels]));
    this.bias = new Parameter(zeros([channels]));
    this.runningMean = new Variable(zeros([channels]));
    this.runningVar = new Variable(ones([channels]));
    this.options = options;
  }

  forward(x: Tensor): Tensor {
    const { name, ranks } = this.kind;
    if (!ranks.includes(x.rank))
      throw new ShapeError(
        `${name}: input is [${x.shape.join(", ")}]; expected ${ranks.join(" or ")} dims, [batch, channels, …].`,
      );
    return batchNorm(x, {
      ...this.options,
      weight: this.weight.value,
      bias: this.bias.value,
      runningMean: this.runningMean,
      runningVar: this.runningVar,
      training: this.training,
    });
  }
}

/** Batch normalisation of vectors and sequences: [batch, channels] or [batch, channels, length]. */
export class BatchNorm1d extends BatchNorm {
  static readonly kind: string = "BatchNorm1d";
  constructor(channels: number, options: BatchNormLayerOptions = {}) {
    super(channels, options, { name: "BatchNorm1d", ranks: [2, 3] });
  }
}

/** Batch normalisation of images: [batch, channels, height, width]. */
export class BatchNorm2d extends BatchNorm {
  static readonly kind: string = "BatchNorm2d";
  constructor(channels: number, options: BatchNormLayerOptions = {}) {
    super(channels, options, { name: "BatchNorm2d", ranks: [4] });
  }
}
