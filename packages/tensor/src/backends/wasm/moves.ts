// Ops that only move elements, as walks over at most four dims.
import type { Attributes, Spec } from "../../backend.ts";
import { sizeOf, stridesOf } from "../../shape.ts";
import type { KernelCall, Placed, Recipe } from "./library.ts";

/** Elements moved from one tensor to another: position Σ iₖ·stepₖ on both sides, for every index of `shape`. */
interface Move {
  readonly shape: readonly number[];
  readonly fromSteps: readonly number[];
  readonly toSteps: readonly number[];
  readonly fromStart?: number;
  readonly toStart?: number;
}

const DIMS = 4;

/** A move with as few dims as possible: no dim of length 1, and neighbours joined where both sides walk on evenly. */
const joined = ({ shape, fromSteps, toSteps }: Move): [length: number, from: number, to: number][] => {
  const dims: [number, number, number][] = [];
  shape.forEach((length, i) => {
    if (length === 1) return;
    const last = dims.at(-1);
    if (last && last[1] === fromSteps[i] * length && last[2] === toSteps[i] * length)
      dims[dims.length - 1] = [last[0] * length, fromSteps[i], toSteps[i]];
    else dims.push([length, fromSteps[i], toSteps[i]]);
  });
  return dims;
};

const moved = (x: Placed, output: Placed, move: Move): KernelCall[] | null => {
  const dims = joined(move);
  if (dims.length > DIMS) return null;
  while (dims.length < DIMS) dims.unshift([1, 0, 0]);
  const from = x.pointer + 4 * (move.fromStart ?? 0);
  const to = output.pointer + 4 * (move.toStart ?? 0);
  const steps = (side: 1 | 2): number[] => dims.map((dim) => 4 * dim[side]);
  return [{ kernel: "move", parameters: [from, to, ...dims.map(([length]) => length), ...steps(1), ...steps(2)] }];
};

const list = (attribute: Attributes[string]): readonly number[] => attribute as readonly number[];

const dot = (a: readonly number[], b: readonly number[]): number => a.reduce((sum, x, i) => sum + x * b[i], 0);

const bitsOf = (value: number, dtype: Spec["dtype"]): number =>
  dtype === "float32" ? new Int32Array(Float32Array.of(value).buffer)[0] : value;

export const movers: Readonly<Record<string, Recipe>> = {
  permute: ({ order }, [x], output) => {
    const strides = stridesOf(x.shape);
    const fromSteps = list(order).map((i) => strides[i]);
    return moved(x, output, { shape: output.shape, fromSteps, toSteps: stridesOf(output.shape) });
  },
  expand: (_, [x], output) => {
    const lead = output.shape.length - x.shape.length;
    const strides = stridesOf(x.shape);
    const fromSteps = output.shape.map((_length, i) => (i < lead || x.shape[i - lead] === 1 ? 0 : strides[i - lead]));
    return moved(x, output, { shape: output.shape, fromSteps, toSteps: stridesOf(output.shape) });
  },
  slice: ({ start, step }, [x], output) => {
    const strides = stridesOf(x.shape);
    const fromSteps = strides.map((stride, i) => stride * list(step)[i]);
    const fromStart = dot(strides, list(start));
    return moved(x, output, { shape: output.shape, fromSteps, toSteps: stridesOf(output.shape), fromStart });
  },
  flip: ({ dims }, [x], output) => {
    const strides = stridesOf(x.shape);
    const fromSteps = strides.map((stride, i) => (list(dims).includes(i) ? -stride : stride));
    const fromStart = list(dims).reduce((sum, dim) => sum + (x.shape[dim] - 1) * strides[dim], 0);
    return moved(x, output, { shape: x.shape, fromSteps, toSteps: strides, fromStart });
  },
  pad: ({ before, value }, [x], output) => {
    const toSteps = stridesOf(output.shape);
    const inside = moved(x, output, {
      shape: x.shape,
      fromSteps: stridesOf(x.shape),
      toSteps,
      toStart: dot(toSteps, list(before)),
    });
    const fill = [output.pointer, sizeOf(output.shape), bitsOf(value as number, output.dtype)];
    return inside && [{ kernel: "fill", parameters: fill }, ...inside];
  },
  concat: ({ dim }, inputs, output) => {
    const toSteps = stridesOf(output.shape);
    let at = 0;
    const parts = inputs.map((x) => {
      const part = { shape: x.shape, fromSteps: stridesOf(x.shape), toSteps, toStart: at * toSteps[dim as number] };
      at += x.shape[dim as number];
      return moved(x, output, part);
    });
    return parts.every((part) => part !== null) ? parts.flat() : null;
  },
};
