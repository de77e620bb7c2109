// Policies that draw their actions: a network whose outputs make a distribution over the actions of a space.
import type { Action, ActionSpace } from "@agon/env";
import { exp } from "@agon/math";
import { initialise, type Linear, MLP, Module, orthogonal, parameter, tanh } from "@agon/nn";
import type { Random } from "@agon/random";
import { NonFiniteError, type Parameter, type Tensor } from "@agon/tensor";
import { ActionScale, type ActionThought, type VectorSpace } from "./action-scale.ts";
import { normalEntropy, normalLogProbability } from "./distributions.ts";
import { argmax, sampleSoftmax, softmax } from "./exploration.ts";
import { chosenValue } from "./targets.ts";

/** Arrays that hold one action for each environment: indices, or vectors. */
export type Actions = Int32Array | Float32Array;

/** What PPO asks of a policy. `parts` are the numbers that each row's distribution is made of. */
export interface StochasticPolicy extends Module {
  /** Numbers that one action consists of. */
  readonly actionSize: number;
  /** An array for the actions of `count` rows, as they are drawn and learned from. */
  actions(count: number): Actions;
  /** features: [batch, width] */
  describe(features: Tensor): readonly Tensor[];
  /** ln π(a|s). actions: [batch], or [batch, actionSize]; result: [batch]. */
  logProbability(parts: readonly Tensor[], actions: Tensor): Tensor;
  /** [batch], or a scalar where it is the same for all. */
  entropy(parts: readonly Tensor[]): Tensor;
  /** Draws a row's action into `out` at that row; returns its ln π(a|s). */
  draw(parts: readonly Float32Array[], row: number, random: Random, out: Actions): number;
  /** Writes drawn actions as the environment takes them. */
  enact(drawn: Actions, out: Actions): void;
  /** The likeliest action of the first row, as the environment takes it. */
  best(parts: readonly Float32Array[]): Action;
  /** What the policy would do in the first row's place, for pictures. */
  thought(
    parts: readonly Float32Array[],
  ): { readonly probabilities: Float32Array } | { readonly action: ActionThought };
}

/** An MLP of tanh with orthogonal weights: gain √2 in the hidden layers (Saxe et al. 2014), `outputGain` in the last; biases 0. */
export const orthogonalMLP = (widths: readonly number[], outputGain: number, random: Random): MLP => {
  const network = new MLP(...widths, { activation: tanh });
  network.layers.forEach((layer: Linear, i) => {
    initialise(layer, orthogonal, { gain: i === network.layers.length - 1 ? outputGain : Math.SQRT2, random });
  });
  return network;
};

/** The policy that fits a space of actions. Its first outputs are near 0: it begins by trying everything. */
export const stochasticPolicy = (
  inputs: number,
  hidden: readonly number[],
  { action, random }: { readonly action: ActionSpace; readonly random: Random },
): StochasticPolicy => {
  const outputs = action.kind === "discrete" ? action.n : action.size;
  const network = orthogonalMLP([inputs, ...hidden, outputs], 0.01, random);
  return action.kind === "discrete" ? new CategoricalPolicy(network) : new GaussianPolicy(network, action);
};

/** π(a|s) = softmax of the network's outputs. */
class CategoricalPolicy extends Module implements StochasticPolicy {
  readonly actionSize = 1;
  readonly network: MLP;

  constructor(network: MLP) {
    super();
    this.network = network;
  }

  actions(count: number): Int32Array {
    return new Int32Array(count);
  }

  forward(features: Tensor): Tensor {
    return this.network.forward(features);
  }

  /** Log-probabilities. [batch, actions] */
  describe(features: Tensor): readonly [Tensor] {
    return [this.forward(features).logSoftmax(1)];
  }

  logProbability([logProbabilities]: readonly Tensor[], actions: Tensor): Tensor {
    return chosenValue(logProbabilities, actions);
  }

  entropy([logProbabilities]: readonly Tensor[]): Tensor {
    return logProbabilities.exp().mul(logProbabilities).sum(1).neg();
  }

  draw([logProbabilities]: readonly Float32Array[], row: number, random: Random, out: Actions): number {
    const count = logProbabilities.length / out.length;
    out[row] = sampleSoftmax(logProbabilities, row * count, count, random);
    return logProbabilities[row * count + out[row]];
  }

  enact(drawn: Actions, out: Actions): void {
    out.set(drawn);
  }

  best([logProbabilities]: readonly Float32Array[]): number {
    return argmax(logProbabilities);
  }

  thought([logProbabilities]: readonly Float32Array[]): { readonly probabilities: Float32Array } {
    return { probabilities: softmax(logProbabilities) };
  }
}

const HALF_LOG_TWO_PI = 0.9189385332046727; // ½·ln 2π

/**
 * π(u|s) = N(u; µ(s), σ²) with µ the network's outputs and σ learned, the same in every state. The environment gets middle + u·half the width
 * of its interval, cut to that interval; u itself where there are no bounds.
 */
class GaussianPolicy extends Module implements StochasticPolicy {
  readonly actionSize: number;
  readonly network: MLP;
  /** ln σ, 0 at first. [actionSize] */
  readonly logStd: Parameter;
  private readonly scale: ActionScale;

  constructor(network: MLP, space: VectorSpace) {
    super();
    const { size } = space;
    this.network = network;
    this.scale = new ActionScale(space);
    this.actionSize = size;
    this.logStd = parameter(new Float32Array(size), [size]);
  }

  actions(count: number): Float32Array {
    return new Float32Array(count * this.actionSize);
  }

  forward(features: Tensor): Tensor {
    return this.network.forward(features);
  }

  /** µ and ln σ. Both: [batch, actionSize] */
  describe(features: Tensor): readonly [Tensor, Tensor] {
    const mean = this.forward(features);
    return [mean, this.logStd.value.unsqueeze(0).expand(mean.shape)];
  }

  logProbability([mean, logStd]: readonly Tensor[], actions: Tensor): Tensor {
    return normalLogProbability(mean, logStd, actions).sum(1);
  }

  entropy([, logStd]: readonly Tensor[]): Tensor {
    return normalEntropy(logStd).sum(1);
  }

  draw([mean, logStd]: readonly Float32Array[], row: number, random: Random, out: Actions): number {
    let logProbability = 0;
    for (let i = row * this.actionSize; i < (row + 1) * this.actionSize; i++) {
      const noise = random.normal();
      out[i] = mean[i] + exp(logStd[i]) * noise;
      logProbability -= 0.5 * noise * noise + logStd[i] + HALF_LOG_TWO_PI;
    }
    if (!Number.isFinite(logProbability + out[row * this.actionSize]))
      throw new NonFiniteError("draw: a mean or deviation is NaN or infinite; no action can be drawn.", "draw");
    return logProbability;
  }

  enact(drawn: Actions, out: Actions): void {
    this.scale.enact(drawn, out as Float32Array);
  }

  best([mean]: readonly Float32Array[]): Float32Array {
    const out = new Float32Array(this.actionSize);
    this.enact(mean.subarray(0, this.actionSize), out);
    return out;
  }

  thought([mean, logStd]: readonly Float32Array[]): { readonly action: ActionThought } {
    return { action: this.scale.thought(mean, (i) => exp(logStd[i])) };
  }
}
