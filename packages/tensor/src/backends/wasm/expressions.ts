// Elementwise primitives as expressions over vectors of four.
//
// exp, log and tanh are range reductions with the polynomials of Cephes (S. L. Moshier, netlib), in float32.
import type { DType } from "../../dtype.ts";
import { reducedAngle } from "./angles.ts";
import { type Builder, upper } from "./builder.ts";
import { type Code, v128 } from "./emitter.ts";

export type Expression = (operands: readonly Code[], builder: Builder) => Code;

/** Σ cᵢxⁱ, highest coefficient first: Horner's rule in x² over pairs cᵢ₊₁x + cᵢ, which need not wait for each other. */
const polynomial = (x: Code, square: Code, coefficients: readonly number[], { constant, madd }: Builder): Code => {
  const alone = coefficients.length % 2;
  const pairs = Array.from({ length: coefficients.length >> 1 }, (_, i) => {
    const [odd, even] = coefficients.slice(alone + 2 * i);
    return madd(constant(odd), x, constant(even));
  });
  const [first, ...rest] = alone ? [constant(coefficients[0]), ...pairs] : pairs;
  return rest.reduce((sum, pair) => madd(sum, square, pair), first);
};

const EXP = [1.98756915e-4, 1.3981999507e-3, 8.3334519073e-3, 4.1665795894e-2, 1.6666665459e-1, 5.0000001201e-1];

/** ln 2 = LN2_HIGH + LN2_LOW, the first of nine bits: products with exponents are exact. */
const LN2_HIGH = 0.693359375;
const LN2_LOW = -2.1219444e-4;

/** Adding it rounds a float of at most 2²² to whole, ties to even, and leaves the whole number in the low bits. */
const ROUNDER = 1.5 * 2 ** 23;
const ROUNDER_BITS = 0x4b400000;

/** 2ⁿ for whole n in [−126, 127]. */
const powerOfTwo = (n: Code, { integer }: Builder): Code => v128.shiftLeft(v128.addI(n, integer(127)), 23);

/** x = n·ln 2 + r with |r| ≤ ½ ln 2: n as a whole number, and eʳ − 1 by a polynomial. For |x| below 2²². */
const reduced = (x: Code, builder: Builder): { readonly n: Code; readonly expm1: Code } => {
  const { keep, constant, integer, madd } = builder;
  const rounded = keep(madd(x, constant(Math.LOG2E), constant(ROUNDER)));
  const n = keep(v128.subF(rounded, constant(ROUNDER)));
  const r = keep(madd(n, constant(-LN2_LOW), madd(n, constant(-LN2_HIGH), x)));
  const square = keep(v128.mulF(r, r));
  const expm1 = madd(polynomial(r, square, EXP, builder), square, r);
  return { n: keep(v128.subI(rounded, integer(ROUNDER_BITS))), expm1 };
};

/**
 * eˣ = eʳ·2ⁿ, 2ⁿ in two factors, so that subnormal and infinite results come out right. NaN passes through the limit. Below −104 the result is 0,
 * and put there: getting it by underflow takes a hundred times as long, and masked scores do it all the time.
 */
const exp: Expression = ([x], builder) => {
  const { keep, constant } = builder;
  const vanishes = keep(v128.ltF(x, constant(-104)));
  const limited = keep(v128.pminF(v128.andNot(x, vanishes), constant(89)));
  const { n, expm1 } = reduced(limited, builder);
  const half = keep(v128.shiftRight(n, 1));
  const e = v128.mulF(v128.addF(expm1, constant(1)), powerOfTwo(half, builder));
  return v128.andNot(v128.mulF(e, powerOfTwo(v128.subI(n, half), builder)), vanishes);
};

const LOG = [
  7.0376836292e-2, -1.151461031e-1, 1.167699874e-1, -1.2420140846e-1, 1.4249322787e-1, -1.6668057665e-1,
  2.0000714765e-1, -2.4999993993e-1, 3.3333331174e-1,
];
const SMALLEST_NORMAL = 2 ** -126;

