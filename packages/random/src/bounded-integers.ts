// Whole numbers below a bound by multiplication and rejection (Lemire 2019), from as few bits as hold the bound: NumPy's streams.
import { mulHigh } from "./multiply-high.ts";
import type { Pcg64 } from "./pcg64.ts";

const TWO_32 = 4294967296;
const TWO_64 = 1n << 64n;
/** The product of a word and a count up to this is exact in float64. */
export const EXACT = 2097152;
const PER_WORD = 2 ** -32;

/** Uniform in [0, count), 1 ≤ count ≤ 2⁵³, from 32 bits where they suffice; a single value costs no bits. */
export const below = (bits: Pcg64, count: number): number => {
  if (count <= EXACT) return belowSmall(bits, count);
  if (count > TWO_32) return Number(lemire64(bits, BigInt(count)));
  return count === TWO_32 ? bits.next32() : mulHigh(accepted(bits, count, bits.next32()), count);
};

/** The same for 1 ≤ count ≤ 2²¹, short enough to become part of the loop around it: dice and cards are drawn there. */
export const belowSmall = (bits: Pcg64, count: number): number => {
  if (count === 1) return 0;
  const word = bits.next32();
  const rare = Math.imul(word, count) >>> 0 < count;
  return ((rare ? accepted(bits, count, word) : word) * count * PER_WORD) | 0;
};

/** `word`, or where that would favour some values the next one that does not. */
const accepted = (bits: Pcg64, count: number, word: number): number => {
  if (Math.imul(word, count) >>> 0 >= count) return word;
  const threshold = (TWO_32 - count) % count;
  let next = word;
  while (Math.imul(next, count) >>> 0 < threshold) next = bits.next32();
  return next;
};

/** Uniform in [0, count), 1 ≤ count ≤ 2³², by another way than `below`: as many low bits as count − 1 has, until they are small enough. */
export const belowMasked = (bits: Pcg64, count: number): number => {
  if (count === 1) return 0;
  const mask = 0xffffffff >>> Math.clz32(count - 1);
  for (;;) {
    const value = (bits.next32() & mask) >>> 0;
    if (value < count) return value;
  }
};

/** Uniform in [0, count), 1 ≤ count ≤ 2⁶⁴. */
export const belowBig = (bits: Pcg64, count: bigint): bigint => {
  if (count <= BigInt(TWO_32)) return BigInt(below(bits, Number(count)));
  return count === TWO_64 ? bits.next64() : lemire64(bits, count);
};

const lemire64 = (bits: Pcg64, count: bigint): bigint => {
  let product = bits.next64() * count;
  if (product % TWO_64 < count) {
    const threshold = (TWO_64 - count) % count;
    while (product % TWO_64 < threshold) product = bits.next64() * count;
  }
  return product >> 64n;
};

/** A source of `width`-bit words that cuts each 32-bit word into several, lowest first. What is left of the last word is lost with it. */
const cutWords = (bits: Pcg64, width: 1 | 8 | 16): (() => number) => {
  let buffer = 0;
  let left = 0;
  return () => {
    if (left === 0) {
      buffer = bits.next32();
      left = 32 / width;
    } else buffer >>>= width;
    left--;
    return buffer & (2 ** width - 1);
  };
};

/** Draws of one call, uniform in [0, count), count ≤ 2^width, that share 32-bit words. */
export const sharedWords = (bits: Pcg64, width: 1 | 8 | 16, count: number): (() => number) => {
  if (count === 1) return () => 0;
  const word = cutWords(bits, width);
  const size = 2 ** width;
  if (count === size) return word;
  const threshold = (size - count) % count;
  return () => {
    let product = word() * count;
    while (product % size < threshold) product = word() * count;
    return Math.floor(product / size);
  };
};
