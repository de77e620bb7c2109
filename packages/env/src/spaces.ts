// Spaces: what observations and actions are made of.
import { numpyGenerator, type Random } from "@agon/random";

/** A set of values with a seeded sampler. The concrete kinds below carry their own fields; `kind` tells them apart. */
interface SpaceBase<Value> {
  readonly shape: readonly number[];
  /** Number of float32 elements of one value in a flat buffer (1 for a discrete value). */
  readonly size: number;
  sample(random: Random): Value;
  contains(value: unknown): boolean;
}

/** {start, …, start + n − 1}. */
export interface DiscreteSpace extends SpaceBase<number> {
  readonly kind: "discrete";
  readonly n: number;
  readonly start: number;
  /** Names of the values, for pictures and logs. */
  readonly labels?: readonly string[];
}

/** A box in ℝⁿ with bounds per element. */
export interface BoxSpace extends SpaceBase<Float32Array> {
  readonly kind: "box";
  readonly low: Float32Array;
  readonly high: Float32Array;
}

export type Space = DiscreteSpace | BoxSpace;

/** n values, or one for each label. */
export const discrete = (
  values: number | readonly string[],
  { start = 0 }: { readonly start?: number } = {},
): DiscreteSpace => {
  const n = typeof values === "number" ? values : values.length;
  if (!Number.isInteger(n) || n < 1) throw new Error(`discrete: n is ${n}; expected a positive whole number.`);
  return {
    kind: "discrete",
    n,
    start,
    labels: typeof values === "number" ? undefined : values,
    shape: [],
    size: 1,
    sample: (random) => start + random.integer(n),
    contains: (value) => Number.isInteger(value) && (value as number) >= start && (value as number) < start + n,
  };
};

const bounds = (value: number | readonly number[], size: number, name: string): Float32Array => {
  if (typeof value === "number") return new Float32Array(size).fill(value);
  if (value.length !== size) throw new Error(`box: ${value.length} ${name} bounds for ${size} elements.`);
  return Float32Array.from(value);
};

/** Vectors (or arrays of the given shape) within bounds, one for all elements or one for each. Both ends belong to it. */
export const box = (
  shape: readonly number[],
  { low, high }: { readonly low: number | readonly number[]; readonly high: number | readonly number[] },
): BoxSpace => {
  const size = shape.reduce((n, length) => n * length, 1);
  const space = { low: bounds(low, size, "low"), high: bounds(high, size, "high") };
  if (space.low.some((bound, i) => !(bound <= space.high[i])))
    throw new Error("box: a low bound lies above its high bound.");
  return {
    kind: "box",
    ...space,
    shape,
    size,
    /** Uniform between finite bounds; beyond infinite ones normal, as a first guess without scale. */
    sample: (random) =>
      Float32Array.from(space.low, (bound, i) =>
        Number.isFinite(bound) && Number.isFinite(space.high[i])
          ? random.uniform(bound, space.high[i])
          : random.normal(),
      ),
    contains: (value) =>
      value instanceof Float32Array &&
      value.length === size &&
      value.every((x, i) => x >= space.low[i] && x <= space.high[i]),
  };
};

/** The stream that Gymnasium's `reset(seed)` and `space.seed(seed)` give. */
export const seededRandom = (seed: number): Random => {
  if (!Number.isSafeInteger(seed) || seed < 0)
    throw new RangeError(`seed is ${seed}; expected a whole number that is not negative.`);
  return numpyGenerator(seed);
};
