import { createRandom } from "@agon/random";
import { describe, expect, test } from "vitest";
import type { HostBatch, Transform } from "../host-batch.ts";
import { channelStatistics, crop, cutout, flip, mixup, normalise } from "./images.ts";

const [BATCH, CHANNELS, HEIGHT, WIDTH] = [64, 2, 5, 6];
const PLANE = HEIGHT * WIDTH;

/** Images whose pixels all differ, from 1 on: 0 is what comes from outside. */
const batch = (): HostBatch => ({
  images: {
    data: Float32Array.from({ length: BATCH * CHANNELS * PLANE }, (_, i) => i + 1),
    shape: [BATCH, CHANNELS, HEIGHT, WIDTH],
  },
  labels: { data: Int32Array.from({ length: BATCH }, (_, i) => i % 3), shape: [BATCH] },
});

const original = batch().images.data as Float32Array;
const changed = (transform: Transform, seed = 1): Float32Array =>
  transform(batch(), createRandom(seed)).images.data as Float32Array;
const plane = (data: Float32Array, image: number, channel: number): Float32Array =>
  data.subarray((image * CHANNELS + channel) * PLANE, (image * CHANNELS + channel + 1) * PLANE);

/** Pixel of a plane, 0 outside. */
const at = (pixels: Float32Array, y: number, x: number): number =>
  y < 0 || y >= HEIGHT || x < 0 || x >= WIDTH ? 0 : pixels[y * WIDTH + x];

describe.each<[string, Transform]>([
  ["flip", flip()],
  ["crop", crop({ padding: 2 })],
  ["cutout", cutout({ side: 3 })],
  ["mixup", mixup({ classes: 3 })],
])("%s", (_, transform) => {
  test("depends on the seed alone", () => {
    expect(changed(transform)).toEqual(changed(transform));
    expect(changed(transform, 1)).not.toEqual(changed(transform, 2));
  });
  test("names what is no batch of images", () => {
    expect(() => transform({ pictures: batch().images }, createRandom(0))).toThrow(
      /has no column "images"; it has pictures\./,
    );
    expect(() => transform({ ...batch(), images: { data: new Float32Array(4), shape: [4] } }, createRandom(0))).toThrow(
      /column "images" has shape \[4\]; expected float32 images/,
    );
  });
});

test("flip mirrors whole images, about as many as its probability says", () => {
  const data = changed(flip());
  const mirrored = Array.from({ length: BATCH }, (_, n) => {
    const flips = [0, 1].map((c) => at(plane(data, n, c), 0, 0) !== at(plane(original, n, c), 0, 0));
    expect(flips[0]).toBe(flips[1]);
    for (let y = 0; y < HEIGHT; y++)
      for (let x = 0; x < WIDTH; x++)
        expect(at(plane(data, n, 1), y, x)).toBe(at(plane(original, n, 1), y, flips[0] ? WIDTH - 1 - x : x));
    return flips[0];
  }).filter(Boolean).length;
  // 64 coins: 32 ± 5 standard deviations of 4.
  expect(Math.abs(mirrored - 32)).toBeLessThan(20);
  expect(changed(flip({ probability: 0 }))).toEqual(original);
  expect(changed(flip({ probability: 1 }))).not.toEqual(original);
  expect(() => flip({ probability: 2 })).toThrow("flip: probability is 2");
});

test("crop moves all channels of an image alike, by every distance within the padding", () => {
  const data = changed(crop({ padding: 2 }));
  const moves = new Set<string>();
  for (let n = 0; n < BATCH; n++) {
    const candidates: string[] = [];
    for (let down = -2; down <= 2; down++)
      for (let right = -2; right <= 2; right++) {
        const fits = [0, 1].every((c) =>
          Array.from({ length: PLANE }, (_, i) => i).every(
            (i) =>
              plane(data, n, c)[i] === at(plane(original, n, c), Math.floor(i / WIDTH) + down, (i % WIDTH) + right),
          ),
        );
        if (fits) candidates.push(`${down},${right}`);
      }
    expect(candidates).toHaveLength(1);
    moves.add(candidates[0]);
  }
  // 25 moves; 64 images miss a given one with probability (24/25)^64 = 0.07.
  expect(moves.size).toBeGreaterThan(15);
  expect(changed(crop({ padding: 0 }))).toEqual(original);
  expect(() => crop({ padding: 1.5 })).toThrow("crop: padding is 1.5");
});