/** x = 2ᵉ(1 + t) with √½ ≤ 1 + t < √2, exactly, for positive finite x. */
const decomposed = (x: Code, { keep, constant, integer }: Builder): { readonly e: Code; readonly t: Code } => {
  const subnormal = keep(v128.ltF(x, constant(SMALLEST_NORMAL)));
  const normal = keep(v128.select(subnormal, v128.mulF(x, constant(2 ** 23)), x));
  const significand = keep(v128.or(v128.and(normal, integer(0x007fffff)), integer(0x3f000000))); // [½, 1)
  const low = keep(v128.ltF(significand, constant(Math.SQRT1_2)));
  const bias = v128.subI(v128.select(subnormal, integer(-126 - 23), integer(-126)), v128.and(low, integer(1)));
  return {
    e: keep(v128.fromI(v128.addI(v128.shiftRightU(normal, 23), bias))),
    t: keep(v128.addF(v128.subF(significand, constant(1)), v128.and(low, significand))),
  };
};

/** ln x = e·ln 2 + ln(1 + t); the latter by a polynomial. */
const log: Expression = ([x], builder) => {
  const { keep, constant, madd } = builder;
  const { e, t } = decomposed(x, builder);
  const square = keep(v128.mulF(t, t));
  const tail = v128.mulF(v128.mulF(polynomial(t, square, LOG, builder), t), square);
  const corrected = madd(square, constant(-0.5), madd(e, constant(LN2_LOW), tail));
  const value = keep(madd(e, constant(LN2_HIGH), v128.addF(t, corrected)));
  // ln 0 = −∞; ln ∞ = ∞; NaN below 0 and for NaN.
  const positive = keep(v128.select(v128.eqF(x, constant(Infinity)), x, value));
  const atZero = v128.select(v128.eqF(x, constant(0)), constant(-Infinity), constant(Number.NaN));
  return v128.select(v128.ltF(constant(0), x), positive, atZero);
};

/** 1/(1 + e⁻ˣ), below 0 as eˣ/(1 + eˣ): small values come out right, subnormal ones too. */
const sigmoid: Expression = ([x], builder) => {
  const { keep, constant } = builder;
  const e = keep(exp([v128.or(x, builder.integer(SIGN_BIT))], builder));
  const above = v128.select(v128.ltF(x, constant(0)), e, constant(1));
  return v128.divF(above, v128.addF(e, constant(1)));
};

const SIGN_BIT = -2147483648;

/** value with the sign of x. */
const signed = (value: Code, x: Code, { integer }: Builder): Code => v128.or(value, v128.and(x, integer(SIGN_BIT)));

/** |x|, by a constant in a register: V8 makes the mask of its own instruction anew each time. */
const magnitude = (x: Code, { integer }: Builder): Code => v128.andNot(x, integer(SIGN_BIT));

/** (eʳ − 1 − r)/r² for |r| ≤ ½ ln 2: minimax, relative errors of eʳ − 1 up to 1.7·10⁻⁸, a third of that for r in [0, 0.2]. */
const TANH_EXPM1 = [1.40349326e-3, 8.36504027e-3, 4.16645171e-2, 1.66665595e-1, 5.00000091e-1];

/** As ROUNDER; the low bits, moved up to the exponent, are those of 2ⁿ⁻¹. */
const HALF_POWER_ROUNDER = ROUNDER + 126;

/**
 * u/(u + 1) with u = ½(e^(2|x|) − 1) = 2ⁿ⁻¹(eʳ − 1) + (2ⁿ⁻¹ − ½), 2|x| = n·ln 2 + r: no cancellation near 0; 1 from |x| = 10 on; the sign of x.
 * One factor for ln 2 is enough: n·ln 2 is exact to 2 ulp of ln 2 for n = 1 and 2, and beyond errors of r no longer show. What does not need each
 * other stands side by side: the machine waits for results here, not for units to compute them (Horner's rule took 12% longer).
 */
const tanh: Expression = ([x], builder) => {
  const { keep, constant, integer, madd } = builder;
  const size = keep(v128.pminF(magnitude(x, builder), constant(10)));
  const rounded = keep(madd(size, constant(2 * Math.LOG2E), constant(HALF_POWER_ROUNDER)));
  const n = v128.subF(rounded, constant(HALF_POWER_ROUNDER));
  const r = keep(madd(n, constant(-Math.LN2), v128.addF(size, size)));
  const square = keep(v128.mulF(r, r));
  const power = keep(v128.shiftLeft(rounded, 23));
  const [c4, c3, c2, c1, c0] = TANH_EXPM1.map(constant);
  const tail = madd(madd(square, c4, madd(r, c3, c2)), square, madd(r, c1, c0));
  const start = madd(power, r, v128.subF(power, constant(0.5)));
  const u = keep(madd(v128.mulF(power, square), tail, start));
  return v128.divF(v128.or(u, v128.and(x, integer(SIGN_BIT))), v128.addF(u, constant(1)));
};

