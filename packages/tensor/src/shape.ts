// Arithmetic on shapes: sizes, broadcasting, dimensions counted from the end.
import type { Shape } from "./backend.ts";
import { ShapeError } from "./errors.ts";

export const sizeOf = (shape: Shape): number => shape.reduce((product, length) => product * length, 1);

export const sameShape = (a: Shape, b: Shape): boolean => a.length === b.length && a.every((n, i) => n === b[i]);

export const showShape = (shape: Shape): string => `[${shape.join(", ")}]`;

/** Row-major strides in elements. */
export const stridesOf = (shape: Shape): number[] => {
  const strides = new Array<number>(shape.length);
  let stride = 1;
  for (let i = shape.length - 1; i >= 0; i--) {
    strides[i] = stride;
    stride *= shape[i];
  }
  return strides;
};

/** NumPy's rule: align at the last dim; lengths are equal or one of them is 1. */
export const broadcastShapes = (op: string, a: Shape, b: Shape): Shape => {
  if (sameShape(a, b)) return a;
  const rank = Math.max(a.length, b.length);
  const out = new Array<number>(rank);
  for (let i = 1; i <= rank; i++) {
    const m = a[a.length - i] ?? 1;
    const n = b[b.length - i] ?? 1;
    if (m !== n && m !== 1 && n !== 1)
      throw new ShapeError(`${op}: shapes ${showShape(a)} and ${showShape(b)} do not broadcast (${m} against ${n}).`);
    out[rank - i] = m === 1 ? n : m;
  }
  return out;
};

/** The dim counted from 0; −1 is the last. */
export const normaliseDim = (op: string, dim: number, rank: number): number => {
  if (!Number.isInteger(dim) || dim < -rank || dim >= rank)
    throw new ShapeError(`${op}: dim ${dim} does not exist in a tensor of rank ${rank}.`);
  return dim < 0 ? dim + rank : dim;
};

/** Sorted dims counted from 0; undefined means all of them. */
export const normaliseDims = (op: string, dim: number | readonly number[] | undefined, rank: number): number[] => {
  if (dim === undefined) return Array.from({ length: rank }, (_, i) => i);
  const dims = (typeof dim === "number" ? [dim] : [...dim]).map((d) => normaliseDim(op, d, rank));
  if (new Set(dims).size !== dims.length) throw new ShapeError(`${op}: dims ${showShape(dims)} name a dim twice.`);
  return dims.sort((a, b) => a - b);
};
