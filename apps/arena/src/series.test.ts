import { describe, expect, test } from "vitest";
import { Series } from "./series.ts";

function filled(points: number, capacity: number): Series {
  const series = new Series(2, capacity);
  for (let step = 1; step <= points; step++) series.push([step, step % 10]);
  return series;
}

describe("Series", () => {
  test("keeps every point while there is room", () => {
    const series = filled(7, 8);
    expect([...series.column(0)]).toEqual([1, 2, 3, 4, 5, 6, 7]);
    expect([...series.column(1)]).toEqual([1, 2, 3, 4, 5, 6, 7]);
  });

  test("never holds more rows than its capacity, and at least half of them in a long curve", () => {
    for (const points of [65, 1000, 12_345, 1_000_000]) {
      const { length } = filled(points, 64);
      expect(length).toBeLessThanOrEqual(64);
      expect(length).toBeGreaterThanOrEqual(31);
    }
  });

  test("steps grow, the last one is the last that was pushed", () => {
    const steps = filled(54_321, 64).column(0);
    expect(steps.at(-1)).toBe(54_321);
    for (let row = 1; row < steps.length; row++) expect(steps[row]).toBeGreaterThan(steps[row - 1]);
  });

  test("merged rows hold the mean of their points", () => {
    const series = new Series(2, 4);
    for (let step = 0; step < 8; step++) series.push([step, step]);
    expect([...series.column(1)]).toEqual([0.5, 2.5, 4.5, 6.5]);
  });

  test("a row stands for the points since the row before it", () => {
    const series = new Series(2, 64);
    for (let step = 1; step <= 100_000; step++) series.push([step, step]);
    const [steps, values] = [series.column(0), series.column(1)];
    for (let row = 1; row < steps.length; row++) {
      expect(values[row]).toBeCloseTo((steps[row - 1] + 1 + steps[row]) / 2, 6);
    }
  });

  test("several points of one step share a row", () => {
    const series = new Series(2, 4);
    for (const value of [1, 2, 6]) series.push([5, value]);
    expect([...series.column(0)]).toEqual([5]);
    expect([...series.column(1)]).toEqual([3]);
  });

  test("take gives the rows one after the other and starts afresh", () => {
    const series = filled(3, 8);
    expect([...series.take()]).toEqual([1, 1, 2, 2, 3, 3]);
    expect(series.length).toBe(0);
    series.push([9, 4]);
    expect([...series.take()]).toEqual([9, 4]);
  });
});
