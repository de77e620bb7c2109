// Spaces: what observations and actions are made of.
import type { Random } from "@agon/random";

export type SpaceData =
  | number
  | bigint
  | Float32Array
  | Float64Array
  | Int32Array
  | Uint8Array
  | readonly SpaceData[]
  | { readonly [key: string]: SpaceData };

/** A set of values with a seeded sampler. The concrete kinds below carry their own fields; `kind` tells them apart. */
export interface SpaceBase<Value> {
  readonly shape: readonly number[];
  /** Number of float32 elements of one value in a flat buffer (1 for a discrete value). */
  readonly size: number;
  /** Draws a value. With NumPy's generator the very values that Gymnasium's `sample` gives after `seed`. */
  sample(random: Random): Value;
  contains(value: unknown): boolean;
  /** Same kind, same shape, same bounds. */
  equals(other: unknown): boolean;
  /** Plain data from which `spaceFromJSON` makes an equal space. */
  toJSON(): unknown;
  /** As Gymnasium prints it: `Discrete(4)`, `Box(-1, 1, [3], float32)`. */
  toString(): string;
}

/** {start, …, start + n − 1}. */
export interface DiscreteSpace extends SpaceBase<number> {
  readonly kind: "discrete";
  readonly n: number;
  readonly start: number;
  /** Names of the values, for pictures and logs. */
  readonly labels?: readonly string[];
  /** Draws a value; with a mask of n flags only among those set (`start` where none is). */
  sample(random: Random, mask?: ArrayLike<number>): number;
}

/** The arrays that hold a box's values, by the name of their element type. */
export interface BoxArrays {
  readonly float32: Float32Array;
  readonly float64: Float64Array;
  readonly int32: Int32Array;
  readonly uint8: Uint8Array;
}

export type BoxType = keyof BoxArrays;

/** A box in ℝⁿ (or ℤⁿ) with bounds per element. Environments observe and act in float32 boxes. */
export interface BoxSpace<Type extends BoxType = "float32"> extends SpaceBase<BoxArrays[Type]> {
  readonly kind: "box";
  readonly type: Type;
  readonly low: BoxArrays[Type];
  readonly high: BoxArrays[Type];
}

export type Space = DiscreteSpace | BoxSpace;