/** eˣ − 1 = 2ⁿ(eʳ − 1) + (2ⁿ − 1): no cancellation near 0. −1 from x = −20 on. 2¹²⁸ is 2¹²⁷ and a factor of 2. */
const expm1: Expression = ([x], builder) => {
  const { keep, constant, integer, madd } = builder;
  const limited = keep(v128.pminF(v128.pmaxF(x, constant(-20)), constant(89)));
  const { n, expm1: small } = reduced(limited, builder);
  const most = keep(v128.minI(n, integer(127)));
  const power = keep(powerOfTwo(most, builder));
  const value = madd(small, power, v128.subF(power, constant(1)));
  return signed(v128.mulF(value, powerOfTwo(v128.subI(n, most), builder)), x, builder);
};

/** ln(1 + x): the logarithm of u = 1 + x rounded, and what the rounding lost: (x − (u − 1))/u. */
const log1p: Expression = ([x], builder) => {
  const { keep, constant } = builder;
  const u = keep(v128.addF(x, constant(1)));
  const lost = v128.divF(v128.subF(x, v128.subF(u, constant(1))), u);
  const inside = v128.and(v128.ltF(constant(0), u), v128.ltF(u, constant(Infinity)));
  const value = v128.addF(log([u], builder), v128.and(lost, inside));
  return v128.select(v128.eqF(x, constant(0)), x, value);
};

/** (erf x)/x − 1 in x² for x² ≤ 0.875, and ln(1 − erf x) in x on [0.9, 4]: minimax, relative errors 5·10⁻¹⁰ and (of erf) 1.6·10⁻⁹. */
const ERF_NEAR = [
  8.28118064e-5, -8.12141574e-4, 5.19913295e-3, -2.68586222e-2, 1.12836815e-1, -3.76126319e-1, 1.28379166e-1,
];
const ERF_FAR = [
  1.97232177e-4, -3.05605331e-3, 2.22786907e-2, -1.04040369e-1, -6.37056649e-1, -1.12775123, -1.77126174e-4,
];

/** Near 0 a polynomial; beyond, 1 − e^(ln(1 − erf|x|)) with the sign of x; 1 from |x| = 4 on. */
const erf: Expression = ([x], builder) => {
  const { keep, constant, madd } = builder;
  const size = keep(magnitude(x, builder));
  const square = keep(v128.mulF(x, x));
  const fourth = keep(v128.mulF(square, square));
  const near = keep(madd(x, polynomial(square, fourth, ERF_NEAR, builder), x));
  const limited = keep(v128.pminF(size, constant(4)));
  const limitedSquare = keep(v128.mulF(limited, limited));
  const complement = exp([keep(polynomial(limited, limitedSquare, ERF_FAR, builder))], builder);
  const far = keep(signed(v128.subF(constant(1), complement), x, builder));
  return v128.select(v128.ltF(size, constant(0.925)), near, far);
};

const ROOT_2_OVER_PI = 0.7978845608028654;
const BEND = 0.044715;

/** ½(1 + value), which is x's share of gelu(x). */
const shareOf = (value: Code, { constant }: Builder): Code => v128.mulF(v128.addF(value, constant(1)), constant(0.5));

/** x·Φ(x); the share first, so that nothing overflows. */
const gelu: Expression = ([x], builder) => {
  const { keep, constant } = builder;
  const value = keep(erf([keep(v128.mulF(x, constant(Math.SQRT1_2)))], builder));
  return v128.mulF(x, shareOf(value, builder));
};

/** x·½(1 + tanh(√(2/π)(x + BEND·x³))) */
const geluTanh: Expression = ([x], builder) => {
  const { keep, constant } = builder;
  const cube = v128.mulF(v128.mulF(x, v128.mulF(x, x)), constant(BEND));
  const angle = keep(v128.mulF(v128.addF(x, cube), constant(ROOT_2_OVER_PI)));
  const value = keep(tanh([angle], builder));
  return v128.mulF(x, shareOf(value, builder));
};

/** x within ±40: beyond, slopes are 0 or 1, and squares must not overflow. NaN stays. */
const within40 = (x: Code, { keep, constant }: Builder): Code =>
  keep(v128.pminF(v128.pmaxF(x, constant(-40)), constant(40)));

