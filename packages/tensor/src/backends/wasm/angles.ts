// Angles of any size, taken back to within π/4 of a whole number of quarter turns.
import { type Code, v128 } from "./emitter.ts";
import { type Builder, upper } from "./builder.ts";

/** The binary digits of 2/π·2⁻²⁴, from 2⁻¹ on; four to a letter. */
const TWO_OVER_PI = "000000A2F9836E4E441529FC2757D1F534DDC0DB6295993C439041FE5163";
const HALF_PI = Math.PI / 2;
const HALF_PI_HIGH = Math.fround(HALF_PI);
/** π/2·2⁻³⁰, and its first twelve bits. */
const QUADRANT = HALF_PI * 2 ** -30;
const QUADRANT_HIGH = 1.57080078125 * 2 ** -30;

/** 32 of those digits, from digit 16·i on. */
const digitsAt = (i: number): number => Number.parseInt(TWO_OVER_PI.slice(4 * i, 4 * i + 8), 16) | 0;

/** x = quadrant·π/2 + r + tail with |r| ≤ π/4 and the tail below its last digit, for x ≥ 0. */
interface Angle {
  readonly quadrant: Code;
  readonly r: Code;
  readonly tail: Code;
}

/**
 * For x ≥ 2, which is m·2^(j − 22) with m < 2²⁴ and j ≥ 0: m times the digits of 2/π from the j-th on (Payne & Hanek 1983). What stands
 * before them are whole turns. Digits and products go by pieces of 16 bits.
 */
const reducedLarge = (x: Code, builder: Builder): Angle => {
  const { keep, constant, integer } = builder;
  const low16 = (value: Code): Code => v128.and(value, integer(0xffff));
  const high16 = (value: Code): Code => v128.shiftRightU(value, 16);
  const j = keep(v128.subI(v128.shiftRightU(x, 23), integer(127 + 23 - 22)));
  let words = Array.from({ length: 13 }, (_, i) => integer(digitsAt(i)));
  for (const [bit, pieces, count] of [
    [64, 4, 9],
    [32, 2, 7],
    [16, 1, 6],
  ]) {
    const set = keep(v128.eqI(v128.and(j, integer(bit)), integer(bit)));
    words = words.slice(0, count).map((word, i) => keep(v128.select(set, words[i + pieces], word)));
  }
  const shift = v128.shiftLeft(v128.addI(v128.and(j, integer(15)), integer(127)), 23);
  const factor = keep(v128.truncate(shift)); // 2^(j mod 16)
  const digits = words.map((word) => keep(high16(v128.mulI(word, factor))));
  const m = keep(v128.or(v128.and(x, integer(0x007fffff)), integer(0x00800000)));
  const mLow = keep(low16(m));
  const mHigh = keep(high16(m));
  const byLow = digits.map((digit) => keep(v128.mulI(digit, mLow)));
  const byHigh = digits.map((digit) => keep(v128.mulI(digit, mHigh)));
  // Sums of the pieces of one weight, 2⁻¹⁶ of a turn and so on, with what carries over from the next.
  let carry: Code | null = null;
  const sums: Code[] = [];
  for (let i = 4; i >= 0; i--) {
    const right = v128.addI(high16(byLow[i + 1]), low16(byHigh[i + 1]));
    let sum = v128.addI(low16(byLow[i]), right);
    if (i < 4) sum = v128.addI(sum, high16(byHigh[i + 2]));
    if (carry) sum = v128.addI(sum, carry);
    sums[i] = keep(sum);
    carry = high16(sums[i]);
  }
  const turns = keep(v128.or(v128.shiftLeft(sums[0], 16), low16(sums[1])));
  const quadrant = keep(v128.shiftRightU(v128.addI(turns, integer(2 ** 29)), 30));
  // What is left, in quadrants times 2³⁰: a rounded whole number, and the rest of it with the digits that follow.
  const left = keep(v128.subI(turns, v128.shiftLeft(quadrant, 30)));
  const whole = keep(v128.fromI(left));
  const further = v128.fromI(v128.or(v128.shiftLeft(low16(sums[2]), 15), v128.shiftRightU(low16(sums[3]), 1)));
  const rest = v128.addF(v128.fromI(v128.subI(left, v128.truncate(whole))), v128.mulF(further, constant(2 ** -31)));
  const upperWhole = upper(whole, builder);
  const product = keep(v128.mulF(upperWhole, constant(QUADRANT_HIGH)));
  const correction = v128.addF(
    v128.mulF(v128.subF(whole, upperWhole), constant(QUADRANT_HIGH)),
    v128.addF(v128.mulF(whole, constant(QUADRANT - QUADRANT_HIGH)), v128.mulF(rest, constant(QUADRANT))),
  );
  const small = keep(correction);
  const r = keep(v128.addF(product, small));
  return { quadrant, r, tail: v128.subF(small, v128.subF(r, product)) };
};

export const reducedAngle = (x: Code, builder: Builder): Angle => {
  const { keep, constant, integer } = builder;
  const large = reducedLarge(x, builder);
  const isLarge = keep(v128.leF(constant(2), x));
  const one = keep(v128.ltF(constant(Math.PI / 4), x));
  const near = keep(v128.subF(x, constant(HALF_PI_HIGH)));
  const less = keep(v128.subF(near, constant(HALF_PI - HALF_PI_HIGH)));
  const lessTail = v128.and(one, v128.subF(v128.subF(near, less), constant(HALF_PI - HALF_PI_HIGH)));
  return {
    quadrant: keep(v128.select(isLarge, large.quadrant, v128.and(one, integer(1)))),
    r: keep(v128.select(isLarge, large.r, v128.select(one, less, x))),
    tail: keep(v128.select(isLarge, large.tail, lessTail)),
  };
};
