// Adamax: Adam with the largest gradient in the place of the root mean square.
import type { Parameter, Tensor, Variable } from "@agon/tensor";
import { biasCorrection, countStep, Optimizer, type OptimizerOptions, track } from "./optimizer.ts";

export interface AdamaxOptions extends OptimizerOptions {
  /** Decay rates of the mean and of the largest gradient. Default: [0.9, 0.999]. */
  readonly betas?: readonly [beta1: number, beta2: number];
  /** Default: 1e-8. */
  readonly epsilon?: number;
}

/** m ← β₁m + (1 − β₁)g, u ← max(β₂u, |g| + ε), θ ← θ − η/(1 − β₁ᵗ)·m/u (Kingma & Ba 2015, alg. 2). */
export class Adamax extends Optimizer {
  private readonly options: AdamaxOptions;
  private readonly steps: Variable;
  private readonly means: readonly Variable[];
  private readonly largest: readonly Variable[];

  constructor(parameters: readonly Parameter[], options: AdamaxOptions = {}) {
    super(parameters, { learningRate: 2e-3, ...options });
    this.options = options;
    this.steps = this.number("step");
    this.means = this.perParameter("mean");
    this.largest = this.perParameter("largest");
  }

  protected advance(gradients: readonly Tensor[]): void {
    const { betas: [beta1, beta2] = [0.9, 0.999], epsilon = 1e-8 } = this.options;
    const size = this.rate.value.div(biasCorrection(countStep(this.steps), beta1));
    this.parameters.forEach((parameter, i) => {
      const mean = track(this.means[i], gradients[i], beta1);
      const largest = this.largest[i].value.mul(beta2).maximum(gradients[i].abs().add(epsilon));
      this.largest[i].assign(largest);
      parameter.assign(parameter.value.sub(mean.mul(size).div(largest)));
    });
  }
}
