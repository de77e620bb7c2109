// Plans against the same function op by op, bit for bit: whatever is fused, placed in the arena or written in place must not show.
import { beforeAll, describe, expect, it } from "vitest";
import { compile } from "../../compile.ts";
import { zeros } from "../../create.ts";
import { scope } from "../../scope.ts";
import { selectBackend } from "../../select.ts";
import type { Tensor } from "../../tensor.ts";
import { Variable } from "../../variable.ts";
import { bytes, choices, filled, randomFunction, shapesOf } from "../random-function.test-data.ts";
import { type Life, placeByLiveness } from "./placement.ts";

describe("a plan gives what its ops give one by one", () => {
  beforeAll(async () => {
    expect(await selectBackend("wasm-strict")).toBe("wasm-strict");
  });
  // The second size has rows long enough to be summed inside loops.
  const sizes = [
    [3, 5],
    [3, 21],
  ] as const;
  const cases = sizes.flatMap((size) => Array.from({ length: 150 }, (_, seed) => [seed, size] as const));
  it.each(cases)("random function %i of %j", (seed, size) => {
    const shapes = shapesOf(size);
    const make = (): Variable[] => shapes.map((shape, i) => new Variable(filled(shape, choices(seed + 1000 * i))));
    const [planned, plain] = [make(), make()];
    const compiled = compile(randomFunction(seed, planned, size));
    const eager = randomFunction(seed, plain, size);
    for (let round = 0; round < 3; round++) {
      const inputs = shapes.map((shape, i) => filled(shape, choices(seed + 77 * round + 1000 * i)));
      expect(bytes(compiled(...inputs))).toEqual(bytes(scope(() => eager(...inputs))));
      expect(bytes(planned.map(({ value }) => value))).toEqual(bytes(plain.map(({ value }) => value)));
    }
  });
  it("loops one behind the other that do the same, sums of rows among it", () => {
    const f = (x: Tensor): Tensor[] => {
      const sums: Tensor[] = [];
      let y = x;
      for (let i = 0; i < 12; i++) {
        sums.push(y.sum(1, { keepDim: true }));
        y = y.sub(sums[i].mul(0.04)).square();
      }
      return [...sums, y];
    };
    const x = filled([9, 21], choices(0));
    expect(bytes(compile(f)(x))).toEqual(bytes(scope(() => f(x))));
  });
  it("what is compared where it is used: to choose by, to be stored, in other bools, with NaN", () => {
    const f = (x: Tensor, y: Tensor): Tensor[] => {
      const [less, whole, finite] = [x.less(y), x.cast("int32").equal(1), y.isFinite()];
      const both = less.and(finite);
      const [some, other] = [less.where(x, y), both.where(y, Number.NaN)];
      return [some, other, whole.where(less.where(0, x), y), less.flip(0).where(x, y), finite.cast("float32")];
    };
    const [x, y] = [filled([9, 21], choices(0)), filled([9, 21], choices(1)).log()];
    expect(bytes(compile(f)(x, y))).toEqual(bytes(scope(() => f(x, y))));
  });
});

it("many loops that do the same write each to its own places: elements, sums of rows, Variables", async () => {
  expect(await selectBackend("wasm-strict")).toBe("wasm-strict");
  const [x, w] = [filled([5, 8], choices(1)), filled([8, 8], choices(2))];
  const shift = filled([8], choices(3));
  const steps = 12;
  const cells = (): Variable[] => Array.from({ length: steps }, () => new Variable(zeros([5, 8])));
  const step =
    (variables: readonly Variable[]) =>
    (start: Tensor): Tensor[] => {
      let h = start;
      return variables.flatMap((cell) => {
        h = h.multiply(w).mul(0.1).add(shift).tanh();
        cell.assign(h.mul(2));
        return [h, h.square().sum(1), h.sub(1).abs()];
      });
    };
  const [planned, plain] = [cells(), cells()];
  const compiled = compile(step(planned));
  const eager = step(plain);
  for (let round = 0; round < 2; round++) {
    expect(bytes(compiled(x))).toEqual(bytes(scope(() => eager(x))));
    expect(bytes(planned.map(({ value }) => value))).toEqual(bytes(plain.map(({ value }) => value)));
  }
});

describe("placement", () => {
  const overlap = (a: Life, b: Life): boolean => a.first <= b.last && b.first <= a.last;
  it.each(Array.from({ length: 50 }, (_, seed) => seed))("values alive together never share memory (%i)", (seed) => {
    const next = choices(seed);
    const lives = Array.from({ length: 40 }, (): Life => {
      const first = next(30);
      return { bytes: 4 * (1 + next(200)), first, last: first + next(8) };
    });
    const { offsets, bytes: total } = placeByLiveness(lives);
    lives.forEach((a, i) => {
      expect(offsets[i] + a.bytes + 32).toBeLessThanOrEqual(total);
      lives.slice(0, i).forEach((b, j) => {
        const apart = offsets[i] >= offsets[j] + b.bytes + 32 || offsets[j] >= offsets[i] + a.bytes + 32;
        expect(apart || !overlap(a, b)).toBe(true);
      });
    });
    expect(total).toBeLessThan(lives.reduce((sum, life) => sum + life.bytes + 96, 0));
  });
});
