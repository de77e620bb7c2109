// The Tensor: an immutable array of numbers with a shape, and every op as a method.
import type { Attributes, Shape, Spec } from "./backend.ts";
import { type DType, dtypeOf, isFloat, newArray, promote, type TypedArray } from "./dtype.ts";
import { compute, currentRecorder, hostData, readStorage, Storage } from "./engine.ts";
import { ShapeError, UsageError } from "./errors.ts";
import { inAllLanes } from "./ops/lanes.ts";
import { primitives } from "./ops/primitives.ts";
import { checkIndex, type Range, resolveRange, resolveShape } from "./ranges.ts";
import type { GradientContext } from "./ops/primitive.ts";
import { broadcastShapes, normaliseDim, normaliseDims, sameShape, showShape, sizeOf } from "./shape.ts";

/** What ops accept in place of a tensor: a number becomes a scalar of the other operand's type. */
export type Operand = Tensor | number;

/** How a tensor came to be, for the gradient. */
interface Origin {
  readonly op: string;
  readonly inputs: readonly Tensor[];
  readonly attributes: Attributes;
  /** dL/d(input) for each input; null where it has none. */
  readonly gradient: ((context: GradientContext) => readonly (Tensor | null)[]) | undefined;
  /** Grows from one tracked tensor to the next. */
  readonly number: number;
}

export interface ReduceOptions {
  /** Keep reduced dims with length 1. */
  readonly keepDim?: boolean;
}

export interface TransposeOptions {
  /** Read the first operand with its last two dims swapped. */
  readonly transposeA?: boolean;
  readonly transposeB?: boolean;
}

/** One of several tensors that `vmap` computes together: `whole` has all of them, one after the other along its first dim. */
export interface Lane {
  /** How many calls of vmap are around it. */
  readonly level: number;
  readonly whole: Tensor;
}

/** Nested arrays of numbers. */
export type NestedNumbers = number | readonly NestedNumbers[];

/**
 * An immutable n-dimensional array, contiguous and row-major. Made inside grad, minimize, compile or scope it lives until that returns,
 * unless returned; made outside it is ordinary garbage-collected memory. Nothing has to be disposed.
 */
export class Tensor {
  readonly shape: Shape;
  readonly dtype: DType;
  readonly storage: Storage;
  /** Takes part in a gradient that is being computed. */
  tracked = false;
  origin: Origin | null = null;
  /** Inside vmap: what this stands for. The storage is then that of the whole. */
  readonly lane: Lane | null;

  constructor(storage: Storage, shape: Shape = storage.spec.shape, lane: Lane | null = null) {
    this.storage = storage;
    this.shape = shape;
    this.lane = lane;
    this.dtype = storage.spec.dtype;
  }

  get rank(): number {
    return this.shape.length;
  }

  /** Number of elements. */
  get size(): number {
    return this.lane ? sizeOf(this.shape) : this.storage.size;
  }

  // Reading -------------------------------------------------------------------------------------------------------

  /** A copy of the elements, row-major; bool as 0 and 1. */
  async data(): Promise<TypedArray> {
    return readStorage(readable(this));
  }

  /** As `data`, at once: on the js and wasm backends. */
  dataSync(): TypedArray {
    const data = hostData(readable(this));
    return data === this.storage.host ? data.slice() : data;
  }

  /** The single element. */
  async item(): Promise<number> {
    this.requireOneElement();
    return (await readStorage(readable(this)))[0];
  }

  /** As `item`, at once. */
  itemSync(): number {
    this.requireOneElement();
    return hostData(readable(this))[0];
  }

  private requireOneElement(): void {
    if (this.size !== 1)
      throw new ShapeError(`item: expects one element, got shape ${showShape(this.shape)}; read data() instead.`);
  }

  /** The elements as nested arrays, one level per dim. */
  async toArray(): Promise<NestedNumbers> {
    return this.nested(await readStorage(readable(this)));
  }

  toArraySync(): NestedNumbers {
    return this.nested(hostData(readable(this)));
  }

  private nested(data: TypedArray): NestedNumbers {
    let next = 0;
    const build = (dim: number): NestedNumbers =>
      dim === this.rank ? data[next++] : Array.from({ length: this.shape[dim] }, () => build(dim + 1));
    return build(0);
  }

  toString(): string {
    return `Tensor(${this.dtype} ${showShape(this.shape)})`;
  }

  // Elementwise ---------------------------------------------------------------------------------------------------

