// Streams: known answers, independence of splits, exact continuation.
import { describe, expect, it } from "vitest";
import { createRandom, NumpyGenerator, numpyGenerator, type Random } from "./index.ts";
import { philox4x32 } from "./philox.ts";

describe("philox4x32", () => {
  // The known-answer vectors published with Random123.
  const all = 0xffffffff;
  it.each([
    [[0, 0, 0, 0], 0, 0, ["6627e8d5", "e169c58d", "bc57ac4c", "9b00dbd8"]],
    [[all, all, all, all], all, all, ["408f276d", "41c83b0e", "a20bc7c6", "6d5451fd"]],
    [
      [0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344],
      0xa4093822,
      0x299f31d0,
      ["d16cfe09", "94fdcceb", "5001e420", "24126ea1"],
    ],
  ] as const)("counter %j", (counter, key0, key1, wanted) => {
    const out = new Uint32Array(4);
    philox4x32(counter, key0, key1, out);
    expect([...out].map((word) => word.toString(16).padStart(8, "0"))).toEqual(wanted);
  });
});

describe("split", () => {
  it("depends on the name, not on what was drawn", () => {
    const [a, b] = [createRandom(1), createRandom(1)];
    b.uniform();
    expect(a.split("x").uniform()).toBe(b.split("x").uniform());
    expect(a.split("x").uniform()).not.toBe(a.split("y").uniform());
  });
});

const streams: [string, () => Random][] = [
  ["philox", () => createRandom(5)],
  ["numpy", () => numpyGenerator(5)],
];

describe.each(streams)("%s", (_name, make) => {
  it("goes on exactly from its state, also through JSON", () => {
    const random = make();
    random.integer(7);
    const copy = make();
    copy.restore(JSON.parse(JSON.stringify(random.state())));
    const draw = (from: Random): number[] => [
      from.uniform(),
      from.integer(10),
      from.integer(3, 9),
      from.normal(),
      from.exponential(),
      from.integer(10),
    ];
    expect(draw(copy)).toEqual(draw(random));
    expect(draw(random.clone())).toEqual(draw(random));
  });
  it("has the mean and variance of its distributions", () => {
    const random = make();
    const n = 40_000;
    const moments = (draw: () => number): [number, number] => {
      const values = Array.from({ length: n }, draw);
      const mean = values.reduce((sum, x) => sum + x, 0) / n;
      return [mean, values.reduce((sum, x) => sum + (x - mean) ** 2, 0) / n];
    };
    // Bounds of five standard errors.
    const [uniformMean, uniformVariance] = moments(() => random.uniform());
    expect(Math.abs(uniformMean - 0.5)).toBeLessThan(5 * Math.sqrt(1 / 12 / n));
    expect(Math.abs(uniformVariance - 1 / 12)).toBeLessThan(5 * Math.sqrt(1 / 180 / n));
    const [normalMean, normalVariance] = moments(() => random.normal());
    expect(Math.abs(normalMean)).toBeLessThan(5 * Math.sqrt(1 / n));
    expect(Math.abs(normalVariance - 1)).toBeLessThan(5 * Math.sqrt(2 / n));
    const [exponentialMean, exponentialVariance] = moments(() => random.exponential(2));
    expect(Math.abs(exponentialMean - 2)).toBeLessThan(5 * Math.sqrt(4 / n));
    expect(Math.abs(exponentialVariance - 4)).toBeLessThan(5 * Math.sqrt(128 / n));
    const bits = new Uint8Array(n);
    random.fillBits(bits);
    const ones = bits.reduce((sum, bit) => sum + bit, 0);
    expect(Math.abs(ones - n / 2)).toBeLessThan(5 * Math.sqrt(n / 4));
    expect(new Set(bits)).toEqual(new Set([0, 1]));
    const counts = new Array<number>(6).fill(0);
    for (let i = 0; i < n; i++) counts[random.integer(6)]++;
    for (const count of counts) expect(Math.abs(count - n / 6)).toBeLessThan(5 * Math.sqrt((n * 5) / 36));
  });
  it("refuses empty ranges and foreign states", () => {
    expect(() => make().integer(0)).toThrow("must hold");
    expect(() => make().integer(0.5, 3.5)).toThrow("must hold");
    expect(() => make().integer(2 ** 60, 2 ** 60 + 512)).toThrow("must hold");
    expect(() => make().restore({ generator: "philox", words: [1] })).toThrow("expected the state");
  });
});

it("seeds must be whole numbers that are not negative", () => {
  expect(() => createRandom(-1)).toThrow("seed is -1");
  expect(() => new NumpyGenerator(1.5)).toThrow("entropy is 1.5");
});
