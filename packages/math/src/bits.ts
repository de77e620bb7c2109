// The bits of a float64: exponents read and set without a logarithm.

const double = new Float64Array(1);
const words = new Int32Array(double.buffer);
/** Index of the word that holds sign and exponent: 1 on little-endian machines. */
const HIGH = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1 ? 1 : 0;

/** Sign, exponent and the upper 20 bits of the fraction. */
export const highWord = (x: number): number => {
  double[0] = x;
  return words[HIGH];
};

/** x with its upper word replaced. */
export const withHighWord = (x: number, high: number): number => {
  double[0] = x;
  words[HIGH] = high;
  return double[0];
};

/** 2ᵏ for −1022 ≤ k ≤ 1023. */
const powerOfTwo = (k: number): number => {
  words[1 - HIGH] = 0;
  words[HIGH] = (k + 1023) << 20;
  return double[0];
};

/** x·2ᵏ, correctly rounded also where the result is subnormal or overflows. */
export const scale = (x: number, k: number): number => {
  if (k > 1023) return x * powerOfTwo(1023) * powerOfTwo(Math.min(k - 1023, 1023));
  if (k < -1022) return x * powerOfTwo(Math.max(k + 1000, -1022)) * powerOfTwo(-1000);
  return x * powerOfTwo(k);
};
