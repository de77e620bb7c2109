// RAdam: Adam that waits until its second moment has seen enough gradients to be trusted.
import { log } from "@agon/math";
import type { Parameter, Tensor, Variable } from "@agon/tensor";
import { biasCorrection, countStep, Optimizer, type OptimizerOptions, track } from "./optimizer.ts";

export interface RAdamOptions extends OptimizerOptions {
  /** Decay rates of the two moments. Default: [0.9, 0.999]. */
  readonly betas?: readonly [beta1: number, beta2: number];
  /** Default: 1e-8. */
  readonly epsilon?: number;
}

/** From this many observations on the second moment's variance is finite with room to spare. */
const ENOUGH = 5;

/**
 * With ρ∞ = 2/(1 − β₂) − 1 and ρₜ = ρ∞ − 2tβ₂ᵗ/(1 − β₂ᵗ): while ρₜ ≤ 5, θ ← θ − η·m̂; then θ ← θ − η·r·m̂/(√v + ε)·√(1 − β₂ᵗ) with
 * r² = (ρₜ − 4)(ρₜ − 2)ρ∞/((ρ∞ − 4)(ρ∞ − 2)ρₜ) (Liu et al. 2020, alg. 2).
 */
export class RAdam extends Optimizer {
  private readonly options: RAdamOptions;
  private readonly steps: Variable;
  private readonly means: readonly Variable[];
  private readonly squares: readonly Variable[];

  constructor(parameters: readonly Parameter[], options: RAdamOptions = {}) {
    super(parameters, options);
    this.options = options;
    this.steps = this.number("step");
    this.means = this.perParameter("mean");
    this.squares = this.perParameter("square");
  }

  protected advance(gradients: readonly Tensor[]): void {
    const { betas: [beta1, beta2] = [0.9, 0.999], epsilon = 1e-8 } = this.options;
    const step = countStep(this.steps);
    const size = this.rate.value.div(biasCorrection(step, beta1));
    const length = averageLength(step, beta2);
    const enough = length.greater(ENOUGH);
    const rectified = rectification(length, beta2).mul(biasCorrection(step, beta2).sqrt());
    this.parameters.forEach((parameter, i) => {
      const mean = track(this.means[i], gradients[i], beta1);
      const square = track(this.squares[i], gradients[i].square(), beta2);
      const factor = enough.where(rectified.div(square.sqrt().add(epsilon)), 1);
      parameter.assign(parameter.value.sub(mean.mul(size).mul(factor)));
    });
  }
}

const longest = (beta2: number): number => 2 / (1 - beta2) - 1;

/**
 * ρₜ, without the cancellation of its definition, in which two numbers near 2000 may leave 5: with d = −t·ln β₂ it is ρ∞ − 2t/(eᵈ − 1), and
 * 1/(eᵈ − 1) = 1/d − ½ + d/12 − d³/720 + d⁵/30240 − … takes the large part, 2/ln β₂, out of the float32 arithmetic.
 */
const averageLength = (step: Tensor, beta2: number): Tensor => {
  const rate = -log(beta2);
  const d = step.mul(rate);
  const square = d.square();
  const series = square
    .mul(1 / 30240)
    .sub(1 / 720)
    .mul(square)
    .add(1 / 12)
    .mul(d)
    .sub(0.5);
  const early = step
    .mul(series)
    .mul(-2)
    .add(longest(beta2) - 2 / rate);
  const late = step.div(d.expm1()).mul(-2).add(longest(beta2));
  return d.less(1).where(early, late);
};

/** r; anything below four observations, where it is not used. */
const rectification = (length: Tensor, beta2: number): Tensor => {
  const limit = longest(beta2);
  const used = length.maximum(ENOUGH);
  const ratio = used.sub(4).mul(used.sub(2)).div(used);
  return ratio.mul(limit / ((limit - 4) * (limit - 2))).sqrt();
};
