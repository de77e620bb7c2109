// A network with two hidden layers and one output, written out by hand: no tensors, no automatic differentiation. It is here to be read, and
// to be held against the network of modules that does the same.
import { exp, log } from "@agon/math";
import type { Random } from "@agon/random";

/** What a pass forward leaves for the pass back: weighted sums z and activations a of each layer, one row an example. */
export interface ForwardPass {
  readonly sums: readonly Float64Array[];
  readonly activations: readonly Float64Array[];
}

/** ∂loss/∂W and ∂loss/∂b of each layer. */
export interface LayerGradients {
  readonly weights: readonly Float64Array[];
  readonly biases: readonly Float64Array[];
}

export interface SimpleTraining {
  /** Passes over all examples. Default 1000. */
  readonly epochs?: number;
  /** η. Default 0.01. */
  readonly learningRate?: number;
}

/** Keeps the logarithm from 0. */
const EPSILON = 1e-15;

/**
 * ŷ = σ(W³·ReLU(W²·ReLU(W¹x + b¹) + b²) + b³), trained on the binary cross-entropy by full-batch gradient descent; 81 parameters for the
 * widths 4-8-4-1. Weights are He's, normal with deviation √(2/inputs), and stand [outputs, inputs] in rows.
 */
export class SimpleNeuralNetwork {
  readonly widths: readonly number[];
  readonly weights: readonly Float64Array[];
  readonly biases: readonly Float64Array[];

  constructor({ widths = [4, 8, 4, 1], random }: { readonly widths?: readonly number[]; readonly random: Random }) {
    if (widths.length < 2 || widths.at(-1) !== 1)
      throw new RangeError(`SimpleNeuralNetwork: widths are [${widths.join(", ")}]; expected two or more, the last 1.`);
    this.widths = widths;
    const layers = widths.slice(1).map((outputs, l) => ({ outputs, inputs: widths[l] }));
    this.weights = layers.map(({ outputs, inputs }) => {
      const deviation = Math.sqrt(2 / inputs);
      return Float64Array.from({ length: outputs * inputs }, () => random.normal(0, deviation));
    });
    this.biases = layers.map(({ outputs }) => new Float64Array(outputs));
  }

  /** Number of weights and biases. */
  get parameters(): number {
    return [...this.weights, ...this.biases].reduce((sum, { length }) => sum + length, 0);
  }

  /** zˡ = Wˡaˡ⁻¹ + bˡ, aˡ = ReLU(zˡ), at the end σ(z). inputs: [examples, widths[0]] in rows. */
  forward(inputs: Float64Array): ForwardPass {
    const examples = inputs.length / this.widths[0];
    if (!Number.isInteger(examples))
      throw new RangeError(`SimpleNeuralNetwork: got ${inputs.length} numbers; expected rows of ${this.widths[0]}.`);
    const sums: Float64Array[] = [];
    const activations: Float64Array[] = [inputs];
    for (const [l, weights] of this.weights.entries()) {
      const z = this.weightedSums(l, weights, activations[l], examples);
      sums.push(z);
      activations.push(l === this.weights.length - 1 ? z.map(sigmoid) : z.map((value) => Math.max(0, value)));
    }
    return { sums, activations };
  }

  private weightedSums(l: number, weights: Float64Array, below: Float64Array, examples: number): Float64Array {
    const [inputs, outputs] = [this.widths[l], this.widths[l + 1]];
    const z = new Float64Array(examples * outputs);
    for (let n = 0; n < examples; n++)
      for (let o = 0; o < outputs; o++) {
        let sum = this.biases[l][o];
        for (let i = 0; i < inputs; i++) sum += weights[o * inputs + i] * below[n * inputs + i];
        z[n * outputs + o] = sum;
      }
    return z;
  }

  /** L = −(1/m) Σ y·ln ŷ + (1 − y)·ln(1 − ŷ), with ŷ kept within [10⁻¹⁵, 1 − 10⁻¹⁵]. */
  loss(predictions: Float64Array, targets: ArrayLike<number>): number {
    let sum = 0;
    for (let n = 0; n < predictions.length; n++) {
      const p = Math.min(1 - EPSILON, Math.max(EPSILON, predictions[n]));
      sum += targets[n] * log(p) + (1 - targets[n]) * log(1 - p);
    }
    return -sum / predictions.length;
  }