  /** −x */
  neg(): Tensor {
    return apply("neg", [this]);
  }
  /** |x|, with derivative 0 at 0. */
  abs(): Tensor {
    return apply("abs", [this]);
  }
  /** −1, 0 or 1. */
  sign(): Tensor {
    return apply("sign", [this]);
  }
  /** x² */
  square(): Tensor {
    return apply("square", [this]);
  }
  /** eˣ */
  exp(): Tensor {
    return apply("exp", [this]);
  }
  /** eˣ − 1, accurate near 0. */
  expm1(): Tensor {
    return apply("expm1", [this]);
  }
  /** ln x */
  log(): Tensor {
    return apply("log", [this]);
  }
  /** ln(1 + x), accurate near 0. */
  log1p(): Tensor {
    return apply("log1p", [this]);
  }
  /** √x */
  sqrt(): Tensor {
    return apply("sqrt", [this]);
  }
  /** 1/√x */
  rsqrt(): Tensor {
    if (!isFloat(this.dtype)) throw new ShapeError(`rsqrt: expects a float tensor, got ${this.dtype}; cast it first.`);
    return this.sqrt().reciprocal();
  }
  /** 1/x */
  reciprocal(): Tensor {
    return apply("reciprocal", [this]);
  }
  sin(): Tensor {
    return apply("sin", [this]);
  }
  cos(): Tensor {
    return apply("cos", [this]);
  }
  tanh(): Tensor {
    return apply("tanh", [this]);
  }
  /** 1/(1 + e⁻ˣ) */
  sigmoid(): Tensor {
    return apply("sigmoid", [this]);
  }
  /** 2/√π ∫₀ˣ e^(−t²) dt */
  erf(): Tensor {
    return apply("erf", [this]);
  }
  /** x·Φ(x), Φ being the normal distribution's, or its approximation by tanh (Hendrycks & Gimpel 2016). */
  gelu(approximate: "none" | "tanh" = "none"): Tensor {
    return apply(approximate === "none" ? "gelu" : "geluTanh", [this]);
  }
  /** max(x, 0), with derivative 0 at 0. */
  relu(): Tensor {
    return apply("relu", [this]);
  }
  floor(): Tensor {
    return apply("floor", [this]);
  }
  ceil(): Tensor {
    return apply("ceil", [this]);
  }
  /** To the nearest integer, halves to the even one. */
  round(): Tensor {
    return apply("round", [this]);
  }
  /** Neither NaN nor infinite. */
  isFinite(): Tensor {
    return apply("isFinite", [this]);
  }
  not(): Tensor {
    return apply("logicalNot", [this]);
  }
  cast(dtype: DType): Tensor {
    return dtype === this.dtype ? this : apply("cast", [this], { dtype });
  }

  add(other: Operand): Tensor {
    return binary("add", this, other, "int32");
  }
  sub(other: Operand): Tensor {
    return binary("sub", this, other, "int32");
  }
  mul(other: Operand): Tensor {
    return binary("mul", this, other, "int32");
  }
  /** Quotient of real numbers: integers become float32. */
  div(other: Operand): Tensor {
    return binary("div", this, other, "float32");
  }
  /** xʸ of real numbers. Small whole exponents are multiplications, ½ is a root. */
  pow(exponent: Operand): Tensor {
    if (typeof exponent === "number" && isFloat(this.dtype)) {
      if (exponent === 1) return this;
      if (exponent === 2) return this.square();
      if (exponent === 3) return this.square().mul(this);
      if (exponent === 0.5) return this.sqrt();
      if (exponent === -1) return this.reciprocal();
      if (exponent === -2) return this.square().reciprocal();
    }
    return binary("pow", this, exponent, "float32");
  }
  /** The larger of each pair; NaN if either is. Equal operands share the gradient. */
  maximum(other: Operand): Tensor {
    return binary("maximum", this, other);
  }
  minimum(other: Operand): Tensor {
    return binary("minimum", this, other);
  }
  /** Limits to [minimum, maximum]; the gradient passes at the bounds. */
  clamp(minimum: number = -Infinity, maximum: number = Infinity): Tensor {
    if (typeof minimum !== "number" || typeof maximum !== "number")
      throw new ShapeError(`clamp: expects numbers as bounds, got ${describe(minimum)} and ${describe(maximum)}.`);
    const limited = this.minimum(maximum).maximum(minimum);
    if (!isFloat(this.dtype)) return limited;
    return customGradient(
      [this],
      () => limited,
      (g) => [this.greaterEqual(minimum).and(this.lessEqual(maximum)).where(g, 0)],
    );
  }
  equal(other: Operand): Tensor {
    return binary("equal", this, other);
  }
  notEqual(other: Operand): Tensor {
    return binary("notEqual", this, other);
  }
  less(other: Operand): Tensor {
    return binary("less", this, other);
  }
  lessEqual(other: Operand): Tensor {
    return binary("lessEqual", this, other);
  }
  greater(other: Operand): Tensor {
    return swapped("greater", "less", this, other);
  }
  greaterEqual(other: Operand): Tensor {
    return swapped("greaterEqual", "lessEqual", this, other);
  }
  and(other: Tensor): Tensor {
    return apply("logicalAnd", [this, other]);
  }
  or(other: Tensor): Tensor {
    return apply("logicalOr", [this, other]);
  }
  /** Where this condition holds `a`, else `b`. */
  where(a: Operand, b: Operand): Tensor {
    const [x, y] = pair("where", a, b);
    return apply("where", [this, x, y]);
  }

