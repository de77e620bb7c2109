// What every kernel is made of: a WGSL body over numbered threads; sizes, strides and attributes are constants in it.
import type { Attributes, Shape, Spec } from "../../backend.ts";
import { sizeOf, stridesOf } from "../../shape.ts";
import { type Expression, wgslType } from "./expressions.ts";

/** A tensor in a kernel: the array that holds it and the WGSL of the word at which it starts. */
export interface Placed extends Spec {
  readonly heap: string;
  readonly start: string;
}

/**
 * `body` runs in workgroups of 64 threads; it finds `block`, the number of the workgroup, `lane`, the thread's number in it, and `i`, its
 * number among all threads. `shared` are declarations outside the function.
 */
export interface Kernel {
  readonly body: string;
  readonly groups: number;
  readonly shared?: string;
}

export const LANES = 64;

/** One thread for each of `size` elements. */
export const perElement = (size: number, body: string): Kernel => ({
  body: `if (i >= ${size}u) { return; }\n${body}`,
  groups: Math.ceil(size / LANES),
});

export const load = ({ heap, start, dtype }: Placed, index: string): string => {
  const word = `${heap}[${start} + ${index}]`;
  return dtype === "bool" ? word : `bitcast<${wgslType(dtype)}>(${word})`;
};

export const store = ({ heap, start, dtype }: Placed, index: string, value: string): string =>
  `${heap}[${start} + ${index}] = ${dtype === "bool" ? value : `bitcast<u32>(${value})`};`;

/** Offset at strides of element number `at` of a shape. */
export const offsetOf = (at: string, shape: Shape, strides: readonly number[], first = 0): string => {
  const own = stridesOf(shape);
  const terms = shape.flatMap((length, dim) => {
    if (length === 1 || strides[dim] === 0) return [];
    const index = own[dim] === 1 ? at : `(${at} / ${own[dim]}u)`;
    const wrapped = own[dim] * length === sizeOf(shape) ? index : `(${index} % ${length}u)`;
    return [strides[dim] > 0 ? `+ ${wrapped} * ${strides[dim]}u` : `- ${wrapped} * ${-strides[dim]}u`];
  });
  return `(${first}u ${terms.join(" ")})`;
};

/** Strides at which a shape is read as one that it broadcasts to. */
export const broadcastStrides = (shape: Shape, output: Shape): number[] => {
  const lead = output.length - shape.length;
  const own = stridesOf(shape);
  return output.map((_, dim) => (dim < lead || shape[dim - lead] === 1 ? 0 : own[dim - lead]));
};

/** Makes the kernel of an op for operands of known shapes and places. */
export type Maker = (inputs: readonly Placed[], output: Placed, attributes: Attributes) => Kernel;

export const list = (attribute: Attributes[string]): readonly number[] => attribute as readonly number[];

/** The 64 partial results of a workgroup become one, in \`partial[0]\`: halves are combined, always in the same order. */
export const combine = (f: Expression): string => `for (var half = ${LANES / 2}u; half > 0u; half /= 2u) {
  workgroupBarrier();
  if (lane < half) { partial[lane] = ${f("partial[lane]", "partial[lane + half]")}; }
}`;

export const partials = (type: string): string => `var<workgroup> partial: array<${type}, ${LANES}>;`;
