// Which kernel an op calls, and with what: one table for single ops and for plans.
import type { Attributes, Spec } from "../../backend.ts";
import { sizeOf } from "../../shape.ts";
import { along, alongScratch } from "./along.ts";
import { convolutionScratch, convolutions } from "./convolution.ts";
import type { Signature, ValueType } from "./emitter.ts";
import { panelsSize, planProduct, stripSize } from "./matmul.ts";
import { movers } from "./moves.ts";
import { poolings } from "./pooling.ts";

/** A tensor at an address. */
export interface Placed extends Spec {
  readonly pointer: number;
}

/** Calls of the same kernel one behind the other, for one op, need nothing of each other: threads may share them out. */
export interface KernelCall {
  readonly kernel: KernelName;
  readonly parameters: readonly number[];
}

/** Number of i32 parameters of each kernel. */
const arities = {
  matmul: 16,
  turnRows: 5,
  sumRows: 4,
  sumColumns: 5,
  maxRows: 4,
  maxColumns: 5,
  minRows: 4,
  minColumns: 5,
  argmaxRows: 4,
  argminRows: 4,
  finite: 2,
  takeAlong: 7,
  takeAddAlong: 7,
  gatherAlong: 7,
  scatterAddAlong: 7,
  cumsum: 5,
  cumprod: 5,
  argsort: 7,
  move: 14,
  fill: 3,
  tapTable: 14,
  packTaps: 14,
  correlate: 34,
  correlateWeights: 32,
  argmaxPool2d: 15,
  randomUniform: 3,
  softmax: 4,
  causalSoftmax: 6,
  softmaxGradient: 5,
  logSoftmax: 4,
  logSoftmaxGradient: 5,
  standardise: 6,
  standardiseGradient: 7,
} as const;

export type KernelName = keyof typeof arities;

export const kernelNames: readonly KernelName[] = Object.keys(arities) as KernelName[];

export const signatureOf = (name: KernelName): Signature => ({
  name,
  parameters: Array.from({ length: arities[name] }, (): ValueType => "i32"),
  result: name === "finite" ? "i32" : null,
});

export type Recipe = (
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

/** Bytes of scratch memory that `callsOf` needs for an op: for B turned, for packed operands, for the patches of an image. */
export const scratchOf = (op: string, attributes: Attributes, inputs: readonly Spec[], output: Spec): number => {
  if (op in convolutions) return convolutionScratch(op, attributes, inputs, output);
  if (op in along) return alongScratch(op, attributes, inputs);
  if (op !== "matmul") return 0;
  const [m, n, k, batch] = productSizes(attributes, inputs[0].shape, output.shape);
  const [transposeA, transposeB] = [attributes.transposeA === true, attributes.transposeB === true];
  const plan = planProduct([m, n, k], transposeA, transposeB);
  return ((plan.turnsWhole ? batch * k * n : 0) + stripSize(plan) + panelsSize(plan, m)) * 4;
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
  const [transposeA, transposeB] = [attributes.transposeA === true, attributes.transposeB === true];
  const [m, n, k, batch] = productSizes(attributes, a.shape, output.shape);
  const [rowA, stepA] = transposeA ? [4, m * 4] : [k * 4, 4];
  const plan = planProduct([m, n, k], transposeA, transposeB);
  const { turnsWhole, packsA, packsB, block } = plan;
  const turns = Array.from({ length: turnsWhole ? batch : 0 }, (_, p): KernelCall => {
    const offset = p * k * n * 4;
    return { kernel: "turnRows", parameters: [b.pointer + offset, scratch + offset, n, k, n] };
  });
  const strip = scratch + (turnsWhole ? batch * k * n * 4 : 0);
  const panels = strip + stripSize(plan) * 4;
  const turned = transposeB && !turnsWhole ? k * 4 : 0;
  const from = turnsWhole ? scratch : b.pointer;
  const sizes = [m, n, k, batch, m * k * 4, k * n * 4];
  const packed = [packsA ? panels : 0, packsB ? strip : 0];
  return [
    ...turns,
    {
      kernel: "matmul",
      parameters: [a.pointer, rowA, stepA, from, output.pointer, ...sizes, ...packed, turned, block, 0],
    },
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

const bitsOf = (value: number): number => new Int32Array(Float32Array.of(value).buffer)[0];

/** A kernel over the rows of operands of one shape. `extra`: floats by their bits. */
const overRows =
  (kernel: KernelName, extra: (columns: number, attributes: Attributes) => readonly number[] = () => []): Recipe =>
  (attributes, inputs, output) => {
    const columns = output.shape[output.shape.length - 1];
    const pointers = [...inputs, output].map(({ pointer }) => pointer);
    const rows = sizeOf(output.shape) / columns;
    return [{ kernel, parameters: [...pointers, rows, columns, ...extra(columns, attributes).map(bitsOf)] }];
  };

const momentsOf = (columns: number, { epsilon }: Attributes): readonly number[] => [1 / columns, epsilon as number];

const recipes: Readonly<Record<string, Recipe>> = {
  matmul,
  ...convolutions,
  ...poolings,
  sum: reduction("sum"),
  max: reduction("max"),
  min: reduction("min"),
  argmax: argExtreme("argmax"),
  argmin: argExtreme("argmin"),
  ...movers,
  ...along,
  permute: (attributes, [x], output, scratch) => {
    const swapped = x.shape.length === 2 && (attributes.order as readonly number[])[0] === 1;
    return swapped
      ? [{ kernel: "turnRows", parameters: [x.pointer, output.pointer, x.shape[0], x.shape[1], x.shape[0]] }]
      : movers.permute(attributes, [x], output, scratch);
  },
  softmax: overRows("softmax"),
  causalSoftmax: (_, [x], output) => {
    const [queries, keys] = [1, ...output.shape].slice(-2);
    const rows = sizeOf(output.shape) / keys;
    return [{ kernel: "causalSoftmax", parameters: [x.pointer, output.pointer, rows, keys, queries, 0] }];
  },
  softmaxGradient: overRows("softmaxGradient"),
  logSoftmax: overRows("logSoftmax"),
  logSoftmaxGradient: overRows("logSoftmaxGradient"),
  standardise: overRows("standardise", momentsOf),
  standardiseGradient: overRows("standardiseGradient", momentsOf),
  randomUniform: (_, [state], output) => [
    { kernel: "randomUniform", parameters: [state.pointer, output.pointer, sizeOf(output.shape)] },
  ],
};