  // Reductions ----------------------------------------------------------------------------------------------------

  sum(dim?: number | readonly number[], options: ReduceOptions = {}): Tensor {
    return reduce("sum", this, dim, options);
  }
  prod(dim?: number | readonly number[], options: ReduceOptions = {}): Tensor {
    return reduce("prod", this, dim, options);
  }
  /** Largest element; equal ones share the gradient evenly. */
  max(dim?: number | readonly number[], options: ReduceOptions = {}): Tensor {
    return reduce("max", this, dim, options);
  }
  min(dim?: number | readonly number[], options: ReduceOptions = {}): Tensor {
    return reduce("min", this, dim, options);
  }
  mean(dim?: number | readonly number[], options: ReduceOptions = {}): Tensor {
    const dims = normaliseDims("mean", dim, this.rank);
    return this.sum(dims, options).mul(1 / sizeOf(dims.map((i) => this.shape[i])));
  }
  /** Σ(x − mean)² / (n − correction); correction 1 (the default, as in PyTorch) is the sample variance, 0 the population's. */
  var(dim?: number | readonly number[], options: ReduceOptions & { readonly correction?: number } = {}): Tensor {
    const dims = normaliseDims("var", dim, this.rank);
    const count = sizeOf(dims.map((i) => this.shape[i]));
    const centred = this.sub(this.mean(dims, { keepDim: true }));
    return centred
      .square()
      .sum(dims, options)
      .mul(1 / Math.max(0, count - (options.correction ?? 1)));
  }
  /** √var */
  std(dim?: number | readonly number[], options: ReduceOptions & { readonly correction?: number } = {}): Tensor {
    return this.var(normaliseDims("std", dim, this.rank), options).sqrt();
  }
  /** Index of the largest element along dim, the first of equals; without dim in the flattened tensor. int32. */
  argmax(dim?: number, options: ReduceOptions = {}): Tensor {
    return argExtreme("argmax", this, dim, options);
  }
  argmin(dim?: number, options: ReduceOptions = {}): Tensor {
    return argExtreme("argmin", this, dim, options);
  }
  cumsum(dim: number): Tensor {
    return apply("cumsum", [asNumbers(this)], { dim: normaliseDim("cumsum", dim, this.rank) });
  }
  cumprod(dim: number): Tensor {
    return apply("cumprod", [asNumbers(this)], { dim: normaliseDim("cumprod", dim, this.rank) });
  }
  /** ln Σ eˣ, without overflow. */
  logSumExp(dim?: number | readonly number[], { keepDim = false }: ReduceOptions = {}): Tensor {
    const dims = normaliseDims("logSumExp", dim, this.rank);
    const largest = this.detach().max(dims, { keepDim: true });
    // Where everything is −∞ (or one element +∞) the shift itself must stay finite.
    const shift = largest.isFinite().where(largest, 0);
    const out = this.sub(shift).exp().sum(dims, { keepDim: true }).log().add(shift);
    return keepDim ? out : dropDims(out, dims);
  }
  /** eˣ / Σ eˣ along dim. */
  softmax(dim: number): Tensor {
    const d = normaliseDim("softmax", dim, this.rank);
    if (hasLongRows(this, d, 16)) return apply("softmax", [this]);
    return customGradient(
      [this],
      ([x]) => {
        const e = x.sub(x.max(d, { keepDim: true })).exp();
        return e.div(e.sum(d, { keepDim: true }));
      },
      // dL/dxᵢ = yᵢ(gᵢ − Σⱼ gⱼyⱼ)
      (g, y) => [y.mul(g.sub(g.mul(y).sum(d, { keepDim: true })))],
    );
  }
  /** x − ln Σ eˣ along dim. */
  logSoftmax(dim: number): Tensor {
    const d = normaliseDim("logSoftmax", dim, this.rank);
    if (hasLongRows(this, d, 48)) return apply("logSoftmax", [this]);
    return customGradient(
      [this],
      ([x]) => {
        const shifted = x.sub(x.max(d, { keepDim: true }));
        return shifted.sub(shifted.exp().sum(d, { keepDim: true }).log());
      },
      (g, y) => [g.sub(y.exp().mul(g.sum(d, { keepDim: true })))],
    );
  }
  /** ‖x‖ₚ = (Σ|x|ᵖ)^(1/p) along dim; p may be Infinity. The gradient at 0 is 0. */
  norm(p = 2, dim?: number | readonly number[], options: ReduceOptions = {}): Tensor {
    const dims = normaliseDims("norm", dim, this.rank);
    if (p === 1) return this.abs().sum(dims, options);
    if (p === Infinity) return this.abs().max(dims, options);
    const total = p === 2 ? this.square().sum(dims, options) : this.abs().pow(p).sum(dims, options);
    const zero = total.detach().equal(0);
    const safe = zero.where(1, total);
    return zero.where(0, p === 2 ? safe.sqrt() : safe.pow(1 / p));
  }

