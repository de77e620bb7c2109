// Spaces by what they promise; their samples are compared with Gymnasium's in test/parity.
import { numpyGenerator } from "@agon/random";
import { describe, expect, test } from "vitest";
import { box } from "./box.ts";
import { dict, tuple } from "./composite.ts";
import { discrete } from "./discrete.ts";
import { multiBinary } from "./multi-binary.ts";
import { multiDiscrete } from "./multi-discrete.ts";
import { seededSampler } from "./seeded-sampler.ts";
import { spaceFromJSON } from "./space-json.ts";
import type { AnySpace } from "./spaces.ts";

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
    expect(() => box([1], { low: 0, high: 1, type: "int64" as "int32" })).toThrow('box: the type is "int64"; expected');
  });
});

describe("multi-discrete and multi-binary spaces", () => {
  test("contain whole numbers in range, and samples are such", () => {
    const random = numpyGenerator(4);
    const spaces: [AnySpace, readonly number[][]][] = [
      [multiDiscrete([2, 3]), [[0, 3], [0, -1], [0.5, 1], [0]]],
      [multiBinary([1, 2]), [[0, 2], [0.5, 1], [0]]],
    ];
    for (const [space, strangers] of spaces) {
      for (let i = 0; i < 200; i++) expect(space.contains(space.sample(random))).toBe(true);
      expect(space.contains([1, 1])).toBe(true);
      for (const stranger of strangers) expect(space.contains(stranger), `${space} ${stranger}`).toBe(false);
    }
  });

  test("say what is wrong with their arguments", () => {
    for (const counts of [[], [0], [1.5]]) expect(() => multiDiscrete(counts)).toThrow("positive whole numbers");
    for (const shape of [0, [], [2, 0], 1.5]) expect(() => multiBinary(shape)).toThrow("positive whole number");
  });
});

describe("composite spaces", () => {
  const pair = tuple([discrete(3), box([2], { low: -1, high: 1 })]);
  const record = dict({ b: pair, a: multiBinary(2) });

  test("are as large as their parts together", () => {
    expect([pair.size, record.size, record.shape]).toEqual([3, 5, [5]]);
    expect(`${record}`).toBe("Dict('a': MultiBinary(2), 'b': Tuple(Discrete(3), Box(-1, 1, [2], float32)))");
  });

  test("contain what has every part, and nothing else", () => {
    expect(record.contains(record.sample(numpyGenerator(0)))).toBe(true);
    expect(record.contains(seededSampler(record, 1)())).toBe(true);
    const strangers = [{ a: [0, 1] }, { a: [0, 1], b: [3, [0, 0]] }, { a: [0, 1], b: [0, [0, 0]], c: 1 }, null, 1];
    for (const stranger of strangers) expect(record.contains(stranger)).toBe(false);
  });

  test("draw their parts from streams of their own after a seed", () => {
    const alone = seededSampler(pair, 5);
    const [first] = alone();
    const longer = seededSampler(tuple([discrete(3), multiBinary(9)]), 5);
    expect(longer()[0]).toBe(first);
    expect(longer()[0]).toBe(alone()[0]);
  });

  test("say what is wrong with their arguments", () => {
    expect(() => tuple([1 as unknown as AnySpace])).toThrow("expected a list of spaces; got [1]");
    expect(() => dict({ a: {} as AnySpace })).toThrow("expected an object of spaces");
  });
});

test("sampling without a stream, and spaces of nothing, say the way out", () => {
  const bare = (space: AnySpace): unknown => (space.sample as () => unknown).call(space);
  const box1 = box([1], { low: 0, high: 1 });
  for (const space of [discrete(3), box1, multiDiscrete([2]), multiBinary(2), tuple([box1]), dict({ box1 })])
    expect(() => bare(space)).toThrow(`${space} needs a stream to draw from: sample(createRandom(seed))`);
  expect(() => (box as (shape: number[]) => unknown)([2])).toThrow("box: expected { low, high }");
  expect(() => spaceFromJSON({ kind: "discrete", n: "3" })).toThrow('got "3"');
});

