// Which kernel an op calls, and with what: one table for single ops and for plans.
import type { Attributes, Spec } from "../../backend.ts";
import { sizeOf, stridesOf } from "../../shape.ts";
import type { Signature, ValueType } from "./emitter.ts";
import { packedSize } from "./matmul.ts";

/** A tensor at an address. */
export interface Placed extends Spec {
  readonly pointer: number;
}

export interface KernelCall {
  readonly kernel: KernelName;
  readonly parameters: readonly number[];
}

/** Number of i32 parameters of each kernel. */
const arities = {
  matmul: 13,
  transpose: 4,
  sumRows: 4,
  sumColumns: 5,
  maxRows: 4,
  maxColumns: 5,
  minRows: 4,
  minColumns: 5,
  argmaxRows: 4,
  argminRows: 4,
  finite: 2,
  gatherRows: 6,
  scatterAddRows: 6,
  takeRows: 6,
  move: 14,
  fill: 3,
} as const;

export type KernelName = keyof typeof arities;

export const kernelNames: readonly KernelName[] = Object.keys(arities) as KernelName[];

export const signatureOf = (name: KernelName): Signature => ({
  name,
  parameters: Array.from({ length: arities[name] }, (): ValueType => "i32"),
  result: name === "finite" ? "i32" : null,
});

type Recipe = (
  attributes: Attributes,
  inputs: readonly Placed[],
  output: Placed,
  scratch: number,
) => readonly KernelCall[] | null;

/** [m, n, k, batch] of a product. */
const productSizes = (
  { transposeA }: Attributes,
  a: readonly number[],
  output: readonly number[],
): [m: number, n: number, k: number, batch: number] => {
  const [m, n] = output.slice(-2);
  return [m, n, a[a.length - (transposeA ? 2 : 1)], sizeOf(output.slice(0, -2))];
};

/** Bytes of scratch memory that `callsOf` needs for an op: for B turned, and for packed operands. */
export const scratchOf = (op: string, attributes: Attributes, inputs: readonly Spec[], output: Spec): number => {
  if (op !== "matmul") return 0;
  const [m, n, k, batch] = productSizes(attributes, inputs[0].shape, output.shape);
  return ((attributes.transposeB ? batch * k * n : 0) + packedSize(m, n, k)) * 4;
};

/** The kernel calls that compute an op, in order; null where there is no kernel for it. */
export const callsOf = (
  op: string,
  attributes: Attributes,
  inputs: readonly Placed[],
  output: Placed,
  scratch: number,
): readonly KernelCall[] | null => {
  const sized = [...inputs, output].every(({ shape }) => sizeOf(shape) > 0);
  return sized && Object.hasOwn(recipes, op) ? recipes[op](attributes, inputs, output, scratch) : null;
};

const matmul: Recipe = (attributes, [a, b], output, scratch) => {
  const { transposeA, transposeB } = attributes;
  const [m, n, k, batch] = productSizes(attributes, a.shape, output.shape);
  const [rowA, stepA] = transposeA ? [4, m * 4] : [k * 4, 4];
  const turnedBytes = transposeB ? batch * k * n * 4 : 0;
  const packed = packedSize(m, n, k) > 0 ? scratch + turnedBytes : 0;
  const turns = Array.from({ length: transposeB ? batch : 0 }, (_, p): KernelCall => {
    const offset = p * k * n * 4;
    return { kernel: "transpose", parameters: [b.pointer + offset, scratch + offset, n, k] };
  });
  const from = transposeB ? scratch : b.pointer;
  const sizes = [m, n, k, batch, m * k * 4, k * n * 4];
  return [
    ...turns,
    { kernel: "matmul", parameters: [a.pointer, rowA, stepA, from, output.pointer, ...sizes, packed, 0] },
  ];
};

/** Reduced dims side by side: [outer, length, inner] of x; null where others lie between. */
const reducedBlock = (shape: readonly number[], dims: readonly number[]): [number, number, number] | null => {
  const [first] = dims;
  const last = dims[dims.length - 1];
  if (last - first + 1 !== dims.length) return null;
  return [sizeOf(shape.slice(0, first)), sizeOf(shape.slice(first, last + 1)), sizeOf(shape.slice(last + 1))];
};

const reduction =
  (op: "sum" | "max" | "min"): Recipe =>
  ({ dims }, [x], output) => {
    const block = x.dtype === "float32" ? reducedBlock(x.shape, dims as readonly number[]) : null;
    if (!block) return null;
    const [outer, length, inner] = block;
    return inner === 1
      ? [{ kernel: `${op}Rows`, parameters: [x.pointer, output.pointer, outer, length] }]
      : [{ kernel: `${op}Columns`, parameters: [x.pointer, output.pointer, outer, length, inner] }];
  };

const argExtreme =
  (op: "argmax" | "argmin"): Recipe =>
  ({ dim }, [x], output) => {
    if (x.dtype !== "float32" || dim !== x.shape.length - 1) return null;
    const columns = x.shape[dim as number];
    return [{ kernel: `${op}Rows`, parameters: [x.pointer, output.pointer, sizeOf(x.shape) / columns, columns] }];
  };

/** Rows of gather and scatterAdd along the last dim, where the index has x's other lengths. */
const pickedRows = (
  shape: readonly number[],
  index: readonly number[],
  dim: unknown,
): [rows: number, length: number, count: number] | null => {
  const last = shape.length - 1;
  if (dim !== last || shape.some((length, i) => i !== last && length !== index[i])) return null;
  return [sizeOf(shape.slice(0, -1)), shape[last], index[last]];
};

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

const movers: Readonly<Record<string, Recipe>> = {
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

const recipes: Readonly<Record<string, Recipe>> = {
  matmul,
  sum: reduction("sum"),
  max: reduction("max"),
  min: reduction("min"),
  argmax: argExtreme("argmax"),
  argmin: argExtreme("argmin"),
  ...movers,
  permute: (attributes, [x], output, scratch) => {
    const swapped = x.shape.length === 2 && list(attributes.order)[0] === 1;
    return swapped
      ? [{ kernel: "transpose", parameters: [x.pointer, output.pointer, x.shape[0], x.shape[1]] }]
      : movers.permute(attributes, [x], output, scratch);
  },
  gather: ({ dim }, [x, index], output) => {
    const rows = pickedRows(x.shape, index.shape, dim);
    return rows && [{ kernel: "gatherRows", parameters: [x.pointer, index.pointer, output.pointer, ...rows] }];
  },
  scatterAdd: ({ dim }, [index, values], output) => {
    const rows = values.dtype === "float32" ? pickedRows(output.shape, index.shape, dim) : null;
    return rows && [{ kernel: "scatterAddRows", parameters: [index.pointer, values.pointer, output.pointer, ...rows] }];
  },
  take: ({ dim }, [x, index], output) => {
    if (dim !== 0) return null;
    const [length] = x.shape;
    const bytes = (sizeOf(x.shape) / length) * 4;
    return [
      {
        kernel: "takeRows",
        parameters: [x.pointer, index.pointer, output.pointer, sizeOf(index.shape), length, bytes],
      },
    ];
  },
};