  // Linear algebra ------------------------------------------------------------------------------------------------

  /** Matrix product with PyTorch's rules: vectors are rows or columns as needed, leading dims broadcast. */
  matmul(other: Tensor): Tensor {
    if (this.rank === 0 || other.rank === 0)
      throw new ShapeError(
        `matmul: expects vectors or matrices, got ${showShape(this.shape)} and ${showShape(other.shape)}.`,
      );
    const a = this.rank === 1 ? this.unsqueeze(0) : this;
    const b = other.rank === 1 ? other.unsqueeze(1) : other;
    let out = a.multiply(b);
    if (this.rank === 1) out = out.squeeze(-2);
    if (other.rank === 1) out = out.squeeze(-1);
    return out;
  }

  /** Product of matrices in the last two dims, either read transposed without being moved; leading dims broadcast. */
  multiply(other: Tensor, { transposeA = false, transposeB = false }: TransposeOptions = {}): Tensor {
    const [a, b] = unify("matmul", this, other);
    const leadingA = a.shape.slice(0, -2);
    const leadingB = b.shape.slice(0, -2);
    // Many matrices times one: a single product over all rows.
    if (!transposeA && leadingA.length > 0 && leadingB.length === 0) {
      const columns = b.shape[transposeB ? 0 : 1];
      const rows = a.reshape([-1, a.shape[a.rank - 1]]);
      return apply("matmul", [rows, b], { transposeA, transposeB }).reshape([...a.shape.slice(0, -1), columns]);
    }
    const leading = broadcastShapes("matmul", leadingA, leadingB);
    const batchA = a.expand([...leading, ...a.shape.slice(-2)]);
    const batchB = b.expand([...leading, ...b.shape.slice(-2)]);
    return apply("matmul", [batchA, batchB], { transposeA, transposeB });
  }

  /** Outer product of two vectors. */
  outer(other: Tensor): Tensor {
    if (this.rank !== 1 || other.rank !== 1)
      throw new ShapeError(`outer: expects two vectors, got ${showShape(this.shape)} and ${showShape(other.shape)}.`);
    return this.unsqueeze(1).mul(other.unsqueeze(0));
  }

  // Shape ---------------------------------------------------------------------------------------------------------

