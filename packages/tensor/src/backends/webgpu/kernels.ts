// The kernels by op: elementwise loops, moves, products, reductions; and copies at the end of plans.
import type { Attributes, Shape } from "../../backend.ts";
import type { DType } from "../../dtype.ts";
import { sizeOf, stridesOf } from "../../shape.ts";
import { type Expression, expressionOf, wgslType } from "./expressions.ts";
import { indexed } from "./indexed.ts";
import {
  broadcastStrides,
  combine,
  type Kernel,
  LANES,
  list,
  load,
  type Maker,
  offsetOf,
  partials,
  perElement,
  type Placed,
  store,
} from "./kernel.ts";
import { rows } from "./rows.ts";

/** One step of a loop: its expression, and its operands as names of registers. */
export interface LoopStep {
  readonly result: string;
  readonly dtype: DType;
  readonly expression: Expression;
  readonly operands: readonly string[];
}

/** Elementwise steps one after the other in registers: loads before, stores behind. `columns`: length of a row, where rows are told apart. */
export const loop = (
  size: number,
  columns: number | null,
  parts: { readonly loads: readonly string[]; readonly steps: readonly LoopStep[]; readonly stores: readonly string[] },
): Kernel => {
  const place = columns === null ? [] : [`let row = i / ${columns}u;`, `let column = i % ${columns}u;`];
  const steps = parts.steps.map(
    ({ result, dtype, expression, operands }) => `let ${result}: ${wgslType(dtype)} = ${expression(...operands)};`,
  );
  return perElement(size, [...place, ...parts.loads, ...steps, ...parts.stores].join("\n"));
};

const elementwise = (op: string, inputs: readonly Placed[], output: Placed): Kernel | undefined => {
  const expression = expressionOf(
    op,
    inputs.map(({ dtype }) => dtype),
    output.dtype,
  );
  if (!expression) return undefined;
  const names = inputs.map((_, k) => `x${k}`);
  const at = (shape: Shape): string => offsetOf("i", output.shape, broadcastStrides(shape, output.shape));
  return loop(sizeOf(output.shape), null, {
    loads: inputs.map((input, k) => `let x${k} = ${load(input, at(input.shape))};`),
    steps: [{ result: "y", dtype: output.dtype, expression, operands: names }],
    stores: [store(output, "i", "y")],
  });
};

/** out[i] = x at the offset that a start and strides give it: permute, slice, flip. */
const moved = ([x]: readonly Placed[], output: Placed, strides: readonly number[], first = 0): Kernel =>
  perElement(
    sizeOf(output.shape),
    store(
      { ...output, dtype: "bool" },
      "i",
      load({ ...x, dtype: "bool" }, offsetOf("i", output.shape, strides, first)),
    ),
  );

const moves: Readonly<Record<string, Maker>> = {
  permute: (inputs, output, { order }) => {
    const strides = stridesOf(inputs[0].shape);
    return moved(
      inputs,
      output,
      list(order).map((dim) => strides[dim]),
    );
  },
  slice: (inputs, output, { start, step }) => {
    const strides = stridesOf(inputs[0].shape);
    const first = strides.reduce((sum, stride, dim) => sum + stride * list(start)[dim], 0);
    return moved(
      inputs,
      output,
      strides.map((stride, dim) => stride * list(step)[dim]),
      first,
    );
  },
  flip: (inputs, output, { dims }) => {
    const { shape } = inputs[0];
    const strides = stridesOf(shape);
    const turned = (dim: number): boolean => list(dims).includes(dim);
    const first = strides.reduce((sum, stride, dim) => sum + (turned(dim) ? stride * (shape[dim] - 1) : 0), 0);
    return moved(
      inputs,
      output,
      strides.map((stride, dim) => (turned(dim) ? -stride : stride)),
      first,
    );
  },
};

/** Element [row, column] of each product is one sum in the order of k. */
const matmul: Maker = ([a, b], output, { transposeA, transposeB }) => {
  const [m, n] = output.shape.slice(-2);
  const k = a.shape[a.shape.length - (transposeA ? 2 : 1)];
  const [rowA, innerA] = transposeA ? [1, m] : [k, 1];
  const [innerB, columnB] = transposeB ? [1, k] : [n, 1];
  const type = wgslType(output.dtype);
  return perElement(
    sizeOf(output.shape),
    `let product = i / ${m * n}u;
var at_a = product * ${m * k}u + ((i / ${n}u) % ${m}u) * ${rowA}u;
var at_b = product * ${k * n}u + (i % ${n}u) * ${columnB}u;
var sum = ${type}(0);
for (var l = 0u; l < ${k}u; l++) {
  sum += ${load(a, "at_a")} * ${load(b, "at_b")};
  at_a += ${innerA}u;
  at_b += ${innerB}u;
}
${store(output, "i", "sum")}`,
  );
};

