// PCG64 as NumPy has it (O'Neill 2014): a 128-bit linear congruential generator with xsl-rr output, seeded by a SeedSequence.
import { mulHigh } from "./multiply-high.ts";
import type { SeedSequence } from "./seed-sequence.ts";

// The LCG's multiplier 0x2360ED051FC65DA44385DF649FCCF645 as words, low first.
const M0 = 0x9fccf645;
const M1 = 0x4385df64;
const M2 = 0x1fc65da4;
const M3 = 0x2360ed05;

const TWO_32 = 4294967296;

/** The number of 32-bit words in a state of `Pcg64`. */
const STATE_WORDS = 9;

// Where things are in a stream's array.
const INCREMENT = 4;
const LOW = 8;
const HIGH = 9;
const HALF = 10;
const WAITING = 11;

/** A stream of random bits. `draw` advances it by 64 of them; everything else here is a view of such draws. */
export class Pcg64 {
  /**
   * State and increment of four words each, low first; the last draw's lower and upper half; the upper half of a draw whose lower half a 32-bit
   * request took, and 1 while it waits. All in one array, small enough for the heap, so that many streams stay in the cache together.
   */
  private readonly words32 = new Uint32Array(12);

  constructor(sequence: SeedSequence) {
    const words = this.words32;
    const seed = sequence.generateState(8);
    // NumPy reads 64-bit words (low, high); the first of each pair is the upper half of a 128-bit number.
    const initial = [seed[2], seed[3], seed[0], seed[1]];
    const stream = [seed[6], seed[7], seed[4], seed[5]];
    for (let i = 3; i > 0; i--) words[INCREMENT + i] = (stream[i] << 1) | (stream[i - 1] >>> 31);
    words[INCREMENT] = (stream[0] << 1) | 1;
    this.step();
    let carry = 0;
    for (let i = 0; i < 4; i++) {
      const sum = words[i] + initial[i] + carry;
      words[i] = sum;
      carry = Math.floor(sum / TWO_32);
    }
    this.step();
  }

  /** The upper 32 bits of the last draw. */
  get high(): number {
    return this.words32[HIGH];
  }

  /** The lower 32 bits of the last draw. */
  get low(): number {
    return this.words32[LOW];
  }

  /** state ← state·multiplier + increment (mod 2¹²⁸); sums beyond 2³² lose their upper bits where they are stored. */
  private step(): void {
    const words = this.words32;
    const s0 = words[0];
    const s1 = words[1];
    const s2 = words[2];
    const s3 = words[3];
    const column0 = (Math.imul(s0, M0) >>> 0) + words[INCREMENT];
    const column1 =
      (Math.imul(s1, M0) >>> 0) +
      (Math.imul(s0, M1) >>> 0) +
      mulHigh(s0, M0) +
      words[INCREMENT + 1] +
      Math.floor(column0 / TWO_32);
    const column2 =
      (Math.imul(s2, M0) >>> 0) +
      (Math.imul(s1, M1) >>> 0) +
      (Math.imul(s0, M2) >>> 0) +
      mulHigh(s1, M0) +
      mulHigh(s0, M1) +
      words[INCREMENT + 2] +
      Math.floor(column1 / TWO_32);
    const upper =
      mulHigh(s2, M0) + mulHigh(s1, M1) + mulHigh(s0, M2) + words[INCREMENT + 3] + Math.floor(column2 / TWO_32);
    words[0] = column0;
    words[1] = column1;
    words[2] = column2;
    words[3] = Math.imul(s3, M0) + Math.imul(s2, M1) + Math.imul(s1, M2) + Math.imul(s0, M3) + upper;
  }

  /**
   * Draws 64 bits into `high` and `low`: the state's halves xored, rotated right by its top six bits. Without branches, which random bits would
   * send either way: with them a draw took half as long again.
   */
  draw(): void {
    this.step();
    const words = this.words32;
    const low = words[0] ^ words[2];
    const high = words[1] ^ words[3];
    const turn = words[3] >>> 26;
    const exchange = (low ^ high) & -(turn >>> 5); // halves change places from 32 on
    const a = low ^ exchange;
    const b = high ^ exchange;
    const by = turn & 31;
    words[LOW] = (a >>> by) | ((b << 1) << (31 - by));
    words[HIGH] = (b >>> by) | ((a << 1) << (31 - by));
  }

  /** The next 64 bits, as random_raw gives them. */
  next64(): bigint {
    this.draw();
    return (BigInt(this.high) << 32n) | BigInt(this.low);
  }

  /** The next 32 bits: the lower half of a draw first, its upper half the next time. */
  next32(): number {
    const words = this.words32;
    if (words[WAITING] === 1) {
      words[WAITING] = 0;
      return words[HALF];
    }
    this.draw();
    words[HALF] = words[HIGH];
    words[WAITING] = 1;
    return words[LOW];
  }

  /** Uniform in [0, 1): the upper 53 bits of a draw. */
  double(): number {
    this.draw();
    return (this.high * 2097152 + (this.low >>> 11)) / 9007199254740992;
  }

  /** Uniform in [0, 1) for float32: the upper 24 of 32 bits. */
  float(): number {
    return (this.next32() >>> 8) / 16777216;
  }

  /** State, increment (four words each, low first) and the waiting half or −1. */
  words(): number[] {
    const words = this.words32;
    return [...words.subarray(0, 8), words[WAITING] === 1 ? words[HALF] : -1];
  }

  /** Goes on from what `words()` gave; false, and nothing changed, where it cannot have. */
  setWords(words: readonly number[]): boolean {
    const isWord = (word: number): boolean => Number.isInteger(word) && word >= 0 && word < TWO_32;
    const half = words[STATE_WORDS - 1];
    if (words.length !== STATE_WORDS || !words.slice(0, -1).every(isWord) || !(half === -1 || isWord(half)))
      return false;
    this.words32.set(words.slice(0, 8));
    this.words32[HALF] = half;
    this.words32[WAITING] = half === -1 ? 0 : 1;
    return true;
  }
}