describe("masks", () => {
  const [wheel, switches] = [multiDiscrete([3, 4, 2]), multiBinary(5)];
  const pair = tuple([discrete(3), box([1], { low: -1, high: 1 }), multiBinary(2)]);
  const record = dict({ b: discrete(4), a: multiDiscrete([2, 3]) });
  const three = (draw: () => unknown): unknown[] => JSON.parse(JSON.stringify(Array.from({ length: 3 }, draw)), plain);
  /** Typed arrays come out of JSON as records. */
  const plain = (_: string, value: unknown): unknown =>
    value && typeof value === "object" && "0" in value ? Object.values(value) : value;

  test("lead to what Gymnasium 1.3.0 draws under them after seed 1", () => {
    const wheels = seededSampler(wheel, 1);
    expect(
      three(() =>
        wheels([
          [1, 0, 1],
          [0, 1, 1, 1],
          [0, 0],
        ]),
      ),
    ).toEqual([
      [0, 2, 0],
      [2, 3, 0],
      [0, 1, 0],
    ]);
    const draws = seededSampler(switches, 1);
    expect(three(() => draws([0, 2, 1, 2, 2]))).toEqual([
      [0, 1, 1, 0, 1],
      [0, 1, 1, 1, 1],
      [0, 0, 1, 0, 1],
    ]);
    const records = seededSampler(record, 1);
    expect(
      three(() =>
        records({
          b: [0, 1, 0, 1],
          a: [
            [0, 1],
            [1, 1, 0],
          ],
        }),
      ),
    ).toEqual([
      { a: [1, 0], b: 1 },
      { a: [1, 1], b: 3 },
      { a: [1, 0], b: 1 },
    ]);
    const pairs = seededSampler(pair, 1);
    const parts = Array.from({ length: 40 }, () => pairs([[1, 0, 1], undefined, [2, 0]]));
    expect(new Set(parts.map(([value]) => value))).toEqual(new Set([0, 2]));
    expect(parts.every(([, , bits]) => (bits as Uint8Array)[1] === 0)).toBe(true);
  });

  test("hold for samples from one stream too, and say what is wrong with them", () => {
    const random = numpyGenerator(2);
    expect(pair.sample(random, [[0, 1, 0], undefined, [1, 0]])).toMatchObject([1, {}, Uint8Array.of(1, 0)]);
    expect(record.sample(random, { b: [0, 0, 0, 1] }).b).toBe(3);
    expect(() => wheel.sample(random, [[1, 1, 1]])).toThrow("1 masks for the 3 elements");
    expect(() => wheel.sample(random, [[1], [1], [1]])).toThrow("the mask has 1 flags for 3 values");
    expect(() => switches.sample(random, [0, 1, 3, 1, 1])).toThrow("takes 5 numbers");
    expect(() => pair.sample(random, [[1, 1, 1]])).toThrow("1 masks for the 3 parts");
    expect(() => pair.sample(random, [undefined, [1], undefined])).toThrow("takes no mask");
    expect(() => record.sample(random, { c: [1] })).toThrow('a mask for "c"');
  });
});

test("spaces survive JSON", () => {
  const spaces = [
    discrete(4),
    discrete(["up", "down"], { start: 3 }),
    box([2], { low: -1, high: 1 }),
    box([2, 2], { low: [0, -Infinity, 2, 3], high: Infinity }),
    box([2, 2], { low: -Infinity, high: Infinity }),
    box([2], { low: -Infinity, high: [0.1, Infinity], type: "float64" }),
    box([], { low: 0.1, high: 0.2 }),
    box([3], { low: 0, high: 255, type: "uint8" }),
    multiDiscrete([2, 3]),
    multiBinary([2, 3]),
    multiBinary(6),
    tuple([discrete(4), multiBinary(6)]),
    tuple([discrete(4), dict({ x: discrete(2) })]),
    dict({ x: discrete(2), y: box([1], { low: 0, high: Infinity }) }),
    dict({ x: discrete(3), y: box([1], { low: 0, high: Infinity }) }),
  ];
  for (const [i, space] of spaces.entries()) {
    const copy = spaceFromJSON(JSON.parse(JSON.stringify(space)));
    expect(copy.equals(space)).toBe(true);
    expect(spaces.filter((other) => other.equals(copy))).toEqual([spaces[i]]);
  }
  expect(() => spaceFromJSON({ kind: "text" })).toThrow("spaceFromJSON");
});
