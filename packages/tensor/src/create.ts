// Making tensors: from data, filled, counting, one-hot; and joining several.
import type { Shape } from "./backend.ts";
import { type DType, newArray, type TypedArray } from "./dtype.ts";
import { ShapeError } from "./errors.ts";
import { showShape, sizeOf } from "./shape.ts";
import { fromData, type NestedNumbers, type Operand, scalarOf, Tensor } from "./tensor.ts";

/**
 * A tensor from nested arrays, or from a flat typed array and a shape. Numbers become float32 unless a type is given; data of typed
 * arrays is copied.
 */
export const tensor = (
  data: NestedNumbers | TypedArray,
  options: { readonly shape?: Shape; readonly dtype?: DType } = {},
): Tensor => {
  if (ArrayBuffer.isView(data)) {
    const copy = options.dtype ? convert(data, options.dtype) : data.slice();
    return fromData(copy, options.shape ?? [data.length]);
  }
  const shape = shapeOf(data);
  const flat = newArray(options.dtype ?? "float32", sizeOf(shape));
  fill(data, shape, flat);
  return fromData(flat, options.shape ?? shape);
};

const convert = (data: ArrayLike<number>, dtype: DType): TypedArray => {
  const out = newArray(dtype, data.length);
  for (let i = 0; i < data.length; i++) out[i] = dtype === "bool" ? Number(data[i] !== 0) : data[i];
  return out;
};

const shapeOf = (data: NestedNumbers): number[] =>
  typeof data === "number" ? [] : [data.length, ...(data.length > 0 ? shapeOf(data[0]) : [])];

const fill = (data: NestedNumbers, shape: Shape, out: TypedArray): void => {
  let next = 0;
  const walk = (part: NestedNumbers, dim: number): void => {
    const length = typeof part === "number" ? undefined : part.length;
    if (length !== shape[dim])
      throw new ShapeError(
        `tensor: ragged nested arrays; expected shape ${showShape(shape)}, a part has length ${length}.`,
      );
    if (typeof part === "number") out[next++] = part;
    else for (const inner of part) walk(inner, dim + 1);
  };
  walk(data, 0);
};

/** A float32 tensor with no dims. */
export const scalar = (value: number, dtype: DType = "float32"): Tensor => scalarOf(value, dtype);

const checkedShape = (op: string, shape: Shape): Shape => {
  if (shape.every((length) => Number.isInteger(length) && length >= 0)) return shape;
  throw new ShapeError(`${op}: lengths are whole numbers from 0 up, got ${showShape(shape)}.`);
};

export const full = (shape: Shape, value: number, dtype: DType = "float32"): Tensor =>
  fromData(newArray(dtype, sizeOf(checkedShape("full", shape))).fill(value), shape);
export const zeros = (shape: Shape, dtype: DType = "float32"): Tensor =>
  fromData(newArray(dtype, sizeOf(checkedShape("zeros", shape))), shape);
export const ones = (shape: Shape, dtype: DType = "float32"): Tensor => full(checkedShape("ones", shape), 1, dtype);

/** start, start + step, … below stop; int32 by default. */
export const arange = (start: number, stop: number, step = 1, dtype: DType = "int32"): Tensor => {
  const length = Math.max(0, Math.ceil((stop - start) / step));
  if (!Number.isFinite(length))
    throw new ShapeError(`arange: from ${start} to ${stop} by ${step} is no list of numbers.`);
  const data = newArray(dtype, length);
  for (let i = 0; i < length; i++) data[i] = start + i * step;
  return fromData(data, [length]);
};

/** `count` numbers from start to stop, both included. */
export const linspace = (start: number, stop: number, count: number, dtype: DType = "float32"): Tensor => {
  const data = newArray(dtype, checkedShape("linspace", [count])[0]);
  for (let i = 0; i < count; i++) data[i] = count === 1 ? start : start + ((stop - start) * i) / (count - 1);
  return fromData(data, [count]);
};

/** The n × n identity matrix. */
export const eye = (n: number, dtype: DType = "float32"): Tensor => {
  checkedShape("eye", [n, n]);
  const data = newArray(dtype, n * n);
  for (let i = 0; i < n; i++) data[i * n + i] = 1;
  return fromData(data, [n, n]);
};

/** 1 at the index, 0 elsewhere, in a new last dim. index: int32 […] → […, classes] */
export const oneHot = (index: Tensor, classes: number, dtype: DType = "float32"): Tensor =>
  index.unsqueeze(-1).equal(arange(0, classes)).cast(dtype);

/** Tensors one after the other along an existing dim. */
export const concat = (tensors: readonly Tensor[], dim = 0): Tensor => {
  if (tensors.length === 0) throw new ShapeError("concat: expects at least one tensor.");
  return tensors[0].concat(tensors.slice(1), dim);
};

/** Tensors of one shape side by side along a new dim. */
export const stack = (tensors: readonly Tensor[], dim = 0): Tensor => {
  if (tensors.length === 0) throw new ShapeError("stack: expects at least one tensor.");
  return concat(
    tensors.map((t) => t.unsqueeze(dim)),
    dim,
  );
};

/** Where the condition holds `a`, else `b`. */
export const where = (condition: Tensor, a: Operand, b: Operand): Tensor => condition.where(a, b);
