// Spaces: what observations and actions are made of.
import type { Random } from "@agon/random";

/** A value of a space. */
export type SpaceData =
  | number
  | bigint
  | Float32Array
  | Float64Array
  | Int32Array
  | Uint8Array
  | readonly SpaceData[]
  | { readonly [key: string]: SpaceData };

/**
 * Which values `sample` may draw, as Gymnasium has it: of a discrete space a flag for each value; of a multi-discrete one a list of such; of a
 * multi-binary one 0, 1 or 2 (free) for each element; of a tuple or dict the masks of its parts. Boxes take none.
 */
export type Mask = undefined | ArrayLike<number> | readonly Mask[] | { readonly [name: string]: Mask };

/** A set of values with a seeded sampler. The concrete kinds below carry their own fields; `kind` tells them apart. */
export interface SpaceBase<Value> {
  /** Lengths of a value's axes: none for a number; of a tuple or record [size]. */
  readonly shape: readonly number[];
  /** Number of float32 elements of one value in a flat buffer (1 for a discrete value). */
  readonly size: number;
  /** Draws a value. With NumPy's generator the very values that Gymnasium's `sample` gives after `seed`; for composites see `seededSampler`. */
  sample(random: Random): Value;
  /** Whether the value is one of this space, of any array type that holds its numbers. */
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
  /** How many values there are. */
  readonly n: number;
  /** The smallest value. */
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

/** The name of a box's element type. */
export type BoxType = keyof BoxArrays;

/** A box in ℝⁿ (or ℤⁿ) with bounds per element. Environments observe and act in float32 boxes. */
export interface BoxSpace<Type extends BoxType = "float32"> extends SpaceBase<BoxArrays[Type]> {
  readonly kind: "box";
  readonly type: Type;
  /** The smallest value of each element, −∞ where there is none. */
  readonly low: BoxArrays[Type];
  /** The largest value of each element, which belongs to the box; +∞ where there is none. */
  readonly high: BoxArrays[Type];
}

/** Lists of integers, element i in {0, …, counts[i] − 1}. */
export interface MultiDiscreteSpace extends SpaceBase<Int32Array> {
  readonly kind: "multi-discrete";
  /** How many values each element has. */
  readonly counts: readonly number[];
  /** Draws a value; with a mask of counts[i] flags for each element only among those set (0 where none is). */
  sample(random: Random, mask?: readonly ArrayLike<number>[]): Int32Array;
}

/** Arrays of 0 and 1. */
export interface MultiBinarySpace extends SpaceBase<Uint8Array> {
  readonly kind: "multi-binary";
  /** Draws a value; with a mask only elements of mask 2 are drawn, the others are 0 or 1 as it says. */
  sample(random: Random, mask?: ArrayLike<number>): Uint8Array;
}

/** Lists with one value of each of a list of spaces. */
export interface TupleSpace extends SpaceBase<readonly SpaceData[]> {
  readonly kind: "tuple";
  readonly spaces: readonly AnySpace[];
  /** Draws a value; with masks each part with its own, undefined for none. */
  sample(random: Random, masks?: readonly Mask[]): readonly SpaceData[];
}

/** Records with one value of each of several named spaces, in the order of the names. */
export interface DictSpace extends SpaceBase<{ readonly [name: string]: SpaceData }> {
  readonly kind: "dict";
  readonly spaces: Readonly<Record<string, AnySpace>>;
  /** Draws a value; with masks each part with the one of its name, if there is one. */
  sample(random: Random, masks?: { readonly [name: string]: Mask }): { readonly [name: string]: SpaceData };
}

/**
 * What environments observe in. An observation is written into a flat Float32Array of the space's `size`: a discrete value as itself, the
 * elements of the others in order, the parts of a tuple one after the other, those of a dict in the order of their names.
 */
export type Space = DiscreteSpace | BoxSpace | MultiDiscreteSpace | MultiBinarySpace | TupleSpace | DictSpace;

/** What environments act in. */
export type ActionSpace = DiscreteSpace | BoxSpace;

/** Every kind of space, with boxes of every type. Environments use those of `Space` and `ActionSpace`. */
export type AnySpace =
  | DiscreteSpace
  | BoxSpace<BoxType>
  | MultiDiscreteSpace
  | MultiBinarySpace
  | TupleSpace
  | DictSpace;
