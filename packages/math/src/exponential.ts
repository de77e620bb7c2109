// exp, expm1, log and relatives, by the argument reductions and minimax polynomials of FDLIBM.
//
// The coefficients are those of FDLIBM 5.3: Copyright (C) 1993, 2004 by Sun Microsystems, Inc. All rights reserved. Developed at SunPro /
// SunSoft, a Sun Microsystems, Inc. business. Permission to use, copy, modify, and distribute this software is freely granted, provided
// that this notice is preserved.
import { highWord, scale, withHighWord } from "./bits.ts";

/** ln 2 in two parts: the first has 32 trailing zero bits, so that k·LN2_HIGH is exact for the k that occur. */
const LN2_HIGH = 6.9314718036912381649e-1;
const LN2_LOW = 1.90821492927058770002e-10;
const INVERSE_LN2 = 1.442695040888963387;

/** eˣ. x = k·ln 2 + r with |r| ≤ ½ ln 2; e^r by a rational form of a degree-10 polynomial. Error below 1 ulp. */
export const exp = (x: number): number => {
  if (!(x > -746)) return x < 0 ? 0 : x;
  if (x > 709.782712893384) return Infinity;
  const k = Math.floor(INVERSE_LN2 * x + 0.5);
  const high = x - k * LN2_HIGH;
  const low = k * LN2_LOW;
  const r = high - low;
  const t = r * r;
  const c =
    r -
    t *
      (1.66666666666666019037e-1 +
        t *
          (-2.77777777770155933842e-3 +
            t * (6.61375632143793436117e-5 + t * (-1.6533902205465251539e-6 + t * 4.13813679705723846039e-8))));
  const y = 1 - (low - (r * c) / (2 - c) - high);
  return k === 0 ? y : scale(y, k);
};

/** eˣ − 1, accurate near 0. */
export const expm1 = (x: number): number => {
  if (!(x > -45)) return x < 0 ? -1 : x;
  if (x > 709.782712893384) return Infinity;
  if (Math.abs(x) < 5e-17) return x;
  let k = 0;
  let r = x;
  let correction = 0;
  if (Math.abs(x) > 0.34657359027997264) {
    k = Math.abs(x) < 1.0397207708399179 ? (x < 0 ? -1 : 1) : Math.trunc(INVERSE_LN2 * x + (x < 0 ? -0.5 : 0.5));
    const high = x - k * LN2_HIGH;
    const low = k * LN2_LOW;
    r = high - low;
    correction = high - r - low;
  }
  const half = 0.5 * r;
  const h = r * half;
  const q =
    1 +
    h *
      (-3.33333333333331316428e-2 +
        h *
          (1.58730158725481460165e-3 +
            h * (-7.93650757867487942473e-5 + h * (4.00821782732936239552e-6 + h * -2.01099218183624371326e-7))));
  const t = 3 - q * half;
  let e = h * ((q - t) / (6 - r * t));
  if (k === 0) return r - (r * e - h);
  e = r * (e - correction) - correction - h;
  if (k === -1) return 0.5 * (r - e) - 0.5;
  if (k === 1) return r < -0.25 ? -2 * (e - (r + 0.5)) : 1 + 2 * (r - e);
  if (k <= -2 || k > 56) return scale(1 - (e - r), k) - 1;
  if (k < 20) return scale(1 - scale(1, -k) - (e - r), k);
  return scale(r - (e + scale(1, -k)) + 1, k);
};

const TWO_54 = 18014398509481984;

