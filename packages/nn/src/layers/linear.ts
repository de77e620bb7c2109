// The linear layer.
import type { Parameter, Tensor } from "@agon/tensor";
import { initialRandom, uniform } from "../initialise.ts";
import { Module, parameter, productFlops } from "../module.ts";

/** y = x·Wᵀ + b. weight: [outputs, inputs], bias: [outputs]; x: […, inputs]. Both start uniform in ±1/√inputs, as PyTorch's. */
export class Linear extends Module {
  static readonly kind: string = "Linear";
  readonly weight: Parameter;
  readonly bias: Parameter | null;

  constructor(
    inputs: number,
    outputs: number,
    options: { readonly bias?: boolean; readonly weight?: Float32Array } = {},
  ) {
    super();
    const bound = 1 / Math.sqrt(inputs);
    const random = initialRandom();
    this.weight = parameter(options.weight ?? uniform(inputs * outputs, bound, random), [outputs, inputs]);
    this.bias = options.bias === false ? null : parameter(uniform(outputs, bound, random), [outputs]);
  }

  forward(x: Tensor): Tensor {
    const y = x.multiply(this.weight.value, { transposeB: true });
    return this.bias ? y.add(this.bias.value) : y;
  }

  override flops(_inputs: readonly (readonly number[])[], output: readonly number[]): number {
    return productFlops(this.weight.shape, output);
  }
}
