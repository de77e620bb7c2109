// The error function, by series and continued fraction.
import { exp } from "./exponential.ts";

const TWO_OVER_ROOT_PI = 1.1283791670955126;
const ONE_OVER_ROOT_PI = 0.5641895835477563;

/** e^(−x²) with the rounding error of x² given back. */
const gaussian = (x: number): number => {
  const high = Math.fround(x);
  const low = x - high;
  return exp(-high * high) * exp(-low * (high + x));
};

/** erf x = 2/√π·e^(−x²)·Σ 2ⁿx²ⁿ⁺¹/(1·3·…·(2n+1)) (DLMF 7.6.2): all terms of one sign, nothing cancels. */
const series = (x: number): number => {
  let term = x;
  let sum = x;
  for (let n = 1; term > sum * 1e-17; n++) {
    term *= (2 * x * x) / (2 * n + 1);
    sum += term;
  }
  return TWO_OVER_ROOT_PI * gaussian(x) * sum;
};

/** erfc x = e^(−x²)/√π·1/(x + ½/(x + 1/(x + 3⁄2/(x + …)))) for x ≥ 2.5 (DLMF 7.9.1), from the far end. */
const fraction = (x: number): number => {
  let f = x;
  for (let n = 120; n > 0; n--) f = x + n / 2 / f;
  return (ONE_OVER_ROOT_PI * gaussian(x)) / f;
};

/** 2/√π ∫₀ˣ e^(−t²) dt */
export const erf = (x: number): number => {
  const size = Math.abs(x);
  if (Number.isNaN(x) || size < 1e-154) return x * TWO_OVER_ROOT_PI;
  const y = size < 2.5 ? series(size) : size < 6 ? 1 - fraction(size) : 1;
  return x < 0 ? -y : y;
};

/** 1 − erf x, accurate where erf is close to 1. */
export const erfc = (x: number): number => {
  if (x < 0.5) return 1 - erf(x);
  return x < 2.5 ? 1 - series(x) : x < 27.5 ? fraction(x) : Number.isNaN(x) ? NaN : 0;
};
