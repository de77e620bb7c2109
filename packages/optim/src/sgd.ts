// Stochastic gradient descent, with both forms of momentum.
import type { Parameter, Tensor, Variable } from "@agon/tensor";
import { clipByGlobalNorm, type LossResult, minimizeWith, setting, zerosLike } from "./minimize.ts";

export interface SGDOptions {
  readonly learningRate?: number;
  readonly momentum?: number;
  /**
   * "accumulate": v ← μv + (1 − dampening)g, PyTorch's form. "average": v ← μv + (1 − μ)g, an exponential moving average.
   * In both θ ← θ − ηv.
   */
  readonly form?: "accumulate" | "average";
  readonly dampening?: number;
  /** Looks ahead: θ ← θ − η(g + μv); with "accumulate" only. */
  readonly nesterov?: boolean;
  /** Adds weightDecay·θ to the gradient. */
  readonly weightDecay?: number;
  /** Largest joint norm of the gradients. */
  readonly clipNorm?: number;
}

export class SGD {
  private readonly parameters: readonly Parameter[];
  private readonly options: SGDOptions;
  private readonly rate: Variable;
  /** Steps taken, 0 before the first: PyTorch's first velocity is the plain gradient. */
  private readonly started: Variable;
  private readonly velocities: readonly Variable[];

  constructor(parameters: readonly Parameter[], options: SGDOptions = {}) {
    if (options.nesterov && options.form === "average")
      throw new Error('SGD: nesterov goes with the form "accumulate", got "average".');
    this.parameters = parameters;
    this.options = options;
    this.rate = setting(options.learningRate ?? 1e-3, "learningRate");
    this.started = setting(0, "started");
    this.velocities = options.momentum ? parameters.map((parameter) => zerosLike(parameter, "velocity")) : [];
  }

  get learningRate(): number {
    return this.rate.toHost()[0];
  }
  set learningRate(value: number) {
    this.rate.set([value]);
  }

  /** All state that a checkpoint needs, by name. */
  variables(): Variable[] {
    return [this.rate, this.started, ...this.velocities];
  }

  /** One step down the gradient of f's loss; returns what f returned. */
  minimize<R extends LossResult>(f: () => R): R {
    return minimizeWith(this.parameters, f, (gradients) => this.update(gradients));
  }

  /** One step with given gradients, in the order of the parameters. */
  update(gradients: readonly Tensor[]): void {
    const { clipNorm, weightDecay = 0 } = this.options;
    const clipped = clipNorm === undefined ? gradients : clipByGlobalNorm(gradients, clipNorm);
    this.parameters.forEach((parameter, i) => {
      const value = parameter.value;
      const gradient = weightDecay === 0 ? clipped[i] : clipped[i].add(value.mul(weightDecay));
      parameter.assign(value.sub(this.direction(gradient, i).mul(this.rate.value)));
    });
    if (this.velocities.length > 0) this.started.assign(this.started.value.mul(0).add(1));
  }

  private direction(gradient: Tensor, i: number): Tensor {
    const { momentum = 0, form = "accumulate", dampening = 0, nesterov } = this.options;
    if (momentum === 0) return gradient;
    const velocity = this.velocities[i];
    // The first accumulated velocity is g itself, without dampening.
    const share = form === "average" ? 1 - momentum : this.started.value.mul(-dampening).add(1);
    const next = velocity.value.mul(momentum).add(gradient.mul(share));
    velocity.assign(next);
    return nesterov ? gradient.add(next.mul(momentum)) : next;
  }
}
