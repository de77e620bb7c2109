// Distributions over whole numbers: Poisson, binomial and geometric, by the algorithms that NumPy's Generator uses.
import { exp, log, log1p } from "@agon/math";
import { logGamma } from "./gamma.ts";
import type { Pcg64 } from "./pcg64.ts";
import { exponential } from "./ziggurat.ts";

/** Number of events of the given mean: products of uniforms (Knuth) below a mean of 10, transformed rejection (Hörmann 1993) from there on. */
export const poisson = (bits: Pcg64, mean: number): number => {
  if (mean === 0) return 0;
  return mean < 10 ? poissonByProducts(bits, mean) : poissonByRejection(bits, mean);
};

const poissonByProducts = (bits: Pcg64, mean: number): number => {
  const limit = exp(-mean);
  let product = bits.double();
  let count = 0;
  while (product > limit) {
    count++;
    product *= bits.double();
  }
  return count;
};

/** Hörmann's algorithm PTRS, with his constants. */
const poissonByRejection = (bits: Pcg64, mean: number): number => {
  const b = 0.931 + 2.53 * Math.sqrt(mean);
  const a = -0.059 + 0.02483 * b;
  const inverseAlpha = 1.1239 + 1.1328 / (b - 3.4);
  const quick = 0.9277 - 3.6224 / (b - 2);
  const logMean = log(mean);
  for (;;) {
    const u = bits.double() - 0.5;
    const v = bits.double();
    const distance = 0.5 - Math.abs(u);
    const count = Math.floor(((2 * a) / distance + b) * u + mean + 0.43);
    if (distance >= 0.07 && v <= quick) return count;
    if (count < 0 || (distance < 0.013 && v > distance)) continue;
    const height = log(v) + log(inverseAlpha) - log(a / (distance * distance) + b);
    if (height <= -mean + count * logMean - logGamma(count + 1)) return count;
  }
};

/** Successes among `trials`, counted on the rarer side: by inversion up to 30 expected, by algorithm BTPE above. */
export const binomial = (bits: Pcg64, trials: number, probability: number): number => {
  if (trials === 0 || probability === 0) return 0;
  if (probability > 0.5) return trials - rarer(bits, trials, 1 - probability);
  return rarer(bits, trials, probability);
};

const rarer = (bits: Pcg64, trials: number, probability: number): number =>
  probability * trials <= 30
    ? binomialByInversion(bits, trials, probability)
    : binomialByRejection(bits, trials, probability);

/** Walks up the probabilities until a uniform number is used up; starts anew ten standard deviations above the mean. */
const binomialByInversion = (bits: Pcg64, n: number, p: number): number => {
  const q = 1 - p;
  const none = exp(n * log1p(-p));
  const bound = Math.floor(Math.min(n, n * p + 10 * Math.sqrt(n * p * q + 1)));
  let successes = 0;
  let weight = none;
  let u = bits.double();
  while (u > weight) {
    successes++;
    if (successes > bound) {
      successes = 0;
      weight = none;
      u = bits.double();
    } else {
      u -= weight;
      weight = ((n - successes + 1) * p * weight) / (successes * q);
    }
  }
  return successes;
};

/**
 * Algorithm BTPE (Kachitvichyanukul & Schmeiser 1988), for p ≤ ½ and np > 30: a point under a hat of a triangle, two parallelograms and
 * two exponential tails around the mode, kept if it lies under the probabilities.
 */
const binomialByRejection = (bits: Pcg64, n: number, p: number): number => {
  const q = 1 - p;
  const variance = n * p * q;
  const centre = n * p + p;
  const mode = Math.floor(centre);
  const halfBase = Math.floor(2.195 * Math.sqrt(variance) - 4.6 * q) + 0.5;
  const middle = mode + 0.5;
  const left = middle - halfBase;
  const right = middle + halfBase;
  const c = 0.134 + 20.5 / (15.3 + mode);
  const steepness = (a: number): number => a * (1 + a / 2);
  const leftRate = steepness((centre - left) / (centre - left * p));
  const rightRate = steepness((right - centre) / (right * q));
  const area2 = halfBase * (1 + 2 * c);
  const area3 = area2 + c / leftRate;
  const area4 = area3 + c / rightRate;
  for (;;) {
    const u = bits.double() * area4;
    let v = bits.double();
    if (u <= halfBase) return Math.floor(middle - halfBase * v + u);
    let y: number;
    if (u <= area2) {
      const x = left + (u - halfBase) / c;
      v = v * c + 1 - Math.abs(mode - x + 0.5) / halfBase;
      if (v > 1) continue;
      y = Math.floor(x);
    } else if (u <= area3) {
      y = Math.floor(left + log(v) / leftRate);
      if (y < 0 || v === 0) continue;
      v *= (u - area2) * leftRate;
    } else {
      y = Math.floor(right - log(v) / rightRate);
      if (y > n || v === 0) continue;
      v *= (u - area3) * rightRate;
    }
    if (underBinomial({ n, p, q, variance, mode, middle }, y, v)) return y;
  }
};

interface BinomialShape {
  readonly n: number;
  readonly p: number;
  readonly q: number;
  readonly variance: number;
  readonly mode: number;
  readonly middle: number;
}

/** Whether v ≤ P(y)/P(mode): by the ratios between them where that is short or y far out, else by squeezes and Stirling's formula. */
const underBinomial = ({ n, p, q, variance, mode, middle }: BinomialShape, y: number, v: number): boolean => {
  const k = Math.abs(y - mode);
  if (k <= 20 || k >= variance / 2 - 1) {
    const s = p / q;
    const a = s * (n + 1);
    let ratio = 1;
    for (let i = mode + 1; i <= y; i++) ratio *= a / i - s;
    for (let i = y + 1; i <= mode; i++) ratio /= a / i - s;
    return v <= ratio;
  }
  const rho = (k / variance) * ((k * (k / 3 + 0.625) + 0.16666666666666666) / variance + 0.5);
  const t = (-k * k) / (2 * variance);
  const height = log(v);
  if (height < t - rho) return true;
  if (height > t + rho) return false;
  const [x1, f1, z, w] = [y + 1, mode + 1, n + 1 - mode, n - y + 1];
  const logRatio =
    middle * log(f1 / x1) +
    (n - mode + 0.5) * log(z / w) +
    (y - mode) * log((w * p) / (x1 * q)) +
    correction(f1) +
    correction(z) +
    correction(x1) +
    correction(w);
  return height <= logRatio;
};

/** The terms of Stirling's series beyond the leading ones, to x⁻⁹. */
const correction = (x: number): number => {
  const square = x * x;
  return (13680 - (462 - (132 - (99 - 140 / square) / square) / square) / square) / x / 166320;
};

/** Trials up to and with the first success: by summation from p = ⅓ on, by inversion below. */
export const geometric = (bits: Pcg64, probability: number): number => {
  if (probability < 0.3333333333333333) return Math.ceil(-exponential(bits) / log1p(-probability));
  const u = bits.double();
  let trials = 1;
  let weight = probability;
  let sum = probability;
  while (u > sum) {
    weight *= 1 - probability;
    sum += weight;
    trials++;
  }
  return trials;
};
