// Adagrad: steps divided by the root of all squared gradients so far.
import type { Parameter, Tensor, Variable } from "@agon/tensor";
import { countStep, Optimizer, type OptimizerOptions } from "./optimizer.ts";

export interface AdagradOptions extends OptimizerOptions {
  /** Shrinks the step size to η/(1 + (t − 1)·learningRateDecay). Default: 0. */
  readonly learningRateDecay?: number;
  /** The sums' start. Default: 0. */
  readonly initialSum?: number;
  /** Default: 1e-10. */
  readonly epsilon?: number;
}

/** s ← s + g², θ ← θ − η·g/(√s + ε) (Duchi, Hazan & Singer 2011). */
export class Adagrad extends Optimizer {
  private readonly options: AdagradOptions;
  private readonly steps: Variable;
  private readonly sums: readonly Variable[];

  constructor(parameters: readonly Parameter[], options: AdagradOptions = {}) {
    super(parameters, { learningRate: 1e-2, ...options });
    this.options = options;
    this.steps = this.number("step");
    this.sums = this.perParameter("sum", options.initialSum);
  }

  protected advance(gradients: readonly Tensor[]): void {
    const { learningRateDecay = 0, epsilon = 1e-10 } = this.options;
    const size = this.rate.value.div(countStep(this.steps).sub(1).mul(learningRateDecay).add(1));
    this.parameters.forEach((parameter, i) => {
      const sum = this.sums[i].value.add(gradients[i].square());
      this.sums[i].assign(sum);
      parameter.assign(parameter.value.sub(gradients[i].mul(size).div(sum.sqrt().add(epsilon))));
    });
  }
}
