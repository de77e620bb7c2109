// Which kernel an op calls, and with what: one table for single ops and for plans.
import type { Attributes, Spec } from "../../backend.ts";
import { sizeOf } from "../../shape.ts";
import type { Signature, ValueType } from "./emitter.ts";

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
  matmul: 11,
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

/** Bytes of scratch memory that `callsOf` needs for an op. */
export const scratchOf = (op: string, { transposeB }: Attributes, inputs: readonly Spec[]): number =>
  op === "matmul" && transposeB ? sizeOf(inputs[1].shape) * 4 : 0;

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

const matmul: Recipe = ({ transposeA, transposeB }, [a, b], output, scratch) => {
  const [m, n] = output.shape.slice(-2);
  const k = a.shape[a.shape.length - (transposeA ? 2 : 1)];
  const batch = sizeOf(output.shape.slice(0, -2));
  const [rowA, stepA] = transposeA ? [4, m * 4] : [k * 4, 4];
  const sizes = [m, n, k, batch, m * k * 4, k * n * 4];
  if (!transposeB)
    return [{ kernel: "matmul", parameters: [a.pointer, rowA, stepA, b.pointer, output.pointer, ...sizes] }];
  const turned = Array.from({ length: batch }, (_, p): KernelCall => {
    const offset = p * k * n * 4;
    return { kernel: "transpose", parameters: [b.pointer + offset, scratch + offset, n, k] };
  });
  return [...turned, { kernel: "matmul", parameters: [a.pointer, rowA, stepA, scratch, output.pointer, ...sizes] }];
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

const recipes: Readonly<Record<string, Recipe>> = {
  matmul,
  sum: reduction("sum"),
  max: reduction("max"),
  min: reduction("min"),
  argmax: argExtreme("argmax"),
  argmin: argExtreme("argmin"),
  permute: ({ order }, [x], output) => {
    const swapped = x.shape.length === 2 && (order as readonly number[])[0] === 1;
    return swapped ? [{ kernel: "transpose", parameters: [x.pointer, output.pointer, x.shape[0], x.shape[1]] }] : null;
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
