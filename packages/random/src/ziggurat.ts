// Normal and exponential numbers by the ziggurat method (Marsaglia & Tsang 2000) with 256 layers, bit for bit as NumPy draws them.
//
// A layer is picked and a point of it: a bit pattern times the layer's width. Below the layer's limit the point lies under the density for
// certain (99 in 100 draws end there); else it is kept with the probability that it does, or comes from the tail if the layer is the base.
import { exp, log1p } from "@agon/math";
import type { Pcg64 } from "./pcg64.ts";
import {
  EXPONENTIAL_R,
  exponentialDensities,
  exponentialLimits,
  exponentialWidths,
  NORMAL_R,
  normalDensities,
  normalWidths,
} from "./ziggurat-constants.ts";

interface Layers {
  /** Bit patterns below are under the curve. */
  readonly limits: Float64Array;
  /** What a bit pattern is multiplied by. */
  readonly widths: Float64Array;
  /** The density at the layer's outer edge. */
  readonly densities: Float64Array;
}

const lazily = <T>(make: () => T): (() => T) => {
  let made: T | undefined;
  return () => {
    made ??= make();
    return made;
  };
};

/** round(2^bits·xᵢ₋₁/xᵢ); 2^bits·r over the base's width for the base; 0 for layer 1, above which there is none. */
const normalLimits = (bits: number): Float64Array =>
  Float64Array.from(normalWidths, (width, i) => {
    if (i === 1) return 0;
    const inner = i === 0 ? NORMAL_R * 2 ** -52 : normalWidths[i - 1];
    return nearestEven((inner / width) * 2 ** bits);
  });

const normalLayers = lazily<Layers>(() => ({
  limits: normalLimits(52),
  widths: Float64Array.from(normalWidths),
  densities: Float64Array.from(normalDensities),
}));

const exponentialLayers = lazily<Layers>(() => ({
  limits: Float64Array.from(exponentialLimits),
  widths: Float64Array.from(exponentialWidths),
  densities: Float64Array.from(exponentialDensities),
}));

// The float32 tables are the float64 ones rounded: patterns have 23 bits instead of 52 and 53.
const normalLayers32 = lazily<Layers>(() => ({
  limits: normalLimits(23),
  widths: Float64Array.from(normalWidths, (width) => Math.fround(width * 2 ** 29)),
  densities: Float64Array.from(normalDensities, Math.fround),
}));

/** NumPy prints these with nine digits, which moves four of them to the neighbouring float32. */
const nineDigits = (x: number): number => Math.fround(Number(x.toExponential(8)));

const exponentialLayers32 = lazily<Layers>(() => ({
  limits: Float64Array.from(exponentialLimits, (limit) => nearestEven(limit * 2 ** -30)),
  widths: Float64Array.from(exponentialWidths, (width) => nineDigits(width * 2 ** 30)),
  densities: Float64Array.from(exponentialDensities, nineDigits),
}));

/** Standard normal: 52 bits for the point, one for the sign, eight for the layer. */
export const normal = (bits: Pcg64): number => {
  const { limits, widths, densities } = normalLayers();
  for (;;) {
    bits.draw();
    const layer = bits.low & 0xff;
    const pattern = (bits.high & 0x1fffffff) * 8388608 + (bits.low >>> 9);
    const sign = bits.low & 0x100 ? -1 : 1;
    const x = sign * pattern * widths[layer];
    if (pattern < limits[layer]) return x;
    if (layer === 0) return (bits.low & 0x20000 ? -1 : 1) * normalTail(bits);
    const height = (densities[layer - 1] - densities[layer]) * bits.double() + densities[layer];
    if (height < exp(-0.5 * x * x)) return x;
  }
};

const normalTail = (bits: Pcg64): number => {
  // Marsaglia's method (1964) for the tail beyond r, with 1 − u for u so that no logarithm of 0 occurs.
  for (;;) {
    const x = -(1 / NORMAL_R) * log1p(-bits.double());
    const y = -log1p(-bits.double());
    if (y + y > x * x) return NORMAL_R + x;
  }
};

/** Standard exponential: 53 bits for the point, eight for the layer. */
export const exponential = (bits: Pcg64): number => {
  const { limits, widths, densities } = exponentialLayers();
  for (;;) {
    bits.draw();
    const layer = (bits.low >>> 3) & 0xff;
    const pattern = bits.high * 2097152 + (bits.low >>> 11);
    const x = pattern * widths[layer];
    if (pattern < limits[layer]) return x;
    // The tail of an exponential is an exponential again.
    if (layer === 0) return EXPONENTIAL_R - log1p(-bits.double());
    const height = (densities[layer - 1] - densities[layer]) * bits.double() + densities[layer];
    if (height < exp(-x)) return x;
  }
};

/** Standard normal in float32 arithmetic: 23 bits for the point. */
export const normal32 = (bits: Pcg64): number => {
  const { limits, widths, densities } = normalLayers32();
  for (;;) {
    const word = bits.next32();
    const layer = word & 0xff;
    const pattern = word >>> 9;
    const x = Math.fround((word & 0x100 ? -1 : 1) * pattern * widths[layer]);
    if (pattern < limits[layer]) return x;
    if (layer === 0) return (word & 0x20000 ? -1 : 1) * normalTail32(bits);
    if (height32(densities, layer, bits) < exp(-0.5 * x * x)) return x;
  }
};

const normalTail32 = (bits: Pcg64): number => {
  for (;;) {
    const x = Math.fround(-Math.fround(1 / NORMAL_R) * Math.fround(log1p(-bits.float())));
    const y = -Math.fround(log1p(-bits.float()));
    if (y + y > Math.fround(x * x)) return Math.fround(Math.fround(NORMAL_R) + x);
  }
};

/** Standard exponential in float32 arithmetic: 23 bits for the point. */
export const exponential32 = (bits: Pcg64): number => {
  const { limits, widths, densities } = exponentialLayers32();
  for (;;) {
    const word = bits.next32();
    const layer = (word >>> 1) & 0xff;
    const pattern = word >>> 9;
    const x = Math.fround(pattern * widths[layer]);
    if (pattern < limits[layer]) return x;
    if (layer === 0) return Math.fround(Math.fround(EXPONENTIAL_R) - Math.fround(log1p(-bits.float())));
    if (height32(densities, layer, bits) < Math.fround(exp(-x))) return x;
  }
};

const height32 = (densities: Float64Array, layer: number, bits: Pcg64): number => {
  const step = Math.fround(densities[layer - 1] - densities[layer]);
  return Math.fround(Math.fround(step * bits.float()) + densities[layer]);
};

/** The nearest whole number, halves to the even one. */
const nearestEven = (x: number): number => {
  const floor = Math.floor(x);
  const rest = x - floor;
  return rest > 0.5 || (rest === 0.5 && floor % 2 === 1) ? floor + 1 : floor;
};
