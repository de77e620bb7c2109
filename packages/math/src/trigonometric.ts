// sin, cos: reduction to [−π/4, π/4], then minimax polynomials.
//
// The coefficients and the three-part π/2 are those of FDLIBM 5.3: Copyright (C) 1993 by Sun Microsystems, Inc. All rights reserved.
// Developed at SunPro, a Sun Microsystems, Inc. business. Permission to use, copy, modify, and distribute this software is freely granted,
// provided that this notice is preserved.

const QUARTER_PI = 0.7853981633974483;
const TWO_OVER_PI = 6.36619772367581382433e-1;
// π/2 in parts of 33 bits, each with what remains.
const HALF_PI_1 = 1.57079632673412561417;
const HALF_PI_1_REST = 6.07710050650619224932e-11;
const HALF_PI_2 = 6.0771005063039659766e-11;
const HALF_PI_2_REST = 2.02226624879595063154e-21;
const HALF_PI_3 = 2.0222662487111664558e-21;
const HALF_PI_3_REST = 8.47842766036889956997e-32;

/** sin(x + tail) for |x| ≤ π/4. */
const sinKernel = (x: number, tail: number): number => {
  const z = x * x;
  const v = z * x;
  const r =
    8.33333333332248946124e-3 +
    z *
      (-1.98412698298579493134e-4 +
        z * (2.75573137070700676789e-6 + z * (-2.50507602534068634195e-8 + z * 1.58969099521155010221e-10)));
  return x - (z * (0.5 * tail - v * r) - tail - v * -1.66666666666666324348e-1);
};

/** cos(x + tail) for |x| ≤ π/4. */
const cosKernel = (x: number, tail: number): number => {
  const z = x * x;
  const r =
    z *
    (4.16666666666666019037e-2 +
      z *
        (-1.38888888888741095749e-3 +
          z *
            (2.48015872894767294178e-5 +
              z * (-2.75573143513906633035e-7 + z * (2.0875723212981748279e-9 + z * -1.13596475577881948265e-11)))));
  const half = 0.5 * z;
  const w = 1 - half;
  return w + (1 - w - half + (z * r - x * tail));
};

/** Result of the last reduction, [rest, tail]: x = quadrant·π/2 + rest + tail. An array: numbers in variables of a module are boxed at every write. */
const reduced = new Float64Array(2);

/** Reduces x by multiples of π/2, leaving rest and tail in `reduced`; returns the quadrant. */
const reduceAngle = (x: number): number => {
  if (Math.abs(x) > 1647099) return reduceHuge(x);
  const n = Math.floor(x * TWO_OVER_PI + 0.5);
  let r = x - n * HALF_PI_1;
  let w = n * HALF_PI_1_REST;
  let rest = r - w;
  // Cancellation ate more than 16 bits: take the next 33 bits of π/2, and once more.
  if (Math.abs(rest) < Math.abs(x) * 2 ** -16) {
    let t = r;
    w = n * HALF_PI_2;
    r = t - w;
    w = n * HALF_PI_2_REST - (t - r - w);
    rest = r - w;
    if (Math.abs(rest) < Math.abs(x) * 2 ** -49) {
      t = r;
      w = n * HALF_PI_3;
      r = t - w;
      w = n * HALF_PI_3_REST - (t - r - w);
      rest = r - w;
    }
  }
  reduced[0] = rest;
  reduced[1] = r - rest - w;
  return n & 3;
};

const FRACTION_BITS = 1200n;
let halfPi: bigint | undefined;

/** arctan(1/n)·2^bits. */
const arctanInverse = (n: bigint, bits: bigint): bigint => {
  let term = (1n << bits) / n;
  let sum = term;
  for (let k = 3n; term !== 0n; k += 2n) {
    term = -term / (n * n);
    sum += term / k;
  }
  return sum;
};

/** Exact reduction of large arguments in integers; π by Machin's formula to 1 200 bits, once. Rare, so simple rather than fast. */
const reduceHuge = (x: number): number => {
  const guard = FRACTION_BITS + 32n;
  halfPi ??= (8n * arctanInverse(5n, guard) - 2n * arctanInverse(239n, guard)) >> 32n;
  let shift = 0n;
  let mantissa = Math.abs(x);
  for (; !Number.isInteger(mantissa); shift--) mantissa *= 2;
  for (; !Number.isSafeInteger(mantissa); shift++) mantissa /= 2;
  const value = BigInt(mantissa) << (shift + FRACTION_BITS);
  let quotient = (2n * value + halfPi) / (2n * halfPi);
  let remainder = value - quotient * halfPi;
  if (x < 0) [quotient, remainder] = [-quotient, -remainder];
  const toNumber = (fraction: bigint): number => Number(fraction >> (FRACTION_BITS - 160n)) * 2 ** -160;
  const upper = Math.round(toNumber(remainder) * 2 ** 60);
  const lower = toNumber(remainder - (BigInt(upper) << (FRACTION_BITS - 60n)));
  reduced[0] = upper * 2 ** -60 + lower;
  reduced[1] = lower - (reduced[0] - upper * 2 ** -60);
  return Number(((quotient % 4n) + 4n) % 4n);
};

/** Sine of x radians. Error below 1 ulp. */
export const sin = (x: number): number => {
  if (Math.abs(x) <= QUARTER_PI) return Math.abs(x) < 1e-8 ? x : sinKernel(x, 0);
  if (!Number.isFinite(x)) return NaN;
  const quadrant = reduceAngle(x);
  const y = quadrant % 2 === 0 ? sinKernel(reduced[0], reduced[1]) : cosKernel(reduced[0], reduced[1]);
  return quadrant < 2 ? y : -y;
};

/** Cosine of x radians. Error below 1 ulp. */
export const cos = (x: number): number => {
  if (Math.abs(x) <= QUARTER_PI) return cosKernel(x, 0);
  if (!Number.isFinite(x)) return NaN;
  const quadrant = reduceAngle(x);
  const y = quadrant % 2 === 0 ? cosKernel(reduced[0], reduced[1]) : sinKernel(reduced[0], reduced[1]);
  return quadrant === 0 || quadrant === 3 ? y : -y;
};
