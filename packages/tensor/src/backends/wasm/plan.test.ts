// Plans against the same function op by op, bit for bit: whatever is fused, placed in the arena or written in place must not show.
import { beforeAll, describe, expect, it } from "vitest";
import { compile } from "../../compile.ts";
import { fromData, type Tensor } from "../../tensor.ts";
import { scope } from "../../scope.ts";
import { selectBackend } from "../../select.ts";
import { Variable } from "../../variable.ts";
import { type Life, placeByLiveness } from "./placement.ts";

/** A small generator of the test's own: the next of 0 … n − 1. */
const choices = (seed: number): ((n: number) => number) => {
  let state = seed * 2654435761 + 1;
  return (n) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * n);
  };
};

const shapes = [[3, 5], [5], [3, 1], [], [3, 5], [1], [15], [2, 3, 5]] as const;

const filled = (shape: readonly number[], next: (n: number) => number): Tensor => {
  const data = new Float32Array(shape.reduce((n, length) => n * length, 1));
  return fromData(
    data.map(() => (next(2000) - 1000) / 500),
    [...shape],
  );
};

const broadcasts = (a: Tensor, b: Tensor): boolean =>
  [1, 2, 3].every((i) => {
    const [x, y] = [a.shape.at(-i) ?? 1, b.shape.at(-i) ?? 1];
    return a.rank < i || b.rank < i || x === y || x === 1 || y === 1;
  });

type Grow = (pool: readonly Tensor[], next: (n: number) => number) => Tensor;

const pick = (pool: readonly Tensor[], next: (n: number) => number): Tensor => pool[next(pool.length)];

const grow: readonly Grow[] = [
  (pool, next) => pick(pool, next).tanh(),
  (pool, next) => pick(pool, next).relu().neg(),
  (pool, next) => pick(pool, next).square().mul(0.25),
  (pool, next) => pick(pool, next).sum(),
  (pool, next) => pick(pool, next).abs().log(),
  (pool, next) => {
    const x = pick(pool, next);
    return x.rank === 0 ? x.sigmoid() : x.sum(x.rank - 1, { keepDim: true });
  },
  (pool, next) => {
    const x = pick(pool, next);
    return x.rank < 2 ? x.sin() : x.max(0);
  },
  (pool, next) => {
    const x = pick(pool, next);
    return x.size === 15 ? x.reshape(x.rank === 1 ? [3, 5] : [15]) : x.add(1);
  },
  (pool, next) => {
    const x = pick(pool, next);
    const y = pool.filter(({ shape }) => shape.length === 2 && shape[1] === 5);
    return y.includes(x) ? x.multiply(pick(y, next), { transposeB: true }).sum(1, { keepDim: true }) : x.mul(x);
  },
  (pool, next) => {
    const x = pick(pool, next);
    const y = pool.filter((other) => broadcasts(x, other));
    return x.add(pick(y, next));
  },
  (pool, next) => {
    const x = pick(pool, next);
    const y = pool.filter((other) => broadcasts(x, other));
    return x.less(0).where(pick(y, next), x);
  },
  (pool, next) => {
    const x = pick(pool, next);
    const y = pool.filter((other) => broadcasts(x, other));
    return x.mul(pick(y, next)).sub(0.5);
  },
];

/** A random function of its arguments and Variables that assigns some of them; the same seed makes the same one. */
const randomFunction =
  (seed: number, cells: readonly Variable[]) =>
  (...inputs: Tensor[]): Tensor[] => {
    const next = choices(seed);
    const pool = [...inputs];
    for (let i = 0; i < 25; i++) {
      if (next(4) === 0) pool.push(cells[next(cells.length)].value);
      pool.push(grow[next(grow.length)](pool, next));
      if (next(6) > 0) continue;
      const cell = cells[next(cells.length)];
      const fitting = pool.filter(
        ({ shape }) => shape.length === cell.shape.length && shape.every((n, k) => n === cell.shape[k]),
      );
      if (fitting.length > 0) cell.assign(pick(fitting, next));
    }
    return Array.from({ length: 4 }, () => pick(pool, next));
  };

const bytes = (tensors: readonly Tensor[]): string[] =>
  tensors.map((t) => `${t.shape.join()}: ${new Int32Array((t.dataSync() as Float32Array).buffer).join()}`);

describe("a plan gives what its ops give one by one", () => {
  beforeAll(async () => {
    expect(await selectBackend("wasm-strict")).toBe("wasm-strict");
  });
  it.each(Array.from({ length: 150 }, (_, seed) => seed))("random function %i", (seed) => {
    const make = (): Variable[] => shapes.map((shape, i) => new Variable(filled(shape, choices(seed + 1000 * i))));
    const [planned, plain] = [make(), make()];
    const compiled = compile(randomFunction(seed, planned));
    const eager = randomFunction(seed, plain);
    for (let round = 0; round < 3; round++) {
      const inputs = shapes.map((shape, i) => filled(shape, choices(seed + 77 * round + 1000 * i)));
      expect(bytes(compiled(...inputs))).toEqual(bytes(scope(() => eager(...inputs))));
      expect(bytes(planned.map(({ value }) => value))).toEqual(bytes(plain.map(({ value }) => value)));
    }
  });
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