/** Φ(x) + x·φ(x) */
const geluSlope: Expression = ([x], builder) => {
  const { keep, constant } = builder;
  const value = keep(erf([keep(v128.mulF(x, constant(Math.SQRT1_2)))], builder));
  const limited = within40(x, builder);
  const square = v128.mulF(v128.mulF(limited, limited), constant(-0.5));
  const density = v128.mulF(exp([keep(square)], builder), constant(ROOT_2_OVER_PI / 2));
  return v128.addF(shareOf(value, builder), v128.mulF(limited, density));
};

/** With u = √(2/π)(x + BEND·x³) and t = tanh u: ½(1 + t) + ½x(1 − t²)u' */
const geluTanhSlope: Expression = ([x], builder) => {
  const { keep, constant } = builder;
  const limited = within40(x, builder);
  const square = keep(v128.mulF(limited, limited));
  const cube = v128.mulF(v128.mulF(limited, square), constant(BEND));
  const angle = keep(v128.mulF(v128.addF(limited, cube), constant(ROOT_2_OVER_PI)));
  const t = keep(tanh([angle], builder));
  const steepness = v128.mulF(limited, v128.subF(constant(1), v128.mulF(t, t)));
  const slope = v128.mulF(v128.addF(v128.mulF(square, constant(3 * BEND)), constant(1)), constant(ROOT_2_OVER_PI / 2));
  return v128.addF(shareOf(t, builder), v128.mulF(steepness, slope));
};

/** (log₂((1 + s)/(1 − s)) − 2s/ln 2)/s³ in s², for |s| ≤ 0.172: minimax, error of log₂ 1.5·10⁻¹². */
const LOG2_TAIL = [0.341588944, 0.411624223, 0.577084363, 0.961796641];
const TWO_OVER_LN2 = 2 / Math.LN2;
const TWO_OVER_LN2_HIGH = 2.884765625; // twelve bits

/** log₂ x to about 36 bits as a sum of two, the first of twelve bits; for positive finite x. */
const log2Pair = (x: Code, builder: Builder): readonly [high: Code, low: Code] => {
  const { keep, constant } = builder;
  const { e, t } = decomposed(x, builder);
  // s = t/(2 + t) in two parts: the first rounded, the second from the remainder of the division.
  const sum = keep(v128.addF(t, constant(2)));
  const s = keep(v128.divF(t, sum));
  const sHigh = upper(s, builder);
  const sumHigh = upper(sum, builder);
  const sumLow = v128.subF(t, v128.subF(sumHigh, constant(2)));
  const rest = v128.subF(v128.subF(t, v128.mulF(sHigh, sumHigh)), v128.mulF(sHigh, sumLow));
  const sLow = keep(v128.divF(rest, sum));
  const square = keep(v128.mulF(s, s));
  const fourth = keep(v128.mulF(square, square));
  const tail = v128.mulF(v128.mulF(polynomial(square, fourth, LOG2_TAIL, builder), square), s);
  const high = keep(v128.mulF(sHigh, constant(TWO_OVER_LN2_HIGH)));
  const linear = v128.addF(
    v128.mulF(sHigh, constant(TWO_OVER_LN2 - TWO_OVER_LN2_HIGH)),
    v128.mulF(sLow, constant(TWO_OVER_LN2)),
  );
  const low = keep(v128.addF(linear, tail));
  const total = upper(v128.addF(v128.addF(high, low), e), builder);
  return [total, keep(v128.subF(low, v128.subF(v128.subF(total, e), high)))];
};

/** 2^(high + low), 0 and ∞ beyond what float32 holds. */
const power2 = (high: Code, low: Code, builder: Builder): Code => {
  const { keep, constant, integer, madd } = builder;
  const [a, b] = [high, low].map((part, i) => {
    const most = i === 0 ? 200 : 2;
    return keep(v128.pminF(v128.pmaxF(part, constant(-most)), constant(most)));
  });
  const rounded = keep(v128.addF(v128.addF(a, b), constant(ROUNDER)));
  const r = v128.addF(v128.subF(a, v128.subF(rounded, constant(ROUNDER))), b);
  const v = keep(v128.mulF(r, constant(Math.LN2)));
  const square = keep(v128.mulF(v, v));
  const e = v128.addF(madd(polynomial(v, square, EXP, builder), square, v), constant(1));
  const n = keep(v128.subI(rounded, integer(ROUNDER_BITS)));
  const half = keep(v128.shiftRight(n, 1));
  return v128.mulF(v128.mulF(e, powerOfTwo(half, builder)), powerOfTwo(v128.subI(n, half), builder));
};

