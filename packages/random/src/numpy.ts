// NumPy's Generator over PCG64, bit for bit: seeded as np.random.default_rng(seed), its methods take the same draws in the same order.
import { below, belowBig, belowSmall, EXACT, sharedWords } from "./bounded-integers.ts";
import { binomial, geometric, poisson } from "./counts.ts";
import { gamma } from "./gamma.ts";
import { Pcg64 } from "./pcg64.ts";
import type { Random, RandomState } from "./random.ts";
import { type Entropy, SeedSequence } from "./seed-sequence.ts";
import { distinct, range, shuffle, type Swappable, weighted, weightedDistinct } from "./subsets.ts";
import { exponential, exponential32, normal, normal32 } from "./ziggurat.ts";

/** The arrays that hold integers, by the name of their type. `bool` holds 0 and 1. */
export interface IntegerArrays {
  readonly bool: Uint8Array;
  readonly int8: Int8Array;
  readonly uint8: Uint8Array;
  readonly int16: Int16Array;
  readonly uint16: Uint16Array;
  readonly int32: Int32Array;
  readonly uint32: Uint32Array;
}

/** The name of an integer type of at most 32 bits. */
export type IntegerType = keyof IntegerArrays;

/** How many numbers `choice` picks, and how. */
export interface ChoiceOptions {
  /** How many. Default: 1. */
  readonly count?: number;
  /** Whether a number may be picked again. Default: true. */
  readonly replace?: boolean;
  /** The probability of each number; they sum to 1. Default: all the same. */
  readonly probabilities?: ArrayLike<number>;
}

/** The types with the bits of their draws, the smallest value and the array. */
const integerTypes = {
  bool: { bits: 1, lowest: 0, array: Uint8Array },
  int8: { bits: 8, lowest: -128, array: Int8Array },
  uint8: { bits: 8, lowest: 0, array: Uint8Array },
  int16: { bits: 16, lowest: -32768, array: Int16Array },
  uint16: { bits: 16, lowest: 0, array: Uint16Array },
  int32: { bits: 32, lowest: -2147483648, array: Int32Array },
  uint32: { bits: 32, lowest: 0, array: Uint32Array },
} as const;

/**
 * NumPy's Generator(PCG64(seed)). What two calls give does not depend on whether NumPy was asked for scalars or for an array, with one
 * exception: the types of less than 32 bits, see `integers`.
 */
export class NumpyGenerator implements Random {
  private readonly bits: Pcg64;

  /** From entropy, or from a sequence already made of it. */
  constructor(seed: Entropy | SeedSequence) {
    this.bits = new Pcg64(seed instanceof SeedSequence ? seed : new SeedSequence(seed));
  }

  /** The next 64 bits, as random_raw gives them. */
  next64(): bigint {
    return this.bits.next64();
  }

  /** The next 32 bits: the lower half of a draw first, its upper half the next time. */
  next32(): number {
    return this.bits.next32();
  }

  /** Uniform in [0, 1): 53 bits. NumPy's random(). */
  random(): number {
    return this.bits.double();
  }

  /** Uniform in [0, 1): 24 bits, a float32. NumPy's random(dtype=float32). */
  random32(): number {
    return this.bits.float();
  }

  uniform(low = 0, high = 1): number {
    return low + (high - low) * this.bits.double();
  }

  /** NumPy's integers(low, high) of its default type, int64. */
  integer(lowOrHigh: number, high?: number): number {
    if (high === undefined && lowOrHigh > 0 && lowOrHigh <= EXACT && lowOrHigh === (lowOrHigh | 0))
      return belowSmall(this.bits, lowOrHigh);
    const [low, count] = high === undefined ? [0, lowOrHigh] : [lowOrHigh, high - lowOrHigh];
    if (!Number.isSafeInteger(low) || !Number.isSafeInteger(count) || count < 1 || !Number.isSafeInteger(low + count))
      throw new RangeError(
        `integer: the range [${low}, ${low + count}) must hold at least one whole number; beyond ±2⁵³ use bigInteger.`,
      );
    return low + below(this.bits, count);
  }

  /** Uniform in [low, high) of at most 2⁶⁴ whole numbers: NumPy's integers for ranges beyond 2⁵³. */
  bigInteger(low: bigint, high: bigint): bigint {
    if (high <= low || high - low > 1n << 64n)
      throw new RangeError(`bigInteger: the range [${low}, ${high}) must hold 1 to 2⁶⁴ whole numbers.`);
    return low + belowBig(this.bits, high - low);
  }

  /**
   * `count` integers in [low, high): NumPy's integers(low, high, count, type). Types of 8 and 16 bits and bool cut several numbers from each
   * 32-bit word and drop what the call leaves of it. For 64 bits call `integer` or `bigInteger` again and again: that is the same there.
   */
  integers<Type extends IntegerType>(low: number, high: number, count: number, type: Type): IntegerArrays[Type] {
    const { bits, lowest, array } = integerTypes[type];
    const end = lowest + 2 ** bits;
    if (!(Number.isInteger(low) && Number.isInteger(high) && lowest <= low && low < high && high <= end))
      throw new RangeError(
        `integers: [${low}, ${high}) must hold a whole number, all of ${type}: from ${lowest} to ${end - 1}.`,
      );
    checkCount("integers", count);
    const draw = bits === 32 ? () => below(this.bits, high - low) : sharedWords(this.bits, bits, high - low);
    const out = new array(count);
    for (let i = 0; i < count; i++) out[i] = low + draw();
    return out as IntegerArrays[Type];
  }

