// Normalisation of each example by itself: the same in training and in evaluation.
import { groupNorm, layerNorm, ones, Parameter, rmsNorm, type Tensor, zeros } from "@agon/tensor";
import { Module } from "../module.ts";

export interface NormOptions {
  /** Added to the variance, or to the mean square. */
  readonly epsilon?: number;
}

/** y = (x − mean)/√(variance + ε)·weight + bias over the last dims (Ba, Kiros & Hinton 2016). x: […, …shape]; weight, bias: shape. ε: 1e−5. */
export class LayerNorm extends Module {
  static readonly kind: string = "LayerNorm";
  readonly weight: Parameter;
  readonly bias: Parameter;
  private readonly options: NormOptions;

  constructor(shape: number | readonly number[], options: NormOptions = {}) {
    super();
    const dims = typeof shape === "number" ? [shape] : shape;
    this.weight = new Parameter(ones(dims));
    this.bias = new Parameter(zeros(dims));
    this.options = options;
  }

  forward(x: Tensor): Tensor {
    const [weight, bias] = [this.weight.value, this.bias.value];
    return layerNorm(x, this.weight.shape, { ...this.options, weight, bias });
  }
}

/** y = x/√(mean(x²) + ε)·weight over the last dims (Zhang & Sennrich 2019). x: […, …shape]; weight: shape. ε: 1e−6. */
export class RMSNorm extends Module {
  static readonly kind: string = "RMSNorm";
  readonly weight: Parameter;
  private readonly options: NormOptions;

  constructor(shape: number | readonly number[], options: NormOptions = {}) {
    super();
    this.weight = new Parameter(ones(typeof shape === "number" ? [shape] : shape));
    this.options = options;
  }

  forward(x: Tensor): Tensor {
    return rmsNorm(x, this.weight.shape, { ...this.options, weight: this.weight.value });
  }
}

/** LayerNorm over groups of channels (Wu & He 2018). x: [batch, channels, …]; weight, bias: [channels]. ε: 1e−5. */
export class GroupNorm extends Module {
  static readonly kind: string = "GroupNorm";
  readonly weight: Parameter;
  readonly bias: Parameter;
  private readonly groups: number;
  private readonly options: NormOptions;

  constructor(groups: number, channels: number, options: NormOptions = {}) {
    super();
    if (channels % groups !== 0)
      throw new RangeError(`GroupNorm: ${channels} channels do not fall into ${groups} groups.`);
    this.groups = groups;
    this.weight = new Parameter(ones([channels]));
    this.bias = new Parameter(zeros([channels]));
    this.options = options;
  }

  forward(x: Tensor): Tensor {
    return groupNorm(x, this.groups, { ...this.options, weight: this.weight.value, bias: this.bias.value });
  }
}
