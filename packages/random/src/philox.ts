// Philox 4×32-10 (Salmon et al. 2011): a stream is a key and a counter, so it can be split by name and jumped anywhere.
import { cos, log } from "@agon/math";
import { mulHigh } from "./multiply-high.ts";
import type { Random, RandomState } from "./random.ts";

/** The multipliers, and their halves: upper, lower. */
const MULTIPLIER_0 = 0xd2511f53;
const MULTIPLIER_1 = 0xcd9e8d57;
const [UPPER_0, LOWER_0] = [0xd251, 0x1f53];
const [UPPER_1, LOWER_1] = [0xcd9e, 0x8d57];
const WEYL_0 = 0x9e3779b9;
const WEYL_1 = 0xbb67ae85;

/** The upper 32 bits of a·(2¹⁶·upper + lower), in whole numbers alone: they stay in integer registers, at half of the time of `mulHigh`. */
const highWord = (a: number, upper: number, lower: number): number => {
  const aUpper = a >>> 16;
  const aLower = a & 0xffff;
  const middle = Math.imul(aUpper, lower) + (Math.imul(aLower, lower) >>> 16);
  const carry = Math.imul(aLower, upper) + (middle & 0xffff);
  return (Math.imul(aUpper, upper) + (middle >>> 16) + (carry >>> 16)) | 0;
};

/** Ten rounds over four words with a key of two; writes four words into `out`. The kernels of @agon/tensor draw with it too. */
export const philox4x32 = (counter: ArrayLike<number>, key0: number, key1: number, out: Uint32Array): void => {
  let a = counter[0] | 0;
  let b = counter[1] | 0;
  let c = counter[2] | 0;
  let d = counter[3] | 0;
  let k0 = key0 | 0;
  let k1 = key1 | 0;
  for (let round = 0; round < 10; round++) {
    const high0 = highWord(a, UPPER_0, LOWER_0);
    const high1 = highWord(c, UPPER_1, LOWER_1);
    const low0 = Math.imul(MULTIPLIER_0, a);
    const low1 = Math.imul(MULTIPLIER_1, c);
    a = high1 ^ b ^ k0;
    b = low1;
    c = high0 ^ d ^ k1;
    d = low0;
    k0 = (k0 + WEYL_0) | 0;
    k1 = (k1 + WEYL_1) | 0;
  }
  out[0] = a;
  out[1] = b;
  out[2] = c;
  out[3] = d;
};

/** A 32-bit hash of a text over UTF-16 units, from a starting value (FNV-1a with a final avalanche). */
const hashText = (text: string, start: number): number => {
  let hash = start >>> 0;
  for (let i = 0; i < text.length; i++) {
    hash = Math.imul(hash ^ (text.charCodeAt(i) & 0xff), 0x01000193);
    hash = Math.imul(hash ^ (text.charCodeAt(i) >>> 8), 0x01000193);
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
};

const TWO_PI = 6.283185307179586;

/** A stream of random numbers from a seed, splittable by name: draws of one stream never move another. */
export class Philox implements Random {
  private key0: number;
  private key1: number;
  private readonly counter = new Uint32Array(4);
  private readonly block = new Uint32Array(4);
  /** Words of the block already used. */
  private used = 4;

  /** The stream of a key of two 32-bit words, from its start; `createRandom` makes the key of a seed. */
  constructor(key0: number, key1: number) {
    this.key0 = key0 >>> 0;
    this.key1 = key1 >>> 0;
  }

  /** The next 32 bits. */
  word(): number {
    if (this.used === 4) {
      philox4x32(this.counter, this.key0, this.key1, this.block);
      for (let i = 0; i < 4 && ++this.counter[i] === 0; i++);
      this.used = 0;
    }
    return this.block[this.used++];
  }

  uniform(low = 0, high = 1): number {
    const upper = this.word() >>> 5;
    const u = (upper * 67108864 + (this.word() >>> 6)) / 9007199254740992;
    return low + (high - low) * u;
  }

  /** By rejection, so that every value is equally likely (Lemire 2019). */
  integer(lowOrHigh: number, high?: number): number {
    const low = high === undefined ? 0 : lowOrHigh;
    const count = high === undefined ? lowOrHigh : high - lowOrHigh;
    if (!Number.isSafeInteger(low) || !Number.isSafeInteger(count) || count < 1 || count > 4294967296)
      throw new RangeError(`integer: the range [${low}, ${low + count}) must hold 1 to 2³² whole numbers.`);
    let word = this.word();
    // What is left of the product decides; the threshold lies below count, and is rarely needed.
    if (Math.imul(word, count) >>> 0 < count) {
      const threshold = 4294967296 % count;
      while (Math.imul(word, count) >>> 0 < threshold) word = this.word();
    }
    return low + (count === 4294967296 ? word : mulHigh(word, count));
  }

  /** Box–Muller; one of the pair is dropped, so that the stream's state is its counter alone. */
  normal(mean = 0, standardDeviation = 1): number {
    const radius = Math.sqrt(-2 * log(1 - this.uniform()));
    return mean + standardDeviation * radius * cos(TWO_PI * this.uniform());
  }

  /** By inversion: −scale·ln(1 − u). */
  exponential(scale = 1): number {
    return -scale * log(1 - this.uniform());
  }

  fillUniform(out: Float32Array | Float64Array, low = 0, high = 1): void {
    for (let i = 0; i < out.length; i++) out[i] = this.uniform(low, high);
  }

  /** One word per element, its top bit. */
  fillBits(out: Uint8Array): void {
    for (let i = 0; i < out.length; i++) out[i] = this.word() >>> 31;
  }

  /** Reorders an array in place, every order equally likely (Fisher–Yates). */
  shuffle(array: { readonly length: number; [index: number]: unknown }): void {
    for (let i = array.length - 1; i > 0; i--) {
      const j = this.integer(i + 1);
      [array[i], array[j]] = [array[j], array[i]];
    }
  }

  /** An independent stream that depends on this one's key and the name alone, not on how much was drawn. */
  split(name: string): Philox {
    return new Philox(hashText(name, this.key0 ^ 0x811c9dc5), hashText(name, this.key1 ^ 0x9747b28c));
  }

  clone(): Philox {
    const copy = new Philox(0, 0);
    copy.restore(this.state());
    return copy;
  }

  state(): RandomState {
    return { generator: "philox", words: [this.key0, this.key1, ...this.counter, this.used, ...this.block] };
  }

  restore({ generator, words }: RandomState): void {
    if (generator !== "philox" || words.length !== 11)
      throw new Error(`restore: expected the state of a philox stream, got ${generator} with ${words.length} words.`);
    const numbers = words.map(Number);
    [this.key0, this.key1] = numbers;
    this.counter.set(numbers.slice(2, 6));
    this.used = numbers[6];
    this.block.set(numbers.slice(7));
  }
}

/** The stream of a seed, a whole number from 0 to 2⁵³ − 1. */
export const createRandom = (seed: number): Philox => {
  if (!Number.isSafeInteger(seed) || seed < 0)
    throw new RangeError(`createRandom: seed is ${seed}; expected a whole number from 0 to 2⁵³ − 1.`);
  return new Philox(seed % 4294967296, Math.floor(seed / 4294967296));
};
