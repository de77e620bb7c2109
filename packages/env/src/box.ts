// The box space: vectors (or higher arrays) with bounds per element.
import type { Random } from "@agon/random";
import { areWholeNumbers, isNumbers, sameNumbers } from "./numbers.ts";
import { needStream } from "./masks.ts";
import { show } from "./show.ts";
import type { BoxArrays, BoxSpace, BoxType } from "./spaces.ts";

/** One bound for all elements, or one per element in row-major order. Infinite where there is none. */
export type Bound = number | ArrayLike<number>;

const constructors = { float32: Float32Array, float64: Float64Array, int32: Int32Array, uint8: Uint8Array };

/**
 * The arrays of the given shape whose elements lie within [low, high], bounds included.
 * `box([3], { low: -1, high: 1 })`, `box([2], { low: [0, -Infinity], high: Infinity })`.
 */
export function box<Type extends BoxType = "float32">(
  shape: readonly number[],
  { low, high, type }: { low: Bound; high: Bound; type?: Type } = {} as never,
): BoxSpace<Type> {
  if (low === undefined || high === undefined)
    throw new TypeError(
      `box: expected { low, high }, infinite where there is no bound; got { low: ${show(low)}, high: ${show(high)} }.`,
    );
  if (!areWholeNumbers(shape, 0)) {
    throw new RangeError(`box: a shape is a list of whole numbers; got ${show(shape)}.`);
  }
  const known = (type ?? "float32") as Type;
  if (!Object.hasOwn(constructors, known)) {
    throw new TypeError(`box: the type is "${known}"; expected one of ${Object.keys(constructors).join(", ")}.`);
  }
  return new Box(known, shape, low, high);
}

class Box<Type extends BoxType> implements BoxSpace<Type> {
  readonly kind = "box";
  readonly type: Type;
  readonly shape: readonly number[];
  readonly size: number;
  readonly low: BoxArrays[Type];
  readonly high: BoxArrays[Type];

  constructor(type: Type, shape: readonly number[], low: Bound, high: Bound) {
    this.type = type;
    this.shape = Object.freeze([...shape]);
    this.size = shape.reduce((product, length) => product * length, 1);
    this.low = bounds("low", low, this);
    this.high = bounds("high", high, this);
    for (let i = 0; i < this.size; i++) {
      if (this.low[i] <= this.high[i]) continue;
      throw new RangeError(`box: low ${this.low[i]} exceeds high ${this.high[i]} at element ${i}.`);
    }
  }

  /** Element by element as its interval asks: uniform, shifted exponential or normal; the kinds in the order that Gymnasium draws them. */
  sample(random: Random): BoxArrays[Type] {
    needStream(random, this);
    const out = new constructors[this.type](this.size) as BoxArrays[Type];
    const whole = this.type === "int32" || this.type === "uint8";
    for (const [bounded, draw] of draws) {
      for (let i = 0; i < this.size; i++) {
        if ((this.low[i] !== -Infinity) !== bounded.below || (this.high[i] !== Infinity) !== bounded.above) continue;
        const value = draw(random, this.low[i], this.high[i] + (whole ? 1 : 0));
        out[i] = whole ? Math.floor(value) : value;
      }
    }
    return out;
  }

  contains(value: unknown): boolean {
    if (!isNumbers(value) || value.length !== this.size) return false;
    for (let i = 0; i < this.size; i++) if (!(value[i] >= this.low[i] && value[i] <= this.high[i])) return false;
    return true;
  }

  equals(other: unknown): boolean {
    return (
      other instanceof Box &&
      other.type === this.type &&
      sameNumbers(other.shape, this.shape) &&
      sameNumbers(other.low, this.low) &&
      sameNumbers(other.high, this.high)
    );
  }

  toJSON(): unknown {
    const { type, shape } = this;
    const [low, high] = [boundToJSON(this.low), boundToJSON(this.high)];
    return { kind: "box", shape: [...shape], low, high, ...(type !== "float32" && { type }) };
  }

  toString(): string {
    return `Box(${describeBound(this.low)}, ${describeBound(this.high)}, [${this.shape.join(", ")}], ${this.type})`;
  }
}

const draws: [{ below: boolean; above: boolean }, (random: Random, low: number, high: number) => number][] = [
  [{ below: false, above: false }, (random) => random.normal()],
  [{ below: true, above: false }, (random, low) => random.exponential() + low],
  [{ below: false, above: true }, (random, _, high) => -random.exponential() + high],
  [{ below: true, above: true }, (random, low, high) => random.uniform(low, high)],
];

function bounds<Type extends BoxType>(name: string, bound: Bound, { type, size, shape }: Box<Type>): BoxArrays[Type] {
  const out = new constructors[type](size) as BoxArrays[Type];
  if (typeof bound !== "number" && bound?.length !== size) {
    throw new RangeError(
      `box: ${name} must be one number or ${size} of them for shape [${shape.join(", ")}]; got ${bound?.length}.`,
    );
  }
  for (let i = 0; i < size; i++) {
    const value = typeof bound === "number" ? bound : bound[i];
    out[i] = value;
    const kept = type === "float32" || type === "float64" ? !Number.isNaN(value) : out[i] === value;
    if (!kept) throw new RangeError(`box: ${name} ${value} is no bound of type ${type} (element ${i}).`);
  }
  return out;
}

const isUniform = (bound: ArrayLike<number>): boolean =>
  bound.length > 0 && Array.prototype.every.call(bound, (value) => value === bound[0]);

/** JSON knows no infinity: it becomes the string that `Number` reads back. */
const boundToJSON = (bound: ArrayLike<number>): unknown => {
  const values = Array.from(bound, (value) => (Number.isFinite(value) ? value : String(value)));
  return isUniform(bound) ? values[0] : values;
};

const describeBound = (bound: ArrayLike<number>): string =>
  isUniform(bound) ? String(bound[0]) : `[${Array.from(bound).join(", ")}]`;
