// Spaces: what observations and actions are made of.
import type { Random } from "@agon/random";

export type SpaceData =
  | number
  | bigint
  | Float32Array
  | Float64Array
  | Int32Array
  | readonly SpaceData[]
  | { readonly [key: string]: SpaceData };

/** A set of values with a seeded sampler. The concrete kinds below carry their own fields; `kind` tells them apart. */
export interface SpaceBase<Value> {
  readonly shape: readonly number[];
  /** Number of float32 elements of one value in a flat buffer (1 for a discrete value). */
  readonly size: number;
  sample(random: Random): Value;
  contains(value: unknown): boolean;
  toJSON(): unknown;
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