/** xʸ = 2^(y·log₂|x|), the product in two parts, with the sign and the special cases of IEEE 754 pow. */
const pow: Expression = ([x, y], builder) => {
  const { keep, constant, integer } = builder;
  const size = keep(v128.absF(x));
  const [log2High, log2Low] = log2Pair(size, builder);
  // Beyond 2³² every power of a number but 1 is 0 or ∞.
  const exponent = keep(v128.pminF(v128.pmaxF(y, constant(-(2 ** 32))), constant(2 ** 32)));
  const yHigh = upper(exponent, builder);
  const high = keep(v128.mulF(yHigh, log2High));
  const low = v128.addF(v128.mulF(v128.subF(exponent, yHigh), log2High), v128.mulF(exponent, log2Low));
  const finite = keep(power2(high, low, builder));
  // 0 and ∞ to a positive power are themselves, to a negative one each other.
  const edge = keep(v128.or(v128.eqF(size, constant(0)), v128.eqF(size, constant(Infinity))));
  const atEdge = v128.select(v128.ltF(constant(0), y), size, v128.divF(constant(1), size));
  const magnitude = keep(v128.select(edge, atEdge, finite));
  const whole = keep(v128.eqF(v128.floor(y), y));
  const half = keep(v128.mulF(y, constant(0.5)));
  const odd = v128.and(whole, v128.neF(v128.floor(half), half));
  const negated = keep(v128.or(magnitude, v128.and(v128.and(x, integer(SIGN_BIT)), odd)));
  const unreal = v128.andNot(v128.andNot(v128.ltF(x, constant(0)), whole), edge);
  const undefinedHere = v128.or(unreal, v128.or(v128.neF(x, x), v128.neF(y, y)));
  const value = keep(v128.select(undefinedHere, constant(Number.NaN), negated));
  return v128.select(v128.or(v128.eqF(y, constant(0)), v128.eqF(x, constant(1))), constant(1), value);
};

/** (sin r − r)/r³ and (cos r − 1 + r²/2)/r⁴ in r², for |r| ≤ π/4: minimax, errors 5·10⁻¹² and 1·10⁻¹⁰. */
const SIN = [2.71812223e-6, -1.98393158e-4, 8.33332911e-3, -0.166666672];
const COS = [2.44366092e-5, -1.38873525e-3, 4.16666456e-2];

/** sin(x + quarter·π/2) for x ≥ 0; NaN where x is not finite. */
const sineOf = (x: Code, quarter: number, builder: Builder): Code => {
  const { keep, constant, integer, madd } = builder;
  const { quadrant, r, tail } = reducedAngle(x, builder);
  const place = keep(v128.addI(quadrant, integer(quarter)));
  const square = keep(v128.mulF(r, r));
  const fourth = keep(v128.mulF(square, square));
  const sine = v128.addF(r, madd(v128.mulF(polynomial(square, fourth, SIN, builder), square), r, tail));
  const bend = v128.mulF(polynomial(square, fourth, COS, builder), fourth);
  const cosine = v128.addF(madd(square, constant(-0.5), constant(1)), v128.subF(bend, v128.mulF(r, tail)));
  const odd = v128.eqI(v128.and(place, integer(1)), integer(1));
  const value = v128.xor(v128.select(odd, cosine, sine), v128.shiftLeft(v128.and(place, integer(2)), 30));
  return keep(v128.select(v128.ltF(x, constant(Infinity)), value, constant(Number.NaN)));
};

const sin: Expression = ([x], builder) => {
  const { keep, integer } = builder;
  return v128.xor(sineOf(keep(v128.absF(x)), 0, builder), v128.and(x, integer(SIGN_BIT)));
};

const cos: Expression = ([x], builder) => sineOf(builder.keep(v128.absF(x)), 1, builder);

/** sign(0) = 0 and sign(NaN) = NaN. */
const sign: Expression = ([x], { keep, constant, integer }) => {
  const unit = keep(v128.or(constant(1), v128.and(x, integer(SIGN_BIT))));
  const nonZero = v128.select(v128.eqF(x, x), unit, x);
  return v128.select(v128.eqF(x, constant(0)), constant(0), nonZero);
};

