import { createRandom } from "@agon/random";
import { expect, test } from "vitest";
import { bootstrapInterval, interquartileMean, mean, standardError, std } from "./statistics.ts";

test("mean, sample standard deviation and standard error", () => {
  const values = [2, 4, 4, 4, 5, 5, 7, 9];
  expect(mean(values)).toBe(5);
  expect(std(values)).toBeCloseTo(Math.sqrt(32 / 7), 14);
  expect(standardError(values)).toBeCloseTo(Math.sqrt(32 / 7 / 8), 14);
  expect(std([3])).toBe(0);
});

test("the interquartile mean drops a quarter from each end, whatever the order", () => {
  expect(interquartileMean([1000, 1, 2, 3, 4, 5, 6, -1000])).toBe(3.5);
  expect(interquartileMean([9, 1, 5])).toBe(5);
});

test("a bootstrap interval is the same for the same seed, and has no width where nothing varies", () => {
  const values = [10, 12, 9, 14, 11];
  expect(bootstrapInterval(values, { random: createRandom(1) })).toEqual(
    bootstrapInterval(values, { random: createRandom(1) }),
  );
  expect(bootstrapInterval([5, 5, 5], { random: createRandom(1) })).toEqual({ low: 5, high: 5 });
});

test("95% bootstrap intervals of the mean of normal samples cover the true mean about as often", () => {
  const random = createRandom(0);
  const rounds = 300;
  let covered = 0;
  for (let i = 0; i < rounds; i++) {
    const values = Array.from({ length: 30 }, () => random.normal());
    const { low, high } = bootstrapInterval(values, { random, statistic: mean, resamples: 300 });
    if (low <= 0 && high >= 0) covered++;
  }
  // The percentile bootstrap is a little narrow at n = 30: its true coverage is near 0.93, with a standard error of 0.015 here.
  expect(covered / rounds).toBeGreaterThan(0.88);
  expect(covered / rounds).toBeLessThan(0.99);
});
