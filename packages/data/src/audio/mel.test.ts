import { createRandom } from "@agon/random";
import { describe, expect, test } from "vitest";
import { logMel, melFilters, spectrogram } from "../index.ts";
import { cases, samples } from "./mel.test-data.ts";

const sound = Float64Array.from(samples, (sample) => sample / 32768);
const random = createRandom(2);
const noise = Float64Array.from({ length: 300 }, () => random.normal());

test.each(cases)("log-mel features equal librosa's to 1e-9: $options", ({ options, shape, features }) => {
  const found = logMel(sound, options);
  expect(found.shape).toEqual(shape);
  features.forEach((want, i) => expect(Math.abs(found.data[i] - want), `element ${i}`).toBeLessThan(1e-9));
});

describe("spectra", () => {
  test("equal the sum that defines them", () => {
    const { data, shape } = spectrogram(noise, { fftSize: 64, hop: 50, centred: false });
    expect(shape).toEqual([5, 33]);
    for (let k = 0; k < 33; k++) {
      let [re, im] = [0, 0];
      for (let n = 0; n < 64; n++) {
        const weighted = noise[100 + n] * (0.5 - 0.5 * Math.cos((2 * Math.PI * n) / 64));
        re += weighted * Math.cos((2 * Math.PI * k * n) / 64);
        im -= weighted * Math.sin((2 * Math.PI * k * n) / 64);
      }
      expect(data[2 * 33 + k]).toBeCloseTo(re * re + im * im, 10);
    }
  });
  test("keep the energy of a frame (Parseval)", () => {
    const { data } = spectrogram(noise.subarray(0, 128), { fftSize: 128, centred: false });
    const energy = noise
      .subarray(0, 128)
      .reduce((sum, x, n) => sum + (x * (0.5 - 0.5 * Math.cos((2 * Math.PI * n) / 128))) ** 2, 0);
    const both = data.reduce((sum, power, k) => sum + (k === 0 || k === 64 ? power : 2 * power), 0);
    expect(both / 128).toBeCloseTo(energy, 10);
  });
  test("have their peak at the frequency of a sine", () => {
    const sine = Float32Array.from({ length: 1024 }, (_, n) => Math.sin((2 * Math.PI * 1000 * n) / 8000));
    const { data } = spectrogram(sine, { fftSize: 256, centred: false });
    expect(data.subarray(0, 129).indexOf(Math.max(...data.subarray(0, 129)))).toBe(32);
  });
  test("refuse sizes that make none", () => {
    expect(() => spectrogram(noise, { fftSize: 100 })).toThrow(
      "Fourier: length is 100; expected a power of two from 2.",
    );
    expect(() => spectrogram(noise, { fftSize: 64, window: 65 })).toThrow(
      "spectrogram: window is 65; expected a whole number from 1 to fftSize, 64.",
    );
    expect(() => spectrogram(noise, { hop: 0 })).toThrow("spectrogram: hop is 0");
    expect(() => spectrogram(noise.subarray(0, 32), { fftSize: 64 })).toThrow(
      "spectrogram: 32 samples; expected at least 33 for frames of 64.",
    );
    expect(() => spectrogram(noise, { fftSize: 512, centred: false })).toThrow(
      "spectrogram: 300 samples; expected at least 512",
    );
  });
});

describe("mel filters", () => {
  test.each(["slaney", "htk"] as const)(
    "have area 1 where bins are fine, and rise in the order of their bands (%s)",
    (scale) => {
      const { data, shape } = melFilters({ sampleRate: 16_000, fftSize: 8192, bands: 20, lowest: 50, scale });
      const [bands, bins] = shape;
      let last = 0;
      for (let band = 0; band < bands; band++) {
        const filter = data.subarray(band * bins, (band + 1) * bins);
        expect((filter.reduce((sum, each) => sum + each, 0) * 16_000) / 8192).toBeCloseTo(1, 2);
        const peak = filter.indexOf(Math.max(...filter));
        expect(peak).toBeGreaterThan(last);
        last = peak;
      }
    },
  );
  test("refuse bands that cannot be", () => {
    expect(() => melFilters({ sampleRate: 8000, highest: 5000 })).toThrow(
      "melFilters: bands from 0 to 5000 Hz; expected 0 ≤ lowest < highest ≤ 4000.",
    );
    expect(() => melFilters({ sampleRate: 8000, bands: 0 })).toThrow("melFilters: bands is 0");
    expect(() => melFilters({ sampleRate: 0 })).toThrow("melFilters: sampleRate is 0");
    expect(() => melFilters({ sampleRate: 8000, scale: "bark" as "htk" })).toThrow('melFilters: scale is "bark"');
    expect(() => logMel(noise, { sampleRate: 8000, floor: 0 })).toThrow("logMel: floor is 0");
  });
});

test("silence has the logarithm of the floor", () => {
  const { data } = logMel(new Float32Array(600), { sampleRate: 8000, floor: 1e-6 });
  expect(new Set(data)).toEqual(new Set([data[0]]));
  expect(data[0]).toBeCloseTo(Math.log(1e-6), 12);
});
