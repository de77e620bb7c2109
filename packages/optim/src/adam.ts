// Adam: steps scaled by running moments of the gradient.
import { log } from "@agon/math";
import type { Parameter, Tensor, Variable } from "@agon/tensor";
import { clipByGlobalNorm, type LossResult, minimizeWith, setting, zerosLike } from "./minimize.ts";

export interface AdamOptions {
  readonly learningRate?: number;
  /** Decay rates of the two moments. */
  readonly betas?: readonly [beta1: number, beta2: number];
  readonly epsilon?: number;
  /** Adds weightDecay·θ to the gradient (L2), or with `decoupled` shrinks θ by η·weightDecay each step (AdamW). */
  readonly weightDecay?: number;
  readonly decoupled?: boolean;
  /** Largest joint norm of the gradients. */
  readonly clipNorm?: number;
}

/** Moments below this are zero: in denormals arithmetic is many times slower, and they change nothing. */
const NEGLIGIBLE = 1e-30;

const flushed = (x: Tensor): Tensor => x.abs().less(NEGLIGIBLE).where(0, x);

/** m ← β₁m + (1 − β₁)g, v ← β₂v + (1 − β₂)g², θ ← θ − η·m̂/(√v̂ + ε) with m̂ = m/(1 − β₁ᵗ), v̂ = v/(1 − β₂ᵗ) (Kingma & Ba 2015, alg. 1). */
export class Adam {
  private readonly parameters: readonly Parameter[];
  private readonly options: AdamOptions;
  private readonly rate: Variable;
  private readonly step: Variable;
  private readonly means: readonly Variable[];
  private readonly squares: readonly Variable[];

  constructor(parameters: readonly Parameter[], options: AdamOptions = {}) {
    this.parameters = parameters;
    this.options = options;
    this.rate = setting(options.learningRate ?? 1e-3, "learningRate");
    this.step = setting(0, "step");
    this.means = parameters.map((parameter) => zerosLike(parameter, "mean"));
    this.squares = parameters.map((parameter) => zerosLike(parameter, "square"));
  }

  get learningRate(): number {
    return this.rate.toHost()[0];
  }
  set learningRate(value: number) {
    this.rate.set([value]);
  }

  /** All state that a checkpoint needs. */
  variables(): Variable[] {
    return [this.rate, this.step, ...this.means, ...this.squares];
  }

  /** One step down the gradient of f's loss; returns what f returned. */
  minimize<R extends LossResult>(f: () => R): R {
    return minimizeWith(this.parameters, f, (gradients) => this.update(gradients));
  }

  /** One step with given gradients, in the order of the parameters. */
  update(gradients: readonly Tensor[]): void {
    const { betas: [beta1, beta2] = [0.9, 0.999], epsilon = 1e-8, weightDecay = 0, decoupled, clipNorm } = this.options;
    const clipped = clipNorm === undefined ? gradients : clipByGlobalNorm(gradients, clipNorm);
    const step = this.step.value.add(1);
    this.step.assign(step);
    // 1 − βᵗ = −expm1(t·ln β): exact also while t is small.
    const correction1 = step.mul(log(beta1)).expm1().neg();
    const correction2 = step.mul(log(beta2)).expm1().neg().sqrt();
    const size = this.rate.value.div(correction1);
    this.parameters.forEach((parameter, i) => {
      const value = parameter.value;
      const gradient = weightDecay === 0 || decoupled ? clipped[i] : clipped[i].add(value.mul(weightDecay));
      const mean = flushed(this.means[i].value.mul(beta1).add(gradient.mul(1 - beta1)));
      const square = flushed(this.squares[i].value.mul(beta2).add(gradient.square().mul(1 - beta2)));
      this.means[i].assign(mean);
      this.squares[i].assign(square);
      const kept = decoupled ? value.sub(value.mul(this.rate.value.mul(weightDecay))) : value;
      parameter.assign(kept.sub(mean.mul(size).div(square.sqrt().div(correction2).add(epsilon))));
    });
  }
}
