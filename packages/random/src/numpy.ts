// NumPy's Generator over PCG64 (O'Neill 2014: 128-bit LCG, xsl-rr output), bit for bit: seeded as np.random.default_rng(seed).
import { log } from "@agon/math";
import type { Random, RandomState } from "./random.ts";
import { type Entropy, SeedSequence } from "./seed-sequence.ts";

// The LCG's multiplier 0x2360ED051FC65DA44385DF649FCCF645 as words, low first, each with its halves.
const M0 = 0x9fccf645;
const M1 = 0x4385df64;
const M2 = 0x1fc65da4;
const M3 = 0x2360ed05;

/** Upper word of a 32×32-bit product; the halves' products are exact in float64. */
const mulHigh = (a: number, b: number): number =>
  Math.floor((a * (b >>> 16) + Math.floor((a * (b & 0xffff)) / 65536)) / 65536);

const TWO_32 = 4294967296;

export class NumpyGenerator implements Random {
  // State and increment, low word first.
  private readonly words = new Uint32Array(4);
  private readonly increment = new Uint32Array(4);
  /** The last draw's upper and lower 32 bits. */
  private high = 0;
  private low = 0;
  /** The upper half of a draw whose lower half a 32-bit request took; −1 if none waits. */
  private half = -1;

  constructor(seed: Entropy | SeedSequence) {
    const sequence = seed instanceof SeedSequence ? seed : new SeedSequence(seed);
    const state = sequence.generateState(8);
    // NumPy reads 64-bit words (low, high); the first of each pair is the upper half of a 128-bit number.
    const initial = [state[2], state[3], state[0], state[1]];
    const stream = [state[6], state[7], state[4], state[5]];
    for (let i = 3; i > 0; i--) this.increment[i] = (stream[i] << 1) | (stream[i - 1] >>> 31);
    this.increment[0] = (stream[0] << 1) | 1;
    this.step();
    let carry = 0;
    for (let i = 0; i < 4; i++) {
      const sum = this.words[i] + initial[i] + carry;
      this.words[i] = sum % TWO_32;
      carry = Math.floor(sum / TWO_32);
    }
    this.step();
  }

  /** state ← state·multiplier + increment (mod 2¹²⁸) */
  private step(): void {
    const { words, increment } = this;
    const [s0, s1, s2, s3] = [words[0], words[1], words[2], words[3]];
    const column0 = (Math.imul(s0, M0) >>> 0) + increment[0];
    const column1 =
      (Math.imul(s1, M0) >>> 0) +
      (Math.imul(s0, M1) >>> 0) +
      mulHigh(s0, M0) +
      increment[1] +
      Math.floor(column0 / TWO_32);
    const column2 =
      (Math.imul(s2, M0) >>> 0) +
      (Math.imul(s1, M1) >>> 0) +
      (Math.imul(s0, M2) >>> 0) +
      mulHigh(s1, M0) +
      mulHigh(s0, M1) +
      increment[2] +
      Math.floor(column1 / TWO_32);
    const upper = mulHigh(s2, M0) + mulHigh(s1, M1) + mulHigh(s0, M2) + increment[3] + Math.floor(column2 / TWO_32);
    words[0] = column0;
    words[1] = column1;
    words[2] = column2;
    words[3] = (Math.imul(s3, M0) + Math.imul(s2, M1) + Math.imul(s1, M2) + Math.imul(s0, M3) + (upper % TWO_32)) >>> 0;
  }

  /** Draws 64 bits into `high` and `low`: the state's halves xored, rotated right by its top six bits. */
  private draw(): void {
    this.step();
    const { words } = this;
    const low = words[0] ^ words[2];
    const high = words[1] ^ words[3];
    const turn = words[3] >>> 26;
    const [a, b] = turn < 32 ? [low, high] : [high, low];
    const by = turn & 31;
    this.low = (by === 0 ? a : (a >>> by) | (b << (32 - by))) >>> 0;
    this.high = (by === 0 ? b : (b >>> by) | (a << (32 - by))) >>> 0;
  }

  /** The next 64 bits, as random_raw gives them. */
  next64(): bigint {
    this.draw();
    return (BigInt(this.high) << 32n) | BigInt(this.low);
  }

  /** The next 32 bits: the lower half of a draw first, its upper half the next time. */
  next32(): number {
    if (this.half >= 0) {
      const word = this.half;
      this.half = -1;
      return word;
    }
    this.draw();
    this.half = this.high;
    return this.low;
  }

  /** Uniform in [0, 1): 53 bits. */
  random(): number {
    this.draw();
    return (this.high * 2097152 + (this.low >>> 11)) / 9007199254740992;
  }

  uniform(low = 0, high = 1): number {
    return low + (high - low) * this.random();
  }

  integer(lowOrHigh: number, high?: number): number {
    const [low, count] = high === undefined ? [0, lowOrHigh] : [lowOrHigh, high - lowOrHigh];
    if (!Number.isSafeInteger(count) || count < 1)
      throw new RangeError(`integer: the range [${low}, ${low + count}) must hold at least one whole number.`);
    return low + this.below(count);
  }

  /** Uniform in [0, count) by Lemire's method, from 32 bits where they suffice. */
  private below(count: number): number {
    if (count === 1) return 0;
    if (count === TWO_32) return this.next32();
    if (count > TWO_32) return Number(this.belowBig(BigInt(count)));
    let word = this.next32();
    let left = Math.imul(word, count) >>> 0;
    if (left < count) {
      const threshold = (TWO_32 - count) % count;
      while (left < threshold) {
        word = this.next32();
        left = Math.imul(word, count) >>> 0;
      }
    }
    return mulHigh(word, count);
  }

  private belowBig(count: bigint): bigint {
    const two64 = 1n << 64n;
    let product = this.next64() * count;
    if (product % two64 < count) {
      const threshold = (two64 - count) % count;
      while (product % two64 < threshold) product = this.next64() * count;
    }
    return product >> 64n;
  }

  /** Normal by the polar method over this stream; NumPy's own ziggurat is not reproduced here. */
  normal(mean = 0, standardDeviation = 1): number {
    for (;;) {
      const x = this.uniform(-1, 1);
      const y = this.uniform(-1, 1);
      const square = x * x + y * y;
      if (square < 1 && square > 0) return mean + standardDeviation * x * Math.sqrt((-2 * log(square)) / square);
    }
  }

  fillUniform(out: Float32Array | Float64Array, low = 0, high = 1): void {
    for (let i = 0; i < out.length; i++) out[i] = this.uniform(low, high);
  }

  clone(): NumpyGenerator {
    const copy = new NumpyGenerator(0);
    copy.restore(this.state());
    return copy;
  }

  state(): RandomState {
    return { generator: "numpy", words: [...this.words, ...this.increment, this.half] };
  }

  restore({ generator, words }: RandomState): void {
    if (generator !== "numpy" || words.length !== 9)
      throw new Error(`restore: expected the state of a numpy stream, got ${generator} with ${words.length} words.`);
    const numbers = words.map(Number);
    this.words.set(numbers.slice(0, 4));
    this.increment.set(numbers.slice(4, 8));
    this.half = numbers[8];
  }
}

/** NumPy's default_rng(seed). */
export const numpyGenerator = (seed: Entropy): NumpyGenerator => new NumpyGenerator(seed);
