// Spaces of spaces: tuples by position, dictionaries by name.
import type { Random } from "@agon/random";
import { show } from "./show.ts";
import { checkDictMasks, checkTupleMasks, needStream, sampleMasked } from "./masks.ts";
import type { AnySpace, DictSpace, Mask, SpaceData, TupleSpace } from "./spaces.ts";

/** Lists with one value of each space: `tuple([discrete(3), box([2], { low: -1, high: 1 })])`. */
export function tuple(spaces: readonly AnySpace[]): TupleSpace {
  if (!Array.isArray(spaces) || !spaces.every(isSpace))
    throw new TypeError(`tuple: expected a list of spaces; got ${show(spaces)}.`);
  return Object.freeze(new Tuple(spaces));
}

/** Records with one value of each named space: `dict({ position: box([2], { low: 0, high: 1 }), door: discrete(2) })`. Ordered by name, as in Gymnasium. */
export function dict(spaces: Readonly<Record<string, AnySpace>>): DictSpace {
  if (typeof spaces !== "object" || spaces === null || !Object.values(spaces).every(isSpace))
    throw new TypeError(`dict: expected an object of spaces; got ${show(spaces)}.`);
  return Object.freeze(new Dict(spaces));
}

const isSpace = (value: unknown): value is AnySpace =>
  typeof value === "object" && value !== null && "kind" in value && "sample" in value;

const sumOfSizes = (spaces: readonly AnySpace[]): number => spaces.reduce((total, { size }) => total + size, 0);

class Tuple implements TupleSpace {
  readonly kind = "tuple";
  readonly spaces: readonly AnySpace[];
  readonly shape: readonly number[];
  readonly size: number;

  constructor(spaces: readonly AnySpace[]) {
    this.spaces = Object.freeze([...spaces]);
    this.size = sumOfSizes(spaces);
    this.shape = Object.freeze([this.size]);
  }

  /** Part by part from the one stream. */
  sample(random: Random, masks?: readonly Mask[]): readonly SpaceData[] {
    needStream(random, this);
    checkTupleMasks(this, masks);
    return this.spaces.map((space, i) => sampleMasked(space, random, masks?.[i]));
  }

  contains(value: unknown): boolean {
    return (
      Array.isArray(value) &&
      value.length === this.spaces.length &&
      this.spaces.every((space, i) => space.contains(value[i]))
    );
  }

  equals(other: unknown): boolean {
    return (
      other instanceof Tuple &&
      other.spaces.length === this.spaces.length &&
      this.spaces.every((space, i) => space.equals(other.spaces[i]))
    );
  }

  toJSON(): unknown {
    return { kind: "tuple", spaces: this.spaces.map((space) => space.toJSON()) };
  }

  toString(): string {
    return `Tuple(${this.spaces.join(", ")})`;
  }
}

class Dict implements DictSpace {
  readonly kind = "dict";
  readonly spaces: Readonly<Record<string, AnySpace>>;
  readonly shape: readonly number[];
  readonly size: number;

  constructor(spaces: Readonly<Record<string, AnySpace>>) {
    this.spaces = Object.freeze(Object.fromEntries(Object.entries(spaces).sort(([a], [b]) => (a < b ? -1 : 1))));
    this.size = sumOfSizes(Object.values(spaces));
    this.shape = Object.freeze([this.size]);
  }

  /** Part by part from the one stream. */
  sample(random: Random, masks?: { readonly [name: string]: Mask }): { readonly [name: string]: SpaceData } {
    needStream(random, this);
    checkDictMasks(this, masks);
    return Object.fromEntries(
      Object.entries(this.spaces).map(([name, space]) => [name, sampleMasked(space, random, masks?.[name])]),
    );
  }

  contains(value: unknown): boolean {
    if (typeof value !== "object" || value === null) return false;
    return (
      Object.keys(value).length === Object.keys(this.spaces).length &&
      Object.entries(this.spaces).every(
        ([name, space]) => Object.hasOwn(value, name) && space.contains((value as Record<string, unknown>)[name]),
      )
    );
  }

  equals(other: unknown): boolean {
    if (!(other instanceof Dict)) return false;
    const names = Object.keys(this.spaces);
    return (
      names.length === Object.keys(other.spaces).length &&
      names.every((name) => Object.hasOwn(other.spaces, name) && this.spaces[name].equals(other.spaces[name]))
    );
  }

  toJSON(): unknown {
    const parts = Object.entries(this.spaces).map(([name, space]) => [name, space.toJSON()]);
    return { kind: "dict", spaces: Object.fromEntries(parts) };
  }

  toString(): string {
    return `Dict(${Object.entries(this.spaces)
      .map(([name, space]) => `'${name}': ${space}`)
      .join(", ")})`;
  }
}
