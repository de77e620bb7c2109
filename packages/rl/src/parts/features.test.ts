// Observations as networks take them.
import { box, discrete } from "@agon/env";
import { describe, expect, it } from "vitest";
import { Features } from "./features.ts";

describe("Features", () => {
  it("are the elements of a box, for one observation or several in a row, at an offset", () => {
    const features = new Features(box([2], { low: -4, high: 4 }));
    const out = new Float32Array(6).fill(9);
    features.write([1, 2, 3, 4], out, 1);
    expect(features.width).toBe(2);
    expect([...out]).toEqual([9, 1, 2, 3, 4, 9]);
  });

  it("are one-hot for a discrete space, whether scaled or not", () => {
    for (const scaleObservations of [false, true]) {
      const features = new Features(discrete(3, { start: 5 }), { scaleObservations });
      const out = new Float32Array(8).fill(9);
      features.write([7, 5], out, 1);
      expect(features.width).toBe(3);
      expect([...out]).toEqual([9, 0, 0, 1, 1, 0, 0, 9]);
    }
  });

  it("go from the bounds to [−1, 1] where scaled, the middle to 0, and on in a straight line", () => {
    const space = box([2], { low: [-1, 2], high: [3, 2.5] });
    const out = new Float32Array(8);
    new Features(space, { scaleObservations: true }).write([-1, 2.5, 3, 2, 1, 2.25, 5, 3], out);
    expect([...out]).toEqual([-1, 1, 1, -1, 0, 0, 2, 3]);
  });

  it("leave what has no bounds to scale by: infinite, on one side only, the largest float32 number, no width", () => {
    const largest = 2 ** 128 - 2 ** 104;
    const space = box([4], { low: [-Infinity, 0, -largest, 3], high: [Infinity, Infinity, largest, 3] });
    const out = new Float32Array(4);
    new Features(space, { scaleObservations: true }).write([1.5, 7, -5, 3], out);
    expect([...out]).toEqual([1.5, 7, -5, 3]);
  });
});
