// Chance inside a step: streams whose state is a Variable, and dropout.
import { createRandom } from "@agon/random";
import type { Shape } from "../backend.ts";
import { isFloat } from "../dtype.ts";
import { ShapeError } from "../errors.ts";
import { apply, fromData, type Tensor } from "../tensor.ts";
import { Variable } from "../variable.ts";

const TWO_PI = 6.283185307179586;

/**
 * A stream of random tensors. Its state is a Variable, so a compiled step draws other numbers at each replay, and a checkpoint holds it.
 * The numbers depend on seed, name and the number of the draw alone (Philox 4×32-10; Salmon et al. 2011).
 */
export class RandomStream {
  /** Two words of key, and the number of draws so far: int32 [3]. */
  readonly state: Variable;

  constructor(seed: number, name = "tensor") {
    const random = createRandom(seed).split(name);
    const key = [random.integer(2 ** 32), random.integer(2 ** 32)];
    this.state = new Variable(fromData(Int32Array.of(key[0], key[1], 0), [3]), `random.${name}`);
  }

  /** Uniform in [0, 1), multiples of 2⁻²⁴; float32. */
  uniform(shape: Shape): Tensor {
    const state = this.state.value;
    const drawn = apply("randomUniform", [state], { shape });
    this.state.assign(state.add(fromData(Int32Array.of(0, 0, 1), [3])));
    return drawn;
  }

  /** Normal with mean 0 and standard deviation 1 (Box–Muller: √(−2 ln u)·cos 2πv); float32. */
  normal(shape: Shape): Tensor {
    const radius = this.uniform(shape).neg().add(1).log().mul(-2).sqrt();
    return radius.mul(this.uniform(shape).mul(TWO_PI).cos());
  }

  /** True with the given probability; bool. */
  bernoulli(shape: Shape, probability: number): Tensor {
    requireProbability("bernoulli", "probability", probability);
    return this.uniform(shape).less(probability);
  }
}

export interface DropoutOptions {
  /** Share of the elements that are set to 0; default ½. */
  readonly p?: number;
  /** Where false nothing is dropped; default true. */
  readonly training?: boolean;
}

/** x·m/(1 − p) with m = 0 with probability p, else 1 (Srivastava et al. 2014), drawn anew at each call. The mean stays the same. */
export const dropout = (x: Tensor, random: RandomStream, { p = 0.5, training = true }: DropoutOptions = {}): Tensor => {
  requireProbability("dropout", "p", p);
  if (!isFloat(x.dtype)) throw new ShapeError(`dropout: expects a float tensor, got ${x.dtype}; cast it first.`);
  if (!training || p === 0) return x;
  const kept = random.bernoulli(x.shape, 1 - p);
  return kept.where(p === 1 ? 0 : x.mul(1 / (1 - p)), 0).cast(x.dtype);
};

const requireProbability = (op: string, name: string, p: number): void => {
  if (!(p >= 0 && p <= 1)) throw new ShapeError(`${op}: ${name} is ${p}; expected a number from 0 to 1.`);
};