/** float32 operands to float32. */
const floats: Readonly<Record<string, Expression>> = {
  neg: ([x]) => v128.negF(x),
  abs: ([x]) => v128.absF(x),
  sign,
  square: ([x]) => v128.mulF(x, x),
  exp,
  expm1,
  log,
  log1p,
  erf,
  sin,
  cos,
  sqrt: ([x]) => v128.sqrt(x),
  reciprocal: ([x], { constant }) => v128.divF(constant(1), x),
  tanh,
  sigmoid,
  gelu,
  geluSlope,
  geluTanh,
  geluTanhSlope,
  relu: ([x], { constant }) => v128.pmaxF(x, constant(0)),
  floor: ([x]) => v128.floor(x),
  ceil: ([x]) => v128.ceil(x),
  round: ([x]) => v128.nearest(x),
  add: ([a, b]) => v128.addF(a, b),
  sub: ([a, b]) => v128.subF(a, b),
  mul: ([a, b]) => v128.mulF(a, b),
  div: ([a, b]) => v128.divF(a, b),
  pow,
  maximum: ([a, b]) => v128.maxF(a, b),
  minimum: ([a, b]) => v128.minF(a, b),
};

/** A bool is stored as 0 or 1. */
export const bit = (mask: Code, { integer }: Builder): Code => v128.and(mask, integer(1));

/** float32 operands to a mask: all bits of a lane, or none. */
const comparisons: Readonly<Record<string, Expression>> = {
  equal: ([a, b]) => v128.eqF(a, b),
  notEqual: ([a, b]) => v128.neF(a, b),
  less: ([a, b]) => v128.ltF(a, b),
  lessEqual: ([a, b]) => v128.leF(a, b),
  isFinite: ([x], builder) => v128.ltF(v128.absF(x), builder.constant(Infinity)),
};

/** The same of int32 operands. */
const integerComparisons: Readonly<Record<string, Expression>> = {
  equal: ([a, b]) => v128.eqI(a, b),
  notEqual: ([a, b]) => v128.neI(a, b),
  less: ([a, b]) => v128.ltI(a, b),
  lessEqual: ([a, b]) => v128.leI(a, b),
};

/** int32 operands. */
const integers: Readonly<Record<string, Expression>> = {
  neg: ([x]) => v128.negI(x),
  abs: ([x]) => v128.absI(x),
  square: ([x]) => v128.mulI(x, x),
  add: ([a, b]) => v128.addI(a, b),
  mul: ([a, b]) => v128.mulI(a, b),
  sub: ([a, b]) => v128.subI(a, b),
  maximum: ([a, b]) => v128.maxI(a, b),
  minimum: ([a, b]) => v128.minI(a, b),
};

const same: Expression = ([x]) => x;

/** Casts between types; float to int32 stays with the reference kernel, which says what happens out of range. */
const cast = (from: DType, to: DType): Expression | undefined => {
  if (to === "float32") return from === "float32" ? same : ([x]) => v128.fromI(x);
  if (to === "int32") return from === "float32" ? undefined : same;
  if (from === "float32") return ([x], builder) => bit(v128.neF(x, builder.constant(0)), builder);
  return ([x], builder) => bit(v128.neI(x, builder.integer(0)), builder);
};

/** What bools are compared from, as a mask; undefined for any other op. */
export const maskOf = (op: string, inputs: readonly DType[]): Expression | undefined => {
  if (inputs.every((dtype) => dtype === "float32")) return comparisons[op];
  return inputs.every((dtype) => dtype === "int32") ? integerComparisons[op] : undefined;
};

/** The expression of an op for the given operand types; undefined where there is none. */
export const expressionOf = (op: string, inputs: readonly DType[], output: DType): Expression | undefined => {
  if (output === "float64" || inputs.includes("float64")) return undefined;
  if (op === "expand") return same;
  if (op === "cast") return cast(inputs[0], output);
  if (op === "where") return ([condition, a, b], { integer }) => v128.select(v128.neI(condition, integer(0)), a, b);
  if (op === "logicalNot") return ([x], builder) => bit(v128.eqI(x, builder.integer(0)), builder);
  if (op === "logicalAnd") return ([a, b]) => v128.and(a, b);
  if (op === "logicalOr") return ([a, b]) => v128.or(a, b);
  const mask = maskOf(op, inputs);
  if (mask) return (operands, builder) => bit(mask(operands, builder), builder);
  if (inputs.every((dtype) => dtype === "float32")) return floats[op];
  return inputs.every((dtype) => dtype === "int32") ? integers[op] : undefined;
};