  /** The same elements under another shape, sharing memory; one length may be −1. */
  reshape(shape: Shape): Tensor {
    const target = resolveShape(this, shape);
    if (sameShape(target, this.shape)) return this;
    return track(viewOf(this, target), "reshape", [this], {}, ({ gradient }) => [gradient.reshape(this.shape)]);
  }
  flatten(startDim = 0, endDim = -1): Tensor {
    if (this.rank === 0) return this.reshape([1]);
    const start = normaliseDim("flatten", startDim, this.rank);
    const end = normaliseDim("flatten", endDim, this.rank);
    return this.reshape([
      ...this.shape.slice(0, start),
      sizeOf(this.shape.slice(start, end + 1)),
      ...this.shape.slice(end + 1),
    ]);
  }
  /** Drops dims of length 1: all of them, or those named. */
  squeeze(dim?: number | readonly number[]): Tensor {
    const dims = normaliseDims("squeeze", dim, this.rank);
    return this.reshape(this.shape.filter((length, i) => length !== 1 || !dims.includes(i)));
  }
  /** Inserts a dim of length 1 at the given place of the result. */
  unsqueeze(dim: number): Tensor {
    const at = normaliseDim("unsqueeze", dim, this.rank + 1);
    return this.reshape([...this.shape.slice(0, at), 1, ...this.shape.slice(at)]);
  }
  /** out.shape[i] = shape[order[i]] */
  permute(order: readonly number[]): Tensor {
    const dims = order.map((d) => normaliseDim("permute", d, this.rank));
    if (dims.length !== this.rank || new Set(dims).size !== this.rank)
      throw new ShapeError(
        `permute: ${showShape(order)} is no order of the ${this.rank} dims of ${showShape(this.shape)}.`,
      );
    return dims.every((d, i) => d === i) ? this : apply("permute", [this], { order: dims });
  }
  /** Swaps two dims; the last two by default. */
  transpose(dimA = -2, dimB = -1): Tensor {
    const a = normaliseDim("transpose", dimA, this.rank);
    const b = normaliseDim("transpose", dimB, this.rank);
    return this.permute(this.shape.map((_, i) => (i === a ? b : i === b ? a : i)));
  }
  /** Repeats dims of length 1 as NumPy broadcasts them; −1 keeps a length. */
  expand(shape: Shape): Tensor {
    const lead = shape.length - this.rank;
    const target = shape.map((n, i) => (n === -1 && i >= lead ? this.shape[i - lead] : n));
    return sameShape(target, this.shape) ? this : apply("expand", [this], { shape: target });
  }
  /** Sums over the dims in which `shape` was broadcast to this shape. */
  sumTo(shape: Shape): Tensor {
    if (sameShape(shape, this.shape)) return this;
    const lead = this.rank - shape.length;
    if (lead < 0 || shape.some((length, i) => length !== 1 && length !== this.shape[i + lead]))
      throw new ShapeError(`sumTo: ${showShape(shape)} cannot be broadcast to ${showShape(this.shape)}.`);
    const dims = this.shape.map((_, i) => i).filter((i) => i < lead || (shape[i - lead] === 1 && this.shape[i] !== 1));
    return (dims.length > 0 ? sumOver(this, dims) : this).reshape(shape);
  }
  /** Parts by range, one per dim from the first; missing ones take all. x.slice([1, 3], null, [null, null, 2]) */
  slice(...ranges: readonly Range[]): Tensor {
    if (ranges.length > this.rank)
      throw new ShapeError(`slice: ${ranges.length} ranges for the ${this.rank} dims of ${showShape(this.shape)}.`);
    const parts = this.shape.map((length, i) => resolveRange(ranges[i] ?? null, length, i));
    if (parts.every(([start, stop, step], i) => start === 0 && step === 1 && stop === this.shape[i])) return this;
    return apply("slice", [this], {
      start: parts.map((part) => part[0]),
      stop: parts.map((part) => part[1]),
      step: parts.map((part) => part[2]),
    });
  }
  /** `length` elements of one dim from `start`. */
  narrow(dim: number, start: number, length: number): Tensor {
    const at = normaliseDim("narrow", dim, this.rank);
    if (start < 0 || length < 0 || start + length > this.shape[at])
      throw new ShapeError(`narrow: [${start}, ${start + length}) leaves dim ${dim} of ${showShape(this.shape)}.`);
    return this.slice(...this.shape.map((_, i): Range => (i === at ? [start, start + length] : null)));
  }
  /** One index of a dim, which is dropped. */
  select(dim: number, index: number): Tensor {
    const at = normaliseDim("select", dim, this.rank);
    const length = this.shape[at];
    if (index < -length || index >= length)
      throw new ShapeError(`select: index ${index} is outside dim ${dim} of ${showShape(this.shape)}.`);
    return this.narrow(at, index < 0 ? index + length : index, 1).squeeze(at);
  }
  /** Adds `before[i]` and `after[i]` elements of `value` to dim i. */
  pad(before: readonly number[], after: readonly number[], value = 0): Tensor {
    if (before.length !== this.rank || after.length !== this.rank || [...before, ...after].some((n) => n < 0))
      throw new ShapeError(`pad: ${showShape(before)} and ${showShape(after)} do not fit ${showShape(this.shape)}.`);
    if (before.every((n) => n === 0) && after.every((n) => n === 0)) return this;
    return apply("pad", [this], { before, after, value });
  }
  /** This tensor followed by others along dim. */
  concat(others: readonly Tensor[], dim = 0): Tensor {
    if (others.length === 0) return this;
    return apply("concat", [this, ...others], { dim: normaliseDim("concat", dim, this.rank) });
  }
  /** Reverses dims; all of them by default. */
  flip(dim?: number | readonly number[]): Tensor {
    return apply("flip", [this], { dims: normaliseDims("flip", dim, this.rank) });
  }
  /** out[i][j] = x[i][index[i][j]] for dim 1: PyTorch's gather. index: int32, of this rank. */
  gather(dim: number, index: Tensor): Tensor {
    const d = normaliseDim("gather", dim, this.rank);
    checkIndex("gather", index, this.shape[d]);
    return apply("gather", [this, index], { dim: d });
  }
  /** Zeros of `shape` with these values added at index along dim; the gradient of gather. */
  scatterAdd(dim: number, index: Tensor, shape: Shape): Tensor {
    const d = normaliseDim("scatterAdd", dim, shape.length);
    checkIndex("scatterAdd", index, shape[d]);
    return apply("scatterAdd", [index, this], { dim: d, shape });
  }
  /** Picks slices of dim by an int32 index of any shape, which replaces that dim: rows of an embedding for dim 0. */
  take(index: Tensor, dim = 0): Tensor {
    const d = normaliseDim("take", dim, this.rank);
    checkIndex("take", index, this.shape[d]);
    return apply("take", [this, index], { dim: d });
  }
  /** Zeros of `shape` with these slices added at index along dim; the gradient of take. */
  takeAdd(dim: number, index: Tensor, shape: Shape): Tensor {
    const d = normaliseDim("takeAdd", dim, shape.length);
    checkIndex("takeAdd", index, shape[d]);
    return apply("takeAdd", [index, this], { dim: d, shape });
  }
  /** Places element i of dim at start + i·step of a dim of the given length; zeros elsewhere. */
  spread(dim: number, start: number, step: number, length: number): Tensor {
    normaliseDim("spread", dim, this.rank);
    if (start < 0 || start + (this.shape[dim] - 1) * step >= length)
      throw new ShapeError(`spread: ${this.shape[dim]} elements from ${start} by ${step} do not fit into ${length}.`);
    const index = Int32Array.from({ length: this.shape[dim] }, (_, i) => start + i * step);
    const shape = this.shape.map((n, i) => (i === dim ? length : n));
    return this.takeAdd(dim, fromData(index, [index.length]), shape);
  }

