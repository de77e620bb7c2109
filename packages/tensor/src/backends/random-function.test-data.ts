// Random functions of tensors and Variables: whatever a backend fuses, places or writes in place must not show in them.
import { fromData, type Tensor } from "../tensor.ts";
import type { Variable } from "../variable.ts";

/** A small generator of the test's own: the next of 0 … n − 1. */
export const choices = (seed: number): ((n: number) => number) => {
  let state = seed * 2654435761 + 1;
  return (n) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * n);
  };
};

/** What Variables and arguments of random functions are like: m rows of n, and what broadcasts with them. */
export const shapesOf = ([m, n]: Size): (readonly number[])[] => [
  [m, n],
  [n],
  [m, 1],
  [],
  [m, n],
  [1],
  [m * n],
  [2, m, n],
];

type Size = readonly [m: number, n: number];
const SIZE: Size = [3, 5];
export const shapes: readonly (readonly number[])[] = shapesOf(SIZE);

export const filled = (shape: readonly number[], next: (n: number) => number): Tensor => {
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

type Grow = (pool: readonly Tensor[], next: (n: number) => number, size: Size) => Tensor;

const pick = (pool: readonly Tensor[], next: (n: number) => number): Tensor => pool[next(pool.length)];

/** Ways to make one more tensor from those there are. */
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
    return x.rank < 2 ? x.expm1() : x.max(0);
  },
  (pool, next, [m, n]) => {
    const x = pick(pool, next);
    return x.size === m * n ? x.reshape(x.rank === 1 ? [m, n] : [m * n]) : x.add(1);
  },
  (pool, next, [, n]) => {
    const x = pick(pool, next);
    const y = pool.filter(({ shape }) => shape.length === 2 && shape[1] === n);
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
export const randomFunction =
  (seed: number, cells: readonly Variable[], size: Size = SIZE) =>
  (...inputs: Tensor[]): Tensor[] => {
    const next = choices(seed);
    const pool = [...inputs];
    for (let i = 0; i < 25; i++) {
      if (next(4) === 0) pool.push(cells[next(cells.length)].value);
      pool.push(grow[next(grow.length)](pool, next, size));
      if (next(6) > 0) continue;
      const cell = cells[next(cells.length)];
      const fitting = pool.filter(
        ({ shape }) => shape.length === cell.shape.length && shape.every((n, k) => n === cell.shape[k]),
      );
      if (fitting.length > 0) cell.assign(pick(fitting, next));
    }
    return Array.from({ length: 4 }, () => pick(pool, next));
  };

/** Shapes and bits, to be compared. */
export const bytes = (tensors: readonly Tensor[]): string[] =>
  tensors.map((t) => `${t.shape.join()}: ${new Int32Array((t.dataSync() as Float32Array).buffer).join()}`);
