// The part of a product of 32-bit words that Math.imul drops.

/** Upper 32 bits of a·b, by halves of b whose products are exact in float64. */
export const mulHigh = (a: number, b: number): number =>
  Math.floor((a * (b >>> 16) + Math.floor((a * (b & 0xffff)) / 65536)) / 65536);