test("cutout covers one square, cut off at the edges, in all channels", () => {
  const data = changed(cutout({ side: 3, fill: -1 }));
  for (let n = 0; n < BATCH; n++) {
    const covered = Array.from(plane(data, n, 0).keys()).filter((i) => plane(data, n, 0)[i] === -1);
    expect(covered).toEqual(Array.from(plane(data, n, 1).keys()).filter((i) => plane(data, n, 1)[i] === -1));
    const rows = new Set(covered.map((i) => Math.floor(i / WIDTH)));
    const columns = new Set(covered.map((i) => i % WIDTH));
    expect(covered).toHaveLength(rows.size * columns.size);
    expect(Math.max(rows.size, columns.size)).toBeLessThanOrEqual(3);
    expect(Math.min(rows.size, columns.size)).toBeGreaterThanOrEqual(2);
    plane(data, n, 0).forEach((pixel, i) => covered.includes(i) || expect(pixel).toBe(plane(original, n, 0)[i]));
  }
  expect(() => cutout({ side: 0 })).toThrow("cutout: side is 0");
});

test("normalise gives each channel mean 0 and deviation 1 under its own statistics", () => {
  const statistics = channelStatistics({ data: original, shape: [CHANNELS, HEIGHT, WIDTH] });
  const { data } = normalise(statistics)(batch(), createRandom(0)).images;
  const after = channelStatistics({ data, shape: [CHANNELS, HEIGHT, WIDTH] });
  for (let c = 0; c < CHANNELS; c++) {
    expect(after.mean[c]).toBeCloseTo(0, 5);
    expect(after.deviation[c]).toBeCloseTo(1, 5);
  }
  expect(() => normalise({ mean: [0], deviation: [1] })(batch(), createRandom(0))).toThrow(
    "images have 2 channels, there are 1 means",
  );
  expect(() => normalise({ mean: [0], deviation: [0] })).toThrow("normalise: 1 means, deviations 0;");
  expect(() => channelStatistics({ data: [], shape: [1, 2, 2] })).toThrow("channelStatistics: images of shape");
});

describe("mixup", () => {
  test("mixes images and labels by the same share, with one partner each", () => {
    const mixed = mixup({ classes: 3, alpha: 1 })(batch(), createRandom(4));
    expect(mixed.labels.shape).toEqual([BATCH, 3]);
    const partners = new Set<number>();
    const lambdas: number[] = [];
    for (let n = 0; n < BATCH; n++) {
      const image = mixed.images.data.subarray(n * CHANNELS * PLANE, (n + 1) * CHANNELS * PLANE);
      // Pixels count up by 1 within an image: the mix of two is the first shifted by (1 − λ)·(j − n)·60.
      const shift = image[0] - original[n * CHANNELS * PLANE];
      image.forEach((pixel, i) => expect(pixel - original[n * CHANNELS * PLANE + i]).toBeCloseTo(shift, 1));
      const shares = Array.from(mixed.labels.data.subarray(n * 3, n * 3 + 3));
      expect(shares.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 6);
      if (shares[n % 3] < 0.999) lambdas.push(shares[n % 3]);
      partners.add(Math.round(shift));
    }
    expect(lambdas.length).toBeGreaterThan(10);
    for (const lambda of lambdas) expect(lambda).toBeCloseTo(lambdas[0], 6);
    expect(partners.size).toBeGreaterThan(10);
  });
  test("draws its share from Beta(alpha, alpha): mean 1/2, variance 1/(4(2·alpha + 1))", () => {
    const small: HostBatch = {
      images: { data: Float32Array.of(0, 1), shape: [2, 1, 1, 1] },
      labels: { data: Int32Array.of(0, 1), shape: [2] },
    };
    for (const alpha of [0.2, 1, 4]) {
      const random = createRandom(11);
      const draws: number[] = [];
      while (draws.length < 4000) {
        const { labels } = mixup({ classes: 2, alpha })({ ...small }, random);
        // Where the partner is the image itself nothing is mixed.
        if (labels.data[0] + labels.data[2] !== 1 || labels.data[0] < 1) draws.push(labels.data[0]);
      }
      const mean = draws.reduce((a, b) => a + b, 0) / draws.length;
      const variance = draws.reduce((a, b) => a + (b - mean) * (b - mean), 0) / draws.length;
      expect(Math.abs(mean - 0.5)).toBeLessThan(0.04);
      expect(Math.abs(variance - 1 / (4 * (2 * alpha + 1)))).toBeLessThan(0.02);
    }
  });
  test("refuses strengths and labels that are none", () => {
    expect(() => mixup({ classes: 2, alpha: 0 })).toThrow("mixup: alpha is 0");
    expect(() => mixup({ classes: 2 })(batch(), createRandom(0))).toThrow(
      'mixup: column "labels" holds 2; expected labels from 0 to 1.',
    );
    expect(() => mixup({ classes: 2, labels: "y" })(batch(), createRandom(0))).toThrow(
      'mixup: the batch has no column "y".',
    );
  });
});