  // Differentiation -----------------------------------------------------------------------------------------------

  /** The same values, through which no gradient flows. */
  detach(): Tensor {
    if (this.lane) return laneOf(this.lane.level, this.lane.whole.detach());
    return this.tracked ? new Tensor(this.storage, this.shape) : this;
  }
}

/** A tensor over host data, which must not change afterwards. */
export const fromData = (data: TypedArray, shape: Shape): Tensor => {
  if (data.length !== sizeOf(shape))
    throw new ShapeError(`tensor: ${data.length} elements do not fill shape ${showShape(shape)} (${sizeOf(shape)}).`);
  return new Tensor(new Storage({ shape, dtype: dtypeOf(data) }, data));
};

/** A scalar of the given type. */
export const scalarOf = (value: number, dtype: DType): Tensor => {
  const data = newArray(dtype, 1);
  data[0] = value;
  return new Tensor(new Storage({ shape: [], dtype }, data));
};

/** The storage of a tensor that has values of its own. */
const readable = (x: Tensor): Storage => {
  if (!x.lane) return x.storage;
  throw new UsageError(
    "A value was read inside vmap: there it stands for one of many. Return the tensor and read it outside.",
  );
};

/** The same memory under another shape. */
const viewOf = (x: Tensor, shape: Shape): Tensor => {
  if (x.lane) return laneOf(x.lane.level, x.lane.whole.reshape([x.lane.whole.shape[0], ...shape]));
  const recorder = currentRecorder();
  return recorder ? new Tensor(recorder.view(x, shape)) : new Tensor(x.storage, shape);
};

/** The same tensor without its history. */
export const alias = (x: Tensor): Tensor => new Tensor(x.storage, x.shape, x.lane);