/** A workgroup for each element of the output. `empty`: the result over no elements; null where there is none. */
const reduction =
  (f: Expression, empty: number | null): Maker =>
  ([x], output, { dims }) => {
    const strides = stridesOf(x.shape);
    const reduced = list(dims).map((dim) => x.shape[dim]);
    const length = sizeOf(reduced);
    const type = wgslType(output.dtype);
    const kept = offsetOf(
      "block",
      output.shape,
      strides.map((stride, dim) => (list(dims).includes(dim) ? 0 : stride)),
    );
    const inner = (at: string): string =>
      offsetOf(
        at,
        reduced,
        list(dims).map((dim) => strides[dim]),
      );
    const element = (at: string): string => load(x, `origin + ${inner(at)}`);
    // Where nothing stands for "no elements", threads without one of their own begin with the last one again.
    const [start, from] =
      empty === null ? [element(`min(lane, ${length - 1}u)`), `lane + ${LANES}u`] : [`${type}(${empty})`, "lane"];
    const groups = sizeOf(output.shape);
    return {
      shared: partials(type),
      groups,
      body: `if (block >= ${groups}u) { return; }
let origin = ${kept};
var total = ${start};
for (var k = ${from}; k < ${length}u; k += ${LANES}u) { total = ${f("total", element("k"))}; }
partial[lane] = total;
${combine(f)}
if (lane == 0u) { ${store(output, "block", "partial[0]")} }`,
    };
  };

const allFinite: Maker = (inputs, output) => ({
  shared: partials("u32"),
  groups: 1,
  body: `var all = 1u;
${inputs
  .map(
    (input) =>
      `for (var k = lane; k < ${sizeOf(input.shape)}u; k += ${LANES}u) { all &= select(0u, 1u, is_finite(${load(input, "k")})); }`,
  )
  .join("\n")}
partial[lane] = all;
${combine((a, b) => `${a} & ${b}`)}
if (lane == 0u) { ${store(output, "0u", "partial[0]")} }`,
});

const extreme = (op: "maximum" | "minimum"): Maker => {
  const floats = reduction(expressionOf(op, ["float32", "float32"], "float32") as Expression, null);
  const words = reduction(expressionOf(op, ["int32", "int32"], "int32") as Expression, null);
  return (inputs, output, attributes) => (output.dtype === "float32" ? floats : words)(inputs, output, attributes);
};

const others: Readonly<Record<string, Maker>> = {
  ...moves,
  ...rows,
  ...indexed,
  matmul,
  allFinite,
  sum: reduction((a, b) => `${a} + ${b}`, 0),
  prod: reduction((a, b) => `${a} * ${b}`, 1),
  max: extreme("maximum"),
  min: extreme("minimum"),
};

/** The kernel of an op; undefined where this backend has none for these types. */
export const kernelOf = (
  op: string,
  attributes: Attributes,
  inputs: readonly Placed[],
  output: Placed,
): Kernel | undefined => elementwise(op, inputs, output) ?? others[op]?.(inputs, output, attributes);

/** Words to copy within GPU memory. */
export interface WordCopy {
  readonly from: Placed;
  readonly to: Placed;
  readonly words: number;
}

/** True where all of the guards hold. */
export const verdictOf = (guards: readonly Placed[]): string =>
  ["1u", ...guards.map((guard) => load(guard, "0u"))].join(" & ");

/** Several copies in one kernel; nothing is copied where `unless` the guards hold. */
export const copies = (all: readonly WordCopy[], guards: readonly Placed[]): Kernel => {
  let end = 0;
  const branches = all.map(({ from, to, words }) => {
    const start = end;
    end += words;
    const at = `(i - ${start}u)`;
    return `if (i < ${end}u) { ${to.heap}[${to.start} + ${at}] = ${from.heap}[${from.start} + ${at}]; return; }`;
  });
  const check = guards.length > 0 ? [`if ((${verdictOf(guards)}) == 0u) { return; }`] : [];
  return perElement(end, [...check, ...branches].join("\n"));
};
