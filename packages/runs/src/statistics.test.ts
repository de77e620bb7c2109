import { createRandom } from "@agon/random";
import { expect, test } from "vitest";
import {
  bootstrapInterval,
  interquartileMean,
  mean,
  quantile,
  standardDeviation,
  standardError,
} from "./statistics.ts";

test("mean, spread and standard error of a small sample", () => {
  const values = [2, 4, 4, 4, 5, 5, 7, 9];
  expect(mean(values)).toBe(5);
  expect(standardDeviation(values)).toBeCloseTo(Math.sqrt(32 / 7), 15);
  expect(standardError(values)).toBeCloseTo(Math.sqrt(32 / 7 / 8), 15);
  expect(standardDeviation([3])).toBeNaN();
});

test("the interquartile mean ignores the extreme quarters", () => {
  expect(interquartileMean([1000, 3, 2, -1000])).toBe(2.5);
  expect(interquartileMean([5, 1, 3])).toBe(3);
});

test("quantiles are linear between neighbours", () => {
  expect(quantile([10, 20, 30, 40], 0.5)).toBe(25);
  expect(quantile([10, 20], 0)).toBe(10);
  expect(quantile([10, 20], 1)).toBe(20);
});

test("the bootstrap interval holds the mean and has about the width that theory gives", () => {
  const values = Array.from({ length: 100 }, (_, i) => i);
  const { low, high } = bootstrapInterval(values, { random: createRandom(1) });
  const theory = 2 * 1.96 * standardError(values);
  expect(low).toBeLessThan(49.5);
  expect(high).toBeGreaterThan(49.5);
  expect(Math.abs(high - low - theory)).toBeLessThan(0.1 * theory);
});

test("the same stream gives the same interval, one value an interval of no width", () => {
  const options = () => ({ random: createRandom(7), statistic: interquartileMean });
  expect(bootstrapInterval([1, 5, 9, 2], options())).toEqual(bootstrapInterval([1, 5, 9, 2], options()));
  expect(bootstrapInterval([4], { random: createRandom(1) })).toEqual({ low: 4, high: 4 });
  expect(() => bootstrapInterval([], { random: createRandom(1) })).toThrow("no values");
});
