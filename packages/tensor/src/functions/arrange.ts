// Rearranging whole tensors: repeating, rolling, splitting, diagonals and triangles.
import type { Shape } from "../backend.ts";
import { ShapeError } from "../errors.ts";
import { normaliseDim, showShape } from "../shape.ts";
import { fromData, type Tensor } from "../tensor.ts";
import { requireWhole } from "./arguments.ts";

/** The whole tensor so many times along each dim; further counts in front add dims. */
export const repeat = (x: Tensor, counts: Shape): Tensor => {
  if (counts.length < x.rank)
    throw new ShapeError(`repeat: ${counts.length} counts for the ${x.rank} dims of ${showShape(x.shape)}.`);
  for (const count of counts) requireWhole("repeat", "count", count, 0);
  const shape = [...new Array<number>(counts.length - x.rank).fill(1), ...x.shape];
  return x
    .reshape(shape.flatMap((length) => [1, length]))
    .expand(shape.flatMap((length, i) => [counts[i], length]))
    .reshape(shape.map((length, i) => counts[i] * length));
};

/** Each element of a dim so many times in a row. */
export const repeatInterleave = (x: Tensor, count: number, dim: number): Tensor => {
  const at = normaliseDim("repeatInterleave", dim, x.rank);
  requireWhole("repeatInterleave", "count", count, 0);
  const [before, after] = [x.shape.slice(0, at + 1), x.shape.slice(at + 1)];
  return x
    .unsqueeze(at + 1)
    .expand([...before, count, ...after])
    .reshape([...before.slice(0, -1), before[at] * count, ...after]);
};

/** Moves the elements of each dim on by its shift; those pushed out at the end come in at the start. */
export const roll = (x: Tensor, shifts: number | readonly number[], dims: number | readonly number[]): Tensor => {
  const [by, along] = [[shifts].flat(), [dims].flat()] as [number[], number[]];
  if (by.length !== along.length) throw new ShapeError(`roll: ${by.length} shifts for ${along.length} dims.`);
  return by.reduce((rolled, shift, i) => {
    const dim = normaliseDim("roll", along[i], x.rank);
    const length = x.shape[dim];
    if (!Number.isInteger(shift)) throw new ShapeError(`roll: shift is ${shift}; expected a whole number.`);
    const head = length === 0 ? 0 : ((shift % length) + length) % length;
    if (head === 0) return rolled;
    return rolled.narrow(dim, length - head, head).concat([rolled.narrow(dim, 0, length - head)], dim);
  }, x);
};

/** Parts of a dim of the given size (the last may be smaller), or of the given sizes. */
export const split = (x: Tensor, size: number | readonly number[], dim = 0): Tensor[] => {
  const at = normaliseDim("split", dim, x.rank);
  const length = x.shape[at];
  if (typeof size === "number") {
    requireWhole("split", "size", size, 1);
    const count = Math.max(1, Math.ceil(length / size));
    return Array.from({ length: count }, (_, i) => x.narrow(at, i * size, Math.min(size, length - i * size)));
  }
  const total = size.reduce((sum, n) => sum + n, 0);
  if (total !== length)
    throw new ShapeError(`split: sizes ${showShape(size)} add up to ${total}, dim ${dim} has length ${length}.`);
  let start = 0;
  return size.map((n) => {
    const part = x.narrow(at, start, n);
    start += n;
    return part;
  });
};

/** At most so many parts of equal size along a dim; the last may be smaller. */
export const chunk = (x: Tensor, count: number, dim = 0): Tensor[] => {
  requireWhole("chunk", "count", count, 1);
  const at = normaliseDim("chunk", dim, x.rank);
  return split(x, Math.max(1, Math.ceil(x.shape[at] / count)), at);
};

export interface DiagonalOptions {
  /** Which diagonal: 0 the main one, above it positive. */
  readonly offset?: number;
  /** Rows and columns; defaults 0 and 1. */
  readonly dimA?: number;
  readonly dimB?: number;
}

/** The elements of two dims whose indices agree, as a new last dim: out[…, i] = x[…, i, …, i + offset, …]. */
export const diagonal = (x: Tensor, { offset = 0, dimA = 0, dimB = 1 }: DiagonalOptions = {}): Tensor => {
  const a = normaliseDim("diagonal", dimA, x.rank);
  const b = normaliseDim("diagonal", dimB, x.rank);
  if (a === b || !Number.isInteger(offset))
    throw new ShapeError(
      `diagonal: expects two dims and a whole offset, got dims ${dimA} and ${dimB}, offset ${offset}.`,
    );
  const others = x.shape.map((_, i) => i).filter((i) => i !== a && i !== b);
  const [rows, columns] = [x.shape[a], x.shape[b]];
  const length = Math.max(0, Math.min(rows - Math.max(0, -offset), columns - Math.max(0, offset)));
  const flat = x.permute([...others, a, b]).reshape([...others.map((i) => x.shape[i]), rows * columns]);
  const start = Math.max(0, -offset) * columns + Math.max(0, offset);
  const stop = length === 0 ? start : start + (length - 1) * (columns + 1) + 1;
  return flat.slice(...others.map(() => null), [Math.min(start, rows * columns), stop, columns + 1]);
};

/** The lower triangle of the last two dims: 0 where column > row + diagonal. */
export const tril = (x: Tensor, diagonalIndex = 0): Tensor => triangle("tril", x, diagonalIndex, true);

/** The upper triangle of the last two dims: 0 where column < row + diagonal. */
export const triu = (x: Tensor, diagonalIndex = 0): Tensor => triangle("triu", x, diagonalIndex, false);

/** Which positions (columns) each position (row) may attend to: itself and those before it. bool [size, size]. */
export const causalMask = (size: number): Tensor => {
  requireWhole("causalMask", "size", size, 0);
  return triangleMask(size, size, 0, true);
};

/** The value where the mask holds, else x. mask: bool, broadcast. */
export const maskedFill = (x: Tensor, mask: Tensor, value: number): Tensor => {
  if (mask.dtype !== "bool") throw new ShapeError(`maskedFill: the mask must be bool, got ${mask.dtype}.`);
  return mask.where(value, x);
};

const triangle = (op: string, x: Tensor, diagonalIndex: number, lower: boolean): Tensor => {
  if (x.rank < 2) throw new ShapeError(`${op}: expects matrices in the last two dims, got ${showShape(x.shape)}.`);
  const [rows, columns] = x.shape.slice(-2);
  return triangleMask(rows, columns, diagonalIndex, lower).where(x, 0);
};

const triangleMask = (rows: number, columns: number, diagonalIndex: number, lower: boolean): Tensor => {
  const mask = new Uint8Array(rows * columns);
  for (let i = 0; i < rows; i++)
    for (let j = 0; j < columns; j++)
      mask[i * columns + j] = Number(lower ? j <= i + diagonalIndex : j >= i + diagonalIndex);
  return fromData(mask, [rows, columns]);
};
