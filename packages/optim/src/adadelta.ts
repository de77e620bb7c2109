// Adadelta: steps as large as the steps before, whatever the gradient's unit.
import type { Parameter, Tensor, Variable } from "@agon/tensor";
import { Optimizer, type OptimizerOptions, track } from "./optimizer.ts";

export interface AdadeltaOptions extends OptimizerOptions {
  /** ρ, the decay rate of both averages. Default: 0.9. */
  readonly rho?: number;
  /** Default: 1e-6. */
  readonly epsilon?: number;
}

/** s ← ρs + (1 − ρ)g², Δ = g·√(d + ε)/√(s + ε), d ← ρd + (1 − ρ)Δ², θ ← θ − ηΔ with η = 1 by default (Zeiler 2012, alg. 1). */
export class Adadelta extends Optimizer {
  private readonly options: AdadeltaOptions;
  private readonly squares: readonly Variable[];
  private readonly deltas: readonly Variable[];

  constructor(parameters: readonly Parameter[], options: AdadeltaOptions = {}) {
    super(parameters, { learningRate: 1, ...options });
    this.options = options;
    this.squares = this.perParameter("square");
    this.deltas = this.perParameter("delta");
  }

  protected advance(gradients: readonly Tensor[]): void {
    const { rho = 0.9, epsilon = 1e-6 } = this.options;
    this.parameters.forEach((parameter, i) => {
      const square = track(this.squares[i], gradients[i].square(), rho);
      const scale = this.deltas[i].value.add(epsilon).sqrt().div(square.add(epsilon).sqrt());
      const delta = gradients[i].mul(scale);
      track(this.deltas[i], delta.square(), rho);
      parameter.assign(parameter.value.sub(delta.mul(this.rate.value)));
    });
  }
}