  /** By the ziggurat method. NumPy's normal(mean, standardDeviation). */
  normal(mean = 0, standardDeviation = 1): number {
    return mean + standardDeviation * normal(this.bits);
  }

  /** Standard normal as a float32. NumPy's standard_normal(dtype=float32). */
  normal32(): number {
    return normal32(this.bits);
  }

  /** By the ziggurat method. NumPy's exponential(scale). */
  exponential(scale = 1): number {
    return scale * exponential(this.bits);
  }

  /** Standard exponential as a float32. NumPy's standard_exponential(dtype=float32). */
  exponential32(): number {
    return exponential32(this.bits);
  }

  /** Gamma with mean shape·scale, density x^(shape − 1)·e^(−x/scale)/(Γ(shape)·scale^shape). NumPy's gamma(shape, scale). */
  gamma(shape: number, scale = 1): number {
    if (!(shape >= 0 && shape < Infinity && scale >= 0))
      throw new RangeError(`gamma: shape and scale are ${shape} and ${scale}; expected numbers that are not negative.`);
    return scale * gamma(this.bits, shape);
  }

  /** Number of independent events of which `mean` are expected, P(k) = meanᵏ·e^(−mean)/k!. NumPy's poisson(mean). */
  poisson(mean: number): number {
    if (!(mean >= 0 && mean <= 2 ** 52))
      throw new RangeError(`poisson: the mean is ${mean}; expected a number from 0 to 2⁵².`);
    return poisson(this.bits, mean);
  }

  /** Successes in `trials` independent trials. NumPy's binomial(trials, probability). */
  binomial(trials: number, probability: number): number {
    if (!Number.isSafeInteger(trials) || trials < 0)
      throw new RangeError(`binomial: ${trials} trials; expected a whole number from 0 to 2⁵³ − 1.`);
    if (!(probability >= 0 && probability <= 1))
      throw new RangeError(`binomial: the probability is ${probability}; expected a number from 0 to 1.`);
    return binomial(this.bits, trials, probability);
  }

  /** Independent trials until the first success, which counts. NumPy's geometric(probability). */
  geometric(probability: number): number {
    if (!(probability > 0 && probability <= 1))
      throw new RangeError(`geometric: the probability is ${probability}; expected a number above 0, at most 1.`);
    return geometric(this.bits, probability);
  }

  /** Reorders an array in place, every order equally likely. NumPy's shuffle. */
  shuffle(array: Swappable): void {
    shuffle(this.bits, array);
  }

  /** 0 … n − 1 in random order. NumPy's permutation(n). */
  permutation(n: number): Int32Array {
    checkCount("permutation", n);
    const order = range(n);
    shuffle(this.bits, order);
    return order;
  }

  /** Numbers of 0 … n − 1. NumPy's choice(n, count, replace, probabilities). */
  choice(n: number, { count = 1, replace = true, probabilities }: ChoiceOptions = {}): Int32Array {
    checkChoice(n, count, replace, probabilities);
    if (!probabilities) {
      if (!replace) return distinct(this.bits, n, count);
      return Int32Array.from({ length: count }, () => below(this.bits, n));
    }
    return (replace ? weighted : weightedDistinct)(this.bits, probabilities, count);
  }

  fillUniform(out: Float32Array | Float64Array, low = 0, high = 1): void {
    for (let i = 0; i < out.length; i++) out[i] = this.uniform(low, high);
  }

  /** NumPy's integers(0, 2, length, int8): a byte of a draw per element. */
  fillBits(out: Uint8Array): void {
    out.set(this.integers(0, 2, out.length, "int8"));
  }

  clone(): NumpyGenerator {
    const copy = new NumpyGenerator(0);
    copy.restore(this.state());
    return copy;
  }

  state(): RandomState {
    return { generator: "numpy", words: this.bits.words() };
  }

  restore({ generator, words }: RandomState): void {
    if (generator !== "numpy" || !this.bits.setWords(words.map(Number)))
      throw new Error(`restore: expected the state of a numpy stream, got ${generator} with ${words.length} words.`);
  }
}

function checkCount(method: string, count: number): void {
  if (!Number.isSafeInteger(count) || count < 0 || count > 2147483647)
    throw new RangeError(`${method}: got ${count}; expected a whole number from 0 to 2³¹ − 1.`);
}

function checkChoice(n: number, count: number, replace: boolean, probabilities: ArrayLike<number> | undefined): void {
  checkCount("choice", n);
  checkCount("choice", count);
  const weights = probabilities && Array.from(probabilities);
  if (weights && weights.length !== n)
    throw new RangeError(`choice: ${weights.length} probabilities for ${n} numbers; expected one for each.`);
  if (weights && !(weights.every((weight) => weight >= 0) && Math.abs(sum(weights) - 1) < 1e-8))
    throw new RangeError("choice: the probabilities must not be negative and must sum to 1.");
  const available = weights ? weights.filter((weight) => weight > 0).length : n;
  if (count > (replace && available > 0 ? Infinity : available))
    throw new RangeError(`choice: ${count} of ${available} numbers; ask for fewer, or allow repetition with replace.`);
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

/** NumPy's default_rng(seed). */
export const numpyGenerator = (seed: Entropy): NumpyGenerator => new NumpyGenerator(seed);