/** Applies a primitive to checked operands. */
export const apply = (op: string, inputs: readonly Tensor[], attributes: Attributes = {}): Tensor => {
  const primitive = primitives[op];
  const spec = primitive.infer(inputs, attributes);
  const level = levelOf(inputs);
  const out =
    level > 0 ? applyInLanes(level, op, inputs, attributes, spec) : new Tensor(compute(op, attributes, inputs, spec));
  return track(out, op, inputs, attributes, primitive.gradient);
};

/** One of the tensors that lie in `whole` along its first dim. */
export const laneOf = (level: number, whole: Tensor): Tensor =>
  new Tensor(whole.storage, whole.shape.slice(1), { level, whole });

/** What holds a tensor of each lane, in the lanes of that level: one and the same of each where it is no lane. */
export const wholeOf = (x: Tensor, level: number, count: number): Tensor =>
  x.lane?.level === level ? x.lane.whole : x.unsqueeze(0).expand([count, ...x.shape]);

/** The innermost vmap that one of the tensors is a lane of; 0 for none. */
const levelOf = (tensors: readonly Tensor[]): number => {
  let level = 0;
  for (const { lane } of tensors) if (lane && lane.level > level) level = lane.level;
  return level;
};

const inLane = (x: Tensor, level: number): boolean => x.lane?.level === level;

const countOf = (inputs: readonly Tensor[], level: number): number => {
  const one = inputs.find((x) => inLane(x, level));
  return one?.lane?.whole.shape[0] ?? 0;
};

/** Applies a primitive in all lanes of a level at once. */
const applyInLanes = (
  level: number,
  op: string,
  inputs: readonly Tensor[],
  attributes: Attributes,
  output: Spec,
): Tensor => {
  const count = countOf(inputs, level);
  if (count === 0) return laneOf(level, fromData(newArray(output.dtype, 0), [0, ...output.shape]));
  const isLane = inputs.map((x) => inLane(x, level));
  const wholes = inputs.map((x, i) => (isLane[i] ? (x.lane as Lane).whole : x));
  const all = (): Tensor[] => inputs.map((x) => wholeOf(x, level, count));
  return laneOf(level, inAllLanes(op, { inputs: wholes, isLane, all, attributes, count, output, apply }));
};

let tracked = 0;

/** The number that the last tracked tensor got: later ones have larger ones. */
export const lastTracked = (): number => tracked;

export const track = (
  out: Tensor,
  op: string,
  inputs: readonly Tensor[],
  attributes: Attributes,
  gradient: Origin["gradient"],
): Tensor => {
  if (inputs.some((input) => input.tracked) && gradient) {
    out.tracked = true;
    out.origin = { op, inputs, attributes, gradient, number: ++tracked };
  }
  return out;
};

/**
 * A function with a gradient rule of one's own, for what autodiff would do slowly or inaccurately. `f` gets the inputs without their
 * history; `rule` gives dL/d(input) for each input (null for none) from dL/d(output), the output and the inputs. It is written in ops, and
 * is differentiated in turn where a second derivative is asked for, so it must be right as a function of all three.
 *
 * ln(1 + eˣ) without overflow: `customGradient([x], ([v]) => v.relu().add(v.abs().neg().exp().log1p()), (g, _y, [v]) => [g.mul(v.sigmoid())])`
 */
export const customGradient = (
  inputs: readonly Tensor[],
  f: (inputs: readonly Tensor[]) => Tensor,
  rule: (gradient: Tensor, output: Tensor, inputs: readonly Tensor[]) => readonly (Tensor | null)[],
): Tensor => {
  const level = levelOf(inputs);
  const out = level > 0 ? customInLanes(level, inputs, f, rule) : alias(f(inputs.map((x) => x.detach())).detach());
  return track(out, "customGradient", inputs, {}, ({ gradient, output }) => {
    const gradients = rule(gradient, output, inputs);
    if (gradients.length !== inputs.length)
      throw new ShapeError(`customGradient: the rule gave ${gradients.length} gradients for ${inputs.length} inputs.`);
    gradients.forEach((g, i) => {
      if (g && !sameShape(g.shape, inputs[i].shape))
        throw new ShapeError(
          `customGradient: the gradient of input ${i} is ${showShape(g.shape)}, expected ${showShape(inputs[i].shape)}; sum it with sumTo.`,
        );
    });
    return gradients;
  });
};

