// The discrete Fourier transform of real signals whose length is a power of two.
import { cos, sin } from "@agon/math";

/** A transform of one length, with its tables; used again and again. */
export class Fourier {
  readonly length: number;
  /** Bins of the spectrum: frequencies 0 to half the sample rate, length/2 + 1. */
  readonly bins: number;
  private readonly cosines: Float64Array;
  private readonly sines: Float64Array;
  private readonly reversed: Uint32Array;
  private readonly real: Float64Array;
  private readonly imaginary: Float64Array;

  constructor(length: number) {
    if (!Number.isSafeInteger(length) || length < 2 || (length & (length - 1)) !== 0)
      throw new RangeError(`Fourier: length is ${length}; expected a power of two from 2.`);
    this.length = length;
    this.bins = length / 2 + 1;
    this.cosines = Float64Array.from({ length: length / 2 }, (_, k) => cos((2 * Math.PI * k) / length));
    this.sines = Float64Array.from({ length: length / 2 }, (_, k) => sin((2 * Math.PI * k) / length));
    this.reversed = new Uint32Array(length);
    for (let i = 1; i < length; i++) this.reversed[i] = (this.reversed[i >> 1] >> 1) | (i & 1 ? length >> 1 : 0);
    this.real = new Float64Array(length);
    this.imaginary = new Float64Array(length);
  }

  /** |X_k|² of X_k = Σ xₙ e^(−2πikn/length), for each bin k, into `out`. */
  power(signal: ArrayLike<number>, out: Float64Array): void {
    for (let i = 0; i < this.length; i++) this.real[this.reversed[i]] = signal[i];
    this.imaginary.fill(0);
    this.transform();
    for (let k = 0; k < this.bins; k++) out[k] = this.real[k] * this.real[k] + this.imaginary[k] * this.imaginary[k];
  }

  /** In place, radix 2, decimation in time (Cooley and Tukey 1965). */
  private transform(): void {
    const { length, real, imaginary, cosines, sines } = this;
    for (let half = 1; half < length; half *= 2) {
      const stride = length / (2 * half);
      for (let start = 0; start < length; start += 2 * half)
        for (let k = 0; k < half; k++) {
          const [c, s] = [cosines[k * stride], -sines[k * stride]];
          const upper = start + k;
          const lower = upper + half;
          const re = real[lower] * c - imaginary[lower] * s;
          const im = real[lower] * s + imaginary[lower] * c;
          real[lower] = real[upper] - re;
          imaginary[lower] = imaginary[upper] - im;
          real[upper] += re;
          imaginary[upper] += im;
        }
    }
  }
}
