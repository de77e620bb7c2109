import { readFileSync } from "node:fs";
import { numpyGenerator } from "@agon/random";
import { describe, expect, test } from "vitest";
import { box } from "./box.ts";
import { discrete } from "./discrete.ts";
import { spaceFromJSON } from "./space-json.ts";
import type { BoxType } from "./spaces.ts";

describe("a discrete space", () => {
  test("runs from start to start + n − 1", () => {
    const space = discrete(5, { start: -2 });
    expect([-3, -2, 2, 3].map((value) => space.contains(value))).toEqual([false, true, true, false]);
    expect([0.5, Number.NaN, "0", undefined].some((value) => space.contains(value))).toBe(false);
    expect(`${space}`).toBe("Discrete(5, start=-2)");
  });

  test("takes its size from its labels", () => {
    expect(discrete(["left", "right"])).toMatchObject({
      n: 2,
      start: 0,
      labels: ["left", "right"],
      size: 1,
      shape: [],
    });
  });

  test("samples every allowed value and no other under a mask", () => {
    const random = numpyGenerator(3);
    const space = discrete(5, { start: 10 });
    const seen = new Set(Array.from({ length: 200 }, () => space.sample(random, [1, 0, 1, 1, 0])));
    expect([...seen].sort()).toEqual([10, 12, 13]);
    expect(space.sample(random, [0, 0, 0, 0, 0])).toBe(10);
    expect(() => space.sample(random, [1, 0])).toThrow("the mask has 2 flags");
  });

  test("says what is wrong with its arguments", () => {
    for (const n of [0, -1, 1.5, Number.NaN]) expect(() => discrete(n)).toThrow("positive whole number");
    expect(() => discrete([])).toThrow("positive whole number");
    expect(() => discrete(3, { start: 0.5 })).toThrow("start must be a whole number");
  });
});

describe("a box", () => {
  test("spreads a single bound over its shape", () => {
    const space = box([2, 3], { low: 0, high: [1, 2, 3, 4, 5, 6] });
    expect(space).toMatchObject({ shape: [2, 3], size: 6 });
    expect([...space.low]).toEqual([0, 0, 0, 0, 0, 0]);
    expect([...space.high]).toEqual([1, 2, 3, 4, 5, 6]);
  });

  test("contains its bounds, and neither NaN nor other sizes", () => {
    const space = box([2], { low: -1, high: Infinity });
    expect(space.contains(Float32Array.of(-1, 1e30))).toBe(true);
    expect(space.contains([0, 0])).toBe(true);
    expect([[-1.1, 0], [Number.NaN, 0], [0], "ab", 0, undefined].some((value) => space.contains(value))).toBe(false);
  });

  test("samples within half-open bounds", () => {
    const random = numpyGenerator(0);
    const space = box([3], { low: [2, -Infinity, -1], high: [Infinity, -2, 1] });
    for (let i = 0; i < 500; i++) expect(space.contains(space.sample(random))).toBe(true);
  });

  test("says what is wrong with its arguments", () => {
    expect(() => box([2], { low: [0], high: 1 })).toThrow("low must be one number or 2 of them for shape [2]; got 1");
    expect(() => box([2], { low: [0, 2], high: 1 })).toThrow("low 2 exceeds high 1 at element 1");
    expect(() => box([1.5], { low: 0, high: 1 })).toThrow("a shape is a list of whole numbers");
    expect(() => box([1], { low: Number.NaN, high: 1 })).toThrow("low NaN is no bound");
    expect(() => box([1], { low: 0, high: 256, type: "uint8" })).toThrow("high 256 is no bound of type uint8");
  });
});

test("spaces survive JSON", () => {
  const spaces = [
    discrete(4),
    discrete(["up", "down"], { start: 3 }),
    box([2], { low: -1, high: 1 }),
    box([2, 2], { low: [0, -Infinity, 2, 3], high: Infinity }),
    box([3], { low: 0, high: 255, type: "uint8" }),
  ];
  for (const [i, space] of spaces.entries()) {
    const copy = spaceFromJSON(JSON.parse(JSON.stringify(space)));
    expect(copy.equals(space)).toBe(true);
    expect(spaces.filter((other) => other.equals(copy))).toEqual([spaces[i]]);
  }
  expect(() => spaceFromJSON({ kind: "text" })).toThrow("spaceFromJSON");
});

describe("samples equal Gymnasium's", () => {
  const path = new URL("../../../test/parity/fixtures/gym_spaces.json", import.meta.url);
  const { cases } = JSON.parse(readFileSync(path, "utf8")) as { cases: GymCase[] };
  const known = cases.filter(
    ({ op, params }) =>
      op.startsWith("space_sample") &&
      ["Discrete", "Box"].includes(params.space) &&
      !JSON.stringify(params).includes("Infinity"),
  );
  test.each(known.map((each) => [each.name, each] as const))("%s", (_, { params, outputs }) => {
    const random = numpyGenerator(params.seed);
    const { shape, data } = outputs.samples;
    const values = Array.from({ length: shape[0] }, () => sample(params, random)).flat();
    expect(values).toEqual(params.dtype === "float32" ? data.map(Math.fround) : data);
  });
});

interface GymCase {
  readonly name: string;
  readonly op: string;
  readonly params: {
    space: string;
    seed: number;
    n: number;
    start: number;
    mask?: number[];
    shape: number[];
    low: number | (number | string)[];
    high: number | (number | string)[];
    dtype: BoxType;
  };
  readonly outputs: { samples: { shape: number[]; data: number[] } };
}

function sample(params: GymCase["params"], random: ReturnType<typeof numpyGenerator>): number[] {
  if (params.space === "Discrete") return [discrete(params.n, { start: params.start }).sample(random, params.mask)];
  const bound = (value: number | (number | string)[]) => (Array.isArray(value) ? value.map(Number) : value);
  return [
    ...box(params.shape, { low: bound(params.low), high: bound(params.high), type: params.dtype }).sample(random),
  ];
}
