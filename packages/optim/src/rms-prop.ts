// RMSprop: steps divided by the gradient's running root mean square.
import type { Parameter, Tensor, Variable } from "@agon/tensor";
import { Optimizer, type OptimizerOptions, track } from "./optimizer.ts";

export interface RMSpropOptions extends OptimizerOptions {
  /** α, the decay rate of the averages. Default: 0.99. */
  readonly alpha?: number;
  /** Default: 1e-8. */
  readonly epsilon?: number;
  /** μ, the share of the velocity that a step keeps. Default: 0. */
  readonly momentum?: number;
  /** Divides by the running standard deviation, √(s − a²) with a the mean, instead of √s. */
  readonly centered?: boolean;
}

/** s ← αs + (1 − α)g², u = g/(√s + ε), θ ← θ − ηu; with momentum v ← μv + u, θ ← θ − ηv (Tieleman & Hinton 2012; centered: Graves 2013). */
export class RMSprop extends Optimizer {
  private readonly options: RMSpropOptions;
  private readonly squares: readonly Variable[];
  private readonly means: readonly Variable[];
  private readonly velocities: readonly Variable[];

  constructor(parameters: readonly Parameter[], options: RMSpropOptions = {}) {
    super(parameters, options);
    this.options = options;
    this.squares = this.perParameter("square");
    this.means = options.centered ? this.perParameter("mean") : [];
    this.velocities = options.momentum ? this.perParameter("velocity") : [];
  }

  protected advance(gradients: readonly Tensor[]): void {
    const { epsilon = 1e-8 } = this.options;
    this.parameters.forEach((parameter, i) => {
      const direction = gradients[i].div(this.variance(gradients[i], i).sqrt().add(epsilon));
      parameter.assign(parameter.value.sub(this.withMomentum(direction, i).mul(this.rate.value)));
    });
  }

  private variance(gradient: Tensor, i: number): Tensor {
    const { alpha = 0.99, centered } = this.options;
    const square = track(this.squares[i], gradient.square(), alpha);
    // Rounding may leave less than nothing.
    return centered ? square.sub(track(this.means[i], gradient, alpha).square()).maximum(0) : square;
  }

  private withMomentum(direction: Tensor, i: number): Tensor {
    const { momentum = 0 } = this.options;
    if (momentum === 0) return direction;
    const velocity = this.velocities[i].value.mul(momentum).add(direction);
    this.velocities[i].assign(velocity);
    return velocity;
  }
}
