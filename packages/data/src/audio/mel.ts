// Log-mel features of sound: short-time spectra, gathered into bands as wide as the ear hears them, in logarithms.
import { cos, exp, log } from "@agon/math";
import { Fourier } from "./fourier.ts";

export interface SpectrogramOptions {
  /** Samples of a frame that is transformed, a power of two. Default 512. */
  readonly fftSize?: number;
  /** Samples of the Hann window, in the middle of the frame; outside it counts as silence. Default: fftSize. */
  readonly window?: number;
  /** Samples from one frame to the next. Default: a quarter of the window. */
  readonly hop?: number;
  /**
   * Frame i is centred on sample i·hop, beyond the ends the sound is mirrored (the default, as in librosa and PyTorch); otherwise it begins there, and all
   * of it is within the sound.
   */
  readonly centred?: boolean;
}

export interface MelOptions extends SpectrogramOptions {
  /** Samples a second. */
  readonly sampleRate: number;
  /** Number of bands. Default 40. */
  readonly bands?: number;
  /** Lowest frequency of the lowest band, in hertz. Default 0. */
  readonly lowest?: number;
  /** Highest frequency of the highest band, in hertz. Default: half the sample rate. */
  readonly highest?: number;
  /** Mel scale: "slaney", linear up to 1000 Hz and logarithmic above (the default, as in librosa), or "htk", 2595·log₁₀(1 + f/700). */
  readonly scale?: MelScale;
}

export type MelScale = "slaney" | "htk";

export interface LogMelOptions extends MelOptions {
  /** Power below it counts as it, which keeps the logarithm finite. Default 1e-10. */
  readonly floor?: number;
}

/** Rows of numbers in time. */
export interface Frames {
  readonly data: Float64Array;
  /** [frames, bins] or [frames, bands] */
  readonly shape: readonly [number, number];
}

/** Power spectra |STFT|² of a sound under a periodic Hann window, [frames, fftSize/2 + 1]. */
export function spectrogram(samples: ArrayLike<number>, options: SpectrogramOptions = {}): Frames {
  const { fftSize = 512, window = fftSize, hop = Math.max(1, Math.floor(window / 4)), centred = true } = options;
  for (const [name, value, most] of [
    ["window", window, fftSize],
    ["hop", hop, Number.MAX_SAFE_INTEGER],
  ] as const)
    if (!Number.isSafeInteger(value) || value < 1 || value > most)
      throw new RangeError(
        `spectrogram: ${name} is ${value}; expected a whole number from 1${name === "window" ? ` to fftSize, ${fftSize}` : ""}.`,
      );
  const fourier = new Fourier(fftSize);
  const margin = centred ? fftSize / 2 : 0;
  const least = centred ? margin + 1 : fftSize;
  if (samples.length < least)
    throw new RangeError(
      `spectrogram: ${samples.length} samples; expected at least ${least} for frames of ${fftSize}.`,
    );
  const frames = Math.floor((samples.length + 2 * margin - fftSize) / hop) + 1;
  const weights = hann(window, fftSize);
  const frame = new Float64Array(fftSize);
  const data = new Float64Array(frames * fourier.bins);
  for (let t = 0; t < frames; t++) {
    for (let i = 0; i < fftSize; i++) frame[i] = weights[i] * mirrored(samples, t * hop + i - margin);
    fourier.power(frame, data.subarray(t * fourier.bins, (t + 1) * fourier.bins));
  }
  return { data, shape: [frames, fourier.bins] };
}

/** A sample, beyond the ends as in a mirror at the first and the last. */
function mirrored(samples: ArrayLike<number>, index: number): number {
  if (index < 0) return samples[-index];
  return samples[index < samples.length ? index : 2 * (samples.length - 1) - index];
}

/** ½ − ½·cos(2πn/window), in the middle of a frame. */
function hann(window: number, fftSize: number): Float64Array {
  const weights = new Float64Array(fftSize);
  const start = Math.floor((fftSize - window) / 2);
  for (let n = 0; n < window; n++) weights[start + n] = 0.5 - 0.5 * cos((2 * Math.PI * n) / window);
  return weights;
}