  /** The chain rule, layer by layer from the end: δᴸ = (ŷ − y)/m, δˡ = (Wˡ⁺¹)ᵀδˡ⁺¹ ⊙ ReLU′(zˡ), ∂L/∂Wˡ = δˡ(aˡ⁻¹)ᵀ, ∂L/∂bˡ = δˡ. */
  backward({ sums, activations }: ForwardPass, targets: ArrayLike<number>): LayerGradients {
    const last = this.weights.length - 1;
    const examples = targets.length;
    let delta: Float64Array = activations[last + 1].map((prediction, n) => (prediction - targets[n]) / examples);
    const weights: Float64Array[] = [];
    const biases: Float64Array[] = [];
    for (let l = last; l >= 0; l--) {
      const gradients = this.layerGradients(l, delta, activations[l], examples);
      weights.unshift(gradients.weights);
      biases.unshift(gradients.biases);
      if (l > 0) delta = this.deltaBelow(l, delta, sums[l - 1], examples);
    }
    return { weights, biases };
  }

  private layerGradients(
    l: number,
    delta: Float64Array,
    below: Float64Array,
    examples: number,
  ): { readonly weights: Float64Array; readonly biases: Float64Array } {
    const [inputs, outputs] = [this.widths[l], this.widths[l + 1]];
    const weights = new Float64Array(outputs * inputs);
    const biases = new Float64Array(outputs);
    for (let n = 0; n < examples; n++)
      for (let o = 0; o < outputs; o++) {
        const d = delta[n * outputs + o];
        biases[o] += d;
        for (let i = 0; i < inputs; i++) weights[o * inputs + i] += d * below[n * inputs + i];
      }
    return { weights, biases };
  }

  private deltaBelow(l: number, delta: Float64Array, sums: Float64Array, examples: number): Float64Array {
    const [inputs, outputs] = [this.widths[l], this.widths[l + 1]];
    const below = new Float64Array(examples * inputs);
    for (let n = 0; n < examples; n++)
      for (let i = 0; i < inputs; i++) {
        if (sums[n * inputs + i] <= 0) continue; // ReLU′ = 0
        for (let o = 0; o < outputs; o++)
          below[n * inputs + i] += this.weights[l][o * inputs + i] * delta[n * outputs + o];
      }
    return below;
  }

  /** θ ← θ − η·∂L/∂θ */
  update({ weights, biases }: LayerGradients, learningRate: number): void {
    const descend = (parameters: Float64Array, gradients: Float64Array): void =>
      gradients.forEach((gradient, i) => {
        parameters[i] -= learningRate * gradient;
      });
    weights.forEach((gradients, l) => descend(this.weights[l], gradients));
    biases.forEach((gradients, l) => descend(this.biases[l], gradients));
  }

  /** Trains on all examples at once; gives the loss before each update. */
  train(
    inputs: Float64Array,
    targets: ArrayLike<number>,
    { epochs = 1000, learningRate = 0.01 }: SimpleTraining = {},
  ): number[] {
    if (inputs.length !== targets.length * this.widths[0])
      throw new RangeError(
        `SimpleNeuralNetwork: got ${inputs.length} numbers for ${targets.length} targets; expected ${this.widths[0]} for each.`,
      );
    const losses: number[] = [];
    for (let epoch = 0; epoch < epochs; epoch++) {
      const pass = this.forward(inputs);
      losses.push(this.loss(pass.activations[this.weights.length], targets));
      this.update(this.backward(pass, targets), learningRate);
    }
    return losses;
  }

  /** Probabilities of class 1. */
  predict(inputs: Float64Array): Float64Array {
    return this.forward(inputs).activations[this.weights.length];
  }

  /** 1 where the probability is above the threshold. */
  predictClass(inputs: Float64Array, threshold = 0.5): Uint8Array {
    return Uint8Array.from(this.predict(inputs), (probability) => Number(probability > threshold));
  }
}

const sigmoid = (z: number): number => 1 / (1 + exp(-Math.min(500, Math.max(-500, z))));
