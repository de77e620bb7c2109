// Adam: steps scaled by running moments of the gradient.
import type { Parameter, Tensor, Variable } from "@agon/tensor";
import { biasCorrection, countStep, Optimizer, type OptimizerOptions, track } from "./optimizer.ts";

export interface AdamOptions extends OptimizerOptions {
  /** Decay rates of the two moments. Default: [0.9, 0.999]. */
  readonly betas?: readonly [beta1: number, beta2: number];
  /** Default: 1e-8. */
  readonly epsilon?: number;
  /** Shrinks θ by η·weightDecay each step instead of adding weightDecay·θ to the gradient (AdamW). */
  readonly decoupled?: boolean;
  /** Divides by the largest v̂ so far, so that steps never grow again where gradients fade (AMSGrad, Reddi et al. 2018). */
  readonly amsgrad?: boolean;
}

/** m ← β₁m + (1 − β₁)g, v ← β₂v + (1 − β₂)g², θ ← θ − η·m̂/(√v̂ + ε) with m̂ = m/(1 − β₁ᵗ), v̂ = v/(1 − β₂ᵗ) (Kingma & Ba 2015, alg. 1). */
export class Adam extends Optimizer {
  private readonly options: AdamOptions;
  private readonly steps: Variable;
  private readonly means: readonly Variable[];
  private readonly squares: readonly Variable[];
  private readonly largest: readonly Variable[];

  constructor(parameters: readonly Parameter[], options: AdamOptions = {}) {
    super(parameters, { ...options, weightDecay: options.decoupled ? 0 : options.weightDecay });
    this.options = options;
    this.steps = this.number("step");
    this.means = this.perParameter("mean");
    this.squares = this.perParameter("square");
    this.largest = options.amsgrad ? this.perParameter("largest") : [];
  }

  protected advance(gradients: readonly Tensor[]): void {
    const { betas: [beta1, beta2] = [0.9, 0.999], epsilon = 1e-8, weightDecay = 0, decoupled } = this.options;
    const step = countStep(this.steps);
    const size = this.rate.value.div(biasCorrection(step, beta1));
    // A factor, not a divisor: dividing takes the machine most of the step's time.
    const correction = biasCorrection(step, beta2).rsqrt();
    this.parameters.forEach((parameter, i) => {
      const value = parameter.value;
      const mean = track(this.means[i], gradients[i], beta1);
      const square = this.largestSoFar(i, track(this.squares[i], gradients[i].square(), beta2));
      const kept = decoupled ? value.sub(value.mul(this.rate.value.mul(weightDecay))) : value;
      parameter.assign(kept.sub(mean.mul(size).div(square.sqrt().mul(correction).add(epsilon))));
    });
  }

  private largestSoFar(i: number, square: Tensor): Tensor {
    if (!this.options.amsgrad) return square;
    const largest = this.largest[i].value.maximum(square);
    this.largest[i].assign(largest);
    return largest;
  }
}
