// Stochastic gradient descent, with both forms of momentum.
import type { Parameter, Tensor, Variable } from "@agon/tensor";
import { biasCorrection, countStep, Optimizer, type OptimizerOptions } from "./optimizer.ts";

export interface SGDOptions extends OptimizerOptions {
  /** μ, the share of the velocity that a step keeps. Default: 0, plain descent. */
  readonly momentum?: number;
  /**
   * "accumulate": v ← μv + (1 − dampening)g, PyTorch's form. "average": v ← μv + (1 − μ)g, an exponential moving average.
   * In both θ ← θ − ηv.
   */
  readonly form?: "accumulate" | "average";
  /** The share of the gradient that "accumulate" leaves out, from the second step on. Default: 0. */
  readonly dampening?: number;
  /** Looks ahead: θ ← θ − η(g + μv); with "accumulate" only. */
  readonly nesterov?: boolean;
  /** Makes up for the average's start at 0: θ ← θ − η·v/(1 − μᵗ); with "average" only. */
  readonly biasCorrected?: boolean;
}

/** θ ← θ − ηg, or along a velocity v that gathers the gradients. */
export class SGD extends Optimizer {
  private readonly options: SGDOptions;
  /** Steps taken. */
  private readonly steps: Variable;
  private readonly velocities: readonly Variable[];

  constructor(parameters: readonly Parameter[], options: SGDOptions = {}) {
    const { form = "accumulate", nesterov, biasCorrected, momentum = 0 } = options;
    if (nesterov && form === "average")
      throw new Error('SGD: nesterov goes with the form "accumulate", got "average".');
    if (biasCorrected && form === "accumulate")
      throw new Error('SGD: biasCorrected goes with the form "average", got "accumulate".');
    super(parameters, options);
    this.options = options;
    this.steps = this.number("step");
    this.velocities = momentum === 0 ? [] : this.perParameter("velocity");
  }

  protected advance(gradients: readonly Tensor[]): void {
    const before = this.steps.value;
    const size = this.stepSize(countStep(this.steps));
    this.parameters.forEach((parameter, i) => {
      parameter.assign(parameter.value.sub(this.direction(gradients[i], i, before).mul(size)));
    });
  }

  private stepSize(step: Tensor): Tensor {
    const { momentum = 0, biasCorrected } = this.options;
    return biasCorrected && momentum > 0 ? this.rate.value.div(biasCorrection(step, momentum)) : this.rate.value;
  }

  private direction(gradient: Tensor, i: number, before: Tensor): Tensor {
    const { momentum = 0, form = "accumulate", dampening = 0, nesterov } = this.options;
    if (momentum === 0) return gradient;
    const velocity = this.velocities[i];
    // The first accumulated velocity is g itself, without dampening.
    const share = form === "average" ? 1 - momentum : before.minimum(1).mul(-dampening).add(1);
    const next = velocity.value.mul(momentum).add(gradient.mul(share));
    velocity.assign(next);
    return nesterov ? gradient.add(next.mul(momentum)) : next;
  }
}
