// NAdam: Adam whose mean looks one step ahead, as Nesterov's momentum does.
import { log } from "@agon/math";
import type { Parameter, Tensor, Variable } from "@agon/tensor";
import { biasCorrection, countStep, Optimizer, type OptimizerOptions, track } from "./optimizer.ts";

export interface NAdamOptions extends OptimizerOptions {
  /** Decay rates of the two moments. Default: [0.9, 0.999]. */
  readonly betas?: readonly [beta1: number, beta2: number];
  /** Default: 1e-8. */
  readonly epsilon?: number;
  /** ψ, how fast the momentum warms up. Default: 0.004. */
  readonly momentumDecay?: number;
  /** Multiplies Mₜ₊₁ by μₜ once more, as PyTorch did by mistake before 2.0 (its pull request 92699): to repeat its runs. */
  readonly asPyTorch1?: boolean;
}

/**
 * With μₜ = β₁(1 − ½·0.96^(tψ)) and Mₜ = μ₁·…·μₜ, and Adam's m and v̂:
 * θ ← θ − η·(μₜ₊₁/(1 − Mₜ₊₁)·m + (1 − μₜ)/(1 − Mₜ)·g)/(√v̂ + ε) (Dozat 2016, alg. 2).
 */
export class NAdam extends Optimizer {
  private readonly options: NAdamOptions;
  private readonly steps: Variable;
  /** Mₜ */
  private readonly product: Variable;
  private readonly means: readonly Variable[];
  private readonly squares: readonly Variable[];

  constructor(parameters: readonly Parameter[], options: NAdamOptions = {}) {
    super(parameters, { learningRate: 2e-3, ...options });
    this.options = options;
    this.steps = this.number("step");
    this.product = this.number("momentumProduct", 1);
    this.means = this.perParameter("mean");
    this.squares = this.perParameter("square");
  }

  protected advance(gradients: readonly Tensor[]): void {
    const { betas: [beta1, beta2] = [0.9, 0.999], epsilon = 1e-8, asPyTorch1 } = this.options;
    const step = countStep(this.steps);
    const momentum = this.momentum(step);
    const next = this.momentum(step.add(1));
    const product = this.product.value.mul(momentum);
    this.product.assign(product);
    const nextProduct = product.mul(asPyTorch1 ? next.mul(momentum) : next);
    const meanShare = this.rate.value.mul(next).div(nextProduct.neg().add(1));
    const gradientShare = this.rate.value.mul(momentum.neg().add(1)).div(product.neg().add(1));
    const correction = biasCorrection(step, beta2);
    this.parameters.forEach((parameter, i) => {
      const mean = track(this.means[i], gradients[i], beta1);
      const square = track(this.squares[i], gradients[i].square(), beta2);
      const direction = mean.mul(meanShare).add(gradients[i].mul(gradientShare));
      parameter.assign(parameter.value.sub(direction.div(square.div(correction).sqrt().add(epsilon))));
    });
  }

  /** μₜ */
  private momentum(step: Tensor): Tensor {
    const { betas: [beta1] = [0.9, 0.999], momentumDecay = 0.004 } = this.options;
    return step
      .mul(momentumDecay * log(0.96))
      .exp()
      .mul(-0.5 * beta1)
      .add(beta1);
  }
}