/** ln x. x = 2ᵏ(1 + f) with √½ < 1 + f < √2; ln(1 + f) by a series in s = f/(2 + f). Error below 1 ulp. */
export const log = (x: number): number => {
  if (!(x > 0)) return x === 0 ? -Infinity : NaN;
  if (x === Infinity) return x;
  const subnormal = x < 2.2250738585072014e-308;
  const scaled = subnormal ? x * TWO_54 : x;
  const high = highWord(scaled);
  const fraction = high & 0xfffff;
  const shift = (fraction + 0x95f64) & 0x100000;
  const k = (high >> 20) - 1023 - (subnormal ? 54 : 0) + (shift >> 20);
  const f = withHighWord(scaled, fraction | (shift ^ 0x3ff00000)) - 1;
  if (f === 0) return k * LN2_HIGH + k * LN2_LOW;
  const s = f / (2 + f);
  const z = s * s;
  const w = z * z;
  const even = w * (3.999999999940941908e-1 + w * (2.222219843214978396e-1 + w * 1.531383769920937332e-1));
  const odd =
    z *
    (6.66666666666673513e-1 +
      w * (2.857142874366239149e-1 + w * (1.818357216161805012e-1 + w * 1.479819860511658591e-1)));
  const half = 0.5 * f * f;
  return k * LN2_HIGH - (half - (s * (half + odd + even) + k * LN2_LOW) - f);
};

/** ln(1 + x), accurate near 0: the rounding error of 1 + x is given back to first order. */
export const log1p = (x: number): number => {
  const u = 1 + x;
  if (u === 1 || u === Infinity) return x;
  if (!(u > 0)) return log(u);
  return log(u) + (x - (u - 1)) / u;
};

/** tanh x = 1 − 2/(e²ˣ + 1), through expm1. */
export const tanh = (x: number): number => {
  const size = Math.abs(x);
  if (size < 2.8e-17 || Number.isNaN(x)) return x;
  let y = 1;
  if (size < 22) {
    if (size >= 1) y = 1 - 2 / (expm1(2 * size) + 2);
    else {
      const t = expm1(-2 * size);
      y = -t / (t + 2);
    }
  }
  return x < 0 ? -y : y;
};

/** Splits x into a sum of two numbers of at most 26 bits each (Dekker 1971). */
const splitHigh = (x: number): number => {
  const c = 134217729 * x;
  return c - (c - x);
};

/**
 * xʸ with the special cases of IEEE 754 pow. Whole exponents up to 64 in size by repeated squaring; otherwise e^(y·ln x) with the product's
 * rounding error and ln x's leading error given back.
 */
export const pow = (x: number, y: number): number => {
  if (y === 0 || x === 1) return 1;
  if (Number.isNaN(x) || Number.isNaN(y)) return NaN;
  const whole = Number.isInteger(y);
  const odd = whole && Math.abs(y) < 2 ** 53 && y % 2 !== 0;
  if (!Number.isFinite(y)) {
    const size = Math.abs(x);
    if (size === 1) return 1;
    return size > 1 === y > 0 ? Infinity : 0;
  }
  if (x === 0 || !Number.isFinite(x)) {
    const size = (x === 0) === y > 0 ? 0 : Infinity;
    return odd && (x < 0 || Object.is(x, -0)) ? -size : size;
  }
  if (x < 0 && !whole) return NaN;
  const size = powPositive(Math.abs(x), y, whole);
  return x < 0 && odd ? -size : size;
};

const powPositive = (x: number, y: number, whole: boolean): number => {
  if (whole && Math.abs(y) <= 64) {
    let power = 1;
    let square = x;
    for (let n = Math.abs(y); n > 0; n = Math.floor(n / 2)) {
      if (n % 2 === 1) power *= square;
      square *= square;
    }
    if (power !== 0 && power !== Infinity) return y < 0 ? 1 / power : power;
  }
  const l = log(x);
  // One Newton step: ln x = l + (x − eˡ)/eˡ.
  const e = exp(l);
  const rest = Number.isFinite(e) && e > 0 ? (x - e) / e : 0;
  const product = y * l;
  const [yh, lh] = [splitHigh(y), splitHigh(l)];
  const [yl, ll] = [y - yh, l - lh];
  const error = yh * lh - product + yh * ll + yl * lh + yl * ll + y * rest;
  const value = exp(product);
  return Number.isFinite(value) && value !== 0 && Number.isFinite(error) ? value + value * error : value;
};
