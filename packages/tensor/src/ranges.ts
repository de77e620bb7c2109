// What reshape, slice and the ops that pick by index are given, made definite and checked.
import type { Shape } from "./backend.ts";
import { ShapeError } from "./errors.ts";
import { sliceLength } from "./ops/move.ts";
import { showShape, sizeOf } from "./shape.ts";
import type { Tensor } from "./tensor.ts";

/** Part of one dim, as in x.slice: a single index keeps the dim with length 1; null bounds mean the ends; negative ones count from the end. */
export type Range = number | null | readonly [start: number | null, stop: number | null, step?: number];

/** The shape meant: −1 stands for the one length that makes the elements fit. */
export const resolveShape = (x: Tensor, shape: Shape): Shape => {
  const open = shape.indexOf(-1);
  const known = sizeOf(shape.filter((n) => n !== -1));
  const target = open === -1 ? shape : shape.map((n, i) => (i === open ? x.size / known : n));
  if (sizeOf(target) !== x.size || target.some((n) => !Number.isInteger(n) || n < 0))
    throw new ShapeError(`reshape: ${showShape(x.shape)} (${x.size} elements) does not fill ${showShape(shape)}.`);
  return target;
};

/** Start, stop and step of a range within [0, length). */
export const resolveRange = (
  range: Range,
  length: number,
  dim: number,
): [start: number, stop: number, step: number] => {
  if (range === null) return [0, length, 1];
  if (typeof range === "number") {
    if (range < -length || range >= length)
      throw new ShapeError(`slice: index ${range} is outside dim ${dim} of length ${length}.`);
    const start = range < 0 ? range + length : range;
    return [start, start + 1, 1];
  }
  const [from, to, step = 1] = range;
  if (!Number.isInteger(step) || step < 1)
    throw new ShapeError(`slice: step ${step} of dim ${dim}; expected a positive whole number (use flip to reverse).`);
  const bound = (at: number): number => Math.min(Math.max(at < 0 ? at + length : at, 0), length);
  const start = bound(from ?? 0);
  const stop = Math.max(start, bound(to ?? length));
  return [
    start,
    start + sliceLength(start, stop, step) * step - (sliceLength(start, stop, step) > 0 ? step - 1 : 0),
    step,
  ];
};

/** Indices on the host are checked; those computed on a device are clamped by the kernels. */
export const checkIndex = (op: string, index: Tensor, length: number): void => {
  const data = index.storage.host;
  if (!data || index.dtype !== "int32") return;
  for (const i of data) if (i < 0 || i >= length) throw new ShapeError(`${op}: index ${i} is outside [0, ${length}).`);
};