/**
 * Triangular filters, [bands, fftSize/2 + 1]: each rises from the centre of the band below to its own and falls to that of the one above, evenly spaced
 * in mel, with area 1 in hertz (Slaney 1998).
 */
export function melFilters(options: MelOptions): Frames {
  const { sampleRate, fftSize = 512, bands = 40, lowest = 0, highest = sampleRate / 2, scale = "slaney" } = options;
  if (!(sampleRate > 0)) throw new RangeError(`melFilters: sampleRate is ${sampleRate}; expected a number above 0.`);
  if (!Number.isSafeInteger(bands) || bands < 1)
    throw new RangeError(`melFilters: bands is ${bands}; expected a whole number from 1.`);
  if (!(lowest >= 0 && lowest < highest && highest <= sampleRate / 2))
    throw new RangeError(
      `melFilters: bands from ${lowest} to ${highest} Hz; expected 0 ≤ lowest < highest ≤ ${sampleRate / 2}.`,
    );
  const { toMel, toHertz } = scales[scale] ?? {};
  if (!toMel) throw new RangeError(`melFilters: scale is "${scale}"; expected "slaney" or "htk".`);
  const [low, high] = [toMel(lowest), toMel(highest)];
  const edges = Array.from({ length: bands + 2 }, (_, i) => toHertz(low + ((high - low) * i) / (bands + 1)));
  const bins = fftSize / 2 + 1;
  const data = new Float64Array(bands * bins);
  for (let band = 0; band < bands; band++) {
    const [from, centre, to] = edges.slice(band, band + 3);
    for (let k = 0; k < bins; k++) {
      const frequency = (k * sampleRate) / fftSize;
      const height = Math.min((frequency - from) / (centre - from), (to - frequency) / (to - centre));
      data[band * bins + k] = Math.max(0, height) * (2 / (to - from));
    }
  }
  return { data, shape: [bands, bins] };
}

interface Scale {
  readonly toMel: (hertz: number) => number;
  readonly toHertz: (mel: number) => number;
}

const LN10 = 2.302585092994046;
/** Slaney's scale: 200/3 Hz a mel up to 1000 Hz, which is 15 mel; above, 27 mel to a factor of 6.4. */
const HERTZ_A_MEL = 200 / 3;
const LOG_STEP = 1.8562979903656263 / 27;

const scales: Readonly<Record<MelScale, Scale>> = {
  slaney: {
    toMel: (hertz) => (hertz < 1000 ? hertz / HERTZ_A_MEL : 15 + log(hertz / 1000) / LOG_STEP),
    toHertz: (mel) => (mel < 15 ? mel * HERTZ_A_MEL : 1000 * exp(LOG_STEP * (mel - 15))),
  },
  htk: {
    toMel: (hertz) => (2595 * log(1 + hertz / 700)) / LN10,
    toHertz: (mel) => 700 * (exp((mel * LN10) / 2595) - 1),
  },
};

/** ln of the power in each mel band, [frames, bands]. */
export function logMel(samples: ArrayLike<number>, options: LogMelOptions): Frames {
  const { floor = 1e-10 } = options;
  if (!(floor > 0)) throw new RangeError(`logMel: floor is ${floor}; expected a number above 0.`);
  const filters = melFilters(options);
  const spectra = spectrogram(samples, options);
  const [frames, bins] = spectra.shape;
  const [bands] = filters.shape;
  const data = new Float64Array(frames * bands);
  for (let t = 0; t < frames; t++)
    for (let band = 0; band < bands; band++) {
      let power = 0;
      for (let k = 0; k < bins; k++) power += filters.data[band * bins + k] * spectra.data[t * bins + k];
      data[t * bands + band] = log(Math.max(floor, power));
    }
  return { data, shape: [frames, bands] };
}