/** A function with a rule for one lane, in all lanes: tensors that are the same in all get the sum of their gradients. */
const customInLanes = (
  level: number,
  inputs: readonly Tensor[],
  f: (inputs: readonly Tensor[]) => Tensor,
  rule: Parameters<typeof customGradient>[2],
): Tensor => {
  const count = countOf(inputs, level);
  const inLanes = (wholes: readonly Tensor[]): Tensor[] =>
    wholes.map((whole, i) => (inLane(inputs[i], level) ? laneOf(level, whole) : whole));
  const whole = customGradient(
    inputs.map((x) => (inLane(x, level) ? (x.lane as Lane).whole : x)),
    (wholes) => wholeOf(f(inLanes(wholes)), level, count),
    (gradient, output, wholes) =>
      rule(laneOf(level, gradient), laneOf(level, output), inLanes(wholes)).map((part, i) => {
        if (!part) return null;
        const parts = wholeOf(part, level, count);
        return inLane(inputs[i], level) ? parts : parts.sum(0);
      }),
  );
  return laneOf(level, whole);
};

const binary = (op: string, a: Tensor, b: Operand, least?: DType): Tensor => apply(op, unify(op, a, b, least));

/** Truth values as 0 and 1. */
const asNumbers = (x: Tensor): Tensor => (x.dtype === "bool" ? x.cast("int32") : x);

/** a > b is b < a; errors name what was called. */
const swapped = (called: string, op: string, a: Tensor, b: Operand): Tensor => {
  const [x, y] = unify(called, a, b);
  broadcastShapes(called, x.shape, y.shape);
  return apply(op, [y, x]);
};

/** Brings both operands to the type they compute in, which is `least` or wider. */
const unify = (op: string, a: Tensor, b: Operand, least: DType = "bool"): [Tensor, Tensor] => {
  if (typeof b !== "number") {
    if (!(b instanceof Tensor))
      throw new ShapeError(`${op}: expects a tensor or a number, got ${describe(b)}; of a Variable use its value.`);
    const dtype = promote(promote(a.dtype, b.dtype), least);
    return [a.cast(dtype), b.cast(dtype)];
  }
  const dtype = promote(promote(a.dtype, least), Number.isInteger(b) ? "bool" : "float32");
  return [a.cast(dtype), scalarOf(b, dtype)];
};

const pair = (op: string, a: Operand, b: Operand): [Tensor, Tensor] => {
  if (typeof a !== "number") return unify(op, a, b);
  if (typeof b !== "number") {
    const [y, x] = unify(op, b, a);
    return [x, y];
  }
  return [scalarOf(a, "float32"), scalarOf(b, "float32")];
};

const describe = (value: unknown): string =>
  value === null ? "null" : typeof value === "object" ? value.constructor.name : typeof value;

const dropDims = (x: Tensor, dims: readonly number[]): Tensor => x.reshape(x.shape.filter((_, i) => !dims.includes(i)));

const reduce = (
  op: string,
  x: Tensor,
  dim: number | readonly number[] | undefined,
  { keepDim }: ReduceOptions,
): Tensor => {
  const dims = normaliseDims(op, dim, x.rank);
  if (dims.length === 0) return x;
  const out = op === "sum" ? sumOver(asNumbers(x), dims) : apply(op, [op === "prod" ? asNumbers(x) : x], { dims });
  return keepDim ? out : dropDims(out, dims);
};

/**
 * Whether a dim is the last and long enough for an op over whole rows. Short rows are quicker by single ops, which go over all rows at once and fuse
 * with their neighbours; both give the same bits on wasm. The lengths are measured: where both take equally long.
 */
const hasLongRows = (x: Tensor, dim: number, length: number): boolean => dim === x.rank - 1 && x.shape[dim] >= length;

/** Sums dims that lie side by side together, the last ones first: backends have fast kernels for those. */
const sumOver = (x: Tensor, dims: readonly number[]): Tensor => {
  let first = dims.length - 1;
  while (first > 0 && dims[first - 1] === dims[first] - 1) first--;
  if (first <= 0) return apply("sum", [x], { dims });
  return sumOver(apply("sum", [x], { dims: dims.slice(first) }), dims.slice(0, first));
};

const argExtreme = (op: string, x: Tensor, dim: number | undefined, { keepDim }: ReduceOptions): Tensor => {
  if (dim === undefined) return apply(op, [x.reshape([-1])], { dim: 0 }).reshape([]);
  const d = normaliseDim(op, dim, x.rank);
  const out = apply(op, [x], { dim: d });
  return keepDim ? out : dropDims(out, [d]);
};
