// Gamma numbers, and the logarithm of the gamma function for the distributions that reject by it.
import { log, pow } from "@agon/math";
import type { Pcg64 } from "./pcg64.ts";
import { exponential, normal } from "./ziggurat.ts";

/** Standard gamma, density x^(shape − 1)·e^(−x)/Γ(shape): Marsaglia & Tsang (2000) from shape 1 on, Ahrens & Dieter (1974) below. */
export const gamma = (bits: Pcg64, shape: number): number => {
  if (shape === 1) return exponential(bits);
  if (shape === 0) return 0;
  return shape < 1 ? smallGamma(bits, shape) : largeGamma(bits, shape);
};

const smallGamma = (bits: Pcg64, shape: number): number => {
  for (;;) {
    const u = bits.double();
    const v = exponential(bits);
    if (u <= 1 - shape) {
      const x = pow(u, 1 / shape);
      if (x <= v) return x;
    } else {
      const y = -log((1 - u) / shape);
      const x = pow(1 - shape + shape * y, 1 / shape);
      if (x <= v + y) return x;
    }
  }
};

const largeGamma = (bits: Pcg64, shape: number): number => {
  const b = shape - 1 / 3;
  const c = 1 / Math.sqrt(9 * b);
  for (;;) {
    let x: number;
    let root: number;
    do {
      x = normal(bits);
      root = 1 + c * x;
    } while (root <= 0);
    const v = root * root * root;
    const u = bits.double();
    if (u < 1 - 0.0331 * (x * x) * (x * x)) return b * v;
    if (log(u) < 0.5 * x * x + b * (1 - v + log(v))) return b * v;
  }
};

/** B₂ₖ/(2k(2k − 1)), k = 1 … 10: Stirling's series (Abramowitz & Stegun 6.1.41). */
const stirling = [
  1 / 12,
  -1 / 360,
  1 / 1260,
  -1 / 1680,
  1 / 1188,
  -691 / 360360,
  1 / 156,
  -3617 / 122400,
  43867 / 244188,
  -174611 / 125400,
];
const LOG_TWO_PI = 1.8378770664093453;

/** ln Γ(x) for x > 0: Stirling's series from 7 on, below by Γ(x) = Γ(x + 1)/x. */
export const logGamma = (x: number): number => {
  if (x === 1 || x === 2) return 0;
  const steps = x < 7 ? Math.floor(7 - x) : 0;
  let y = x + steps;
  const inverseSquare = (1 / y) * (1 / y);
  const series = stirling.reduceRight((sum, coefficient) => sum * inverseSquare + coefficient);
  let value = series / y + 0.5 * LOG_TWO_PI + (y - 0.5) * log(y) - y;
  for (let k = 0; k < steps; k++) {
    y -= 1;
    value -= log(y);
  }
  return value;
};
