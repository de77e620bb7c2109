// Kernels that move elements, a row at a time.
import { stridesOf } from "../../shape.ts";
import type { Kernel, View } from "./kernel.ts";
import { around, eachRow } from "./rows.ts";

type Numbers = readonly number[];

/** out[position] = x at the offset that start and strides give it. */
const read = ({ data }: View, { shape, data: out }: View, strides: Numbers, start: number): void =>
  eachRow(shape, strides, start, (position, offset, length, step) => {
    for (let k = 0, from = offset; k < length; k++, from += step) out[position + k] = data[from];
  });

const list = (attribute: unknown): Numbers => attribute as Numbers;

const dot = (a: Numbers, b: Numbers): number => a.reduce((sum, x, i) => sum + x * b[i], 0);

const clampIndex = (index: number, length: number): number => Math.min(Math.max(index, 0), length - 1);

/** Start in a tensor of `shape` of the run of elements behind dim that each entry of take's index picks, and its place in the output. */
const eachTaken = (
  shape: Numbers,
  dim: number,
  index: ArrayLike<number>,
  f: (picked: number, position: number, length: number) => void,
): void => {
  const [outer, length, inner] = around(shape, dim);
  let position = 0;
  for (let o = 0; o < outer; o++)
    for (let k = 0; k < index.length; k++, position += inner)
      f((o * length + clampIndex(index[k], length)) * inner, position, inner);
};

/** Rows of gather's index; those along `dim` itself step through x by the index alone. */
const eachGathered = (
  shape: Numbers,
  dim: number,
  index: Numbers,
  f: (position: number, offset: number, length: number, step: number) => void,
): void =>
  eachRow(
    index,
    stridesOf(shape).map((stride, i) => (i === dim ? 0 : stride)),
    0,
    f,
  );

export const move: Readonly<Record<string, Kernel>> = {
  permute: ([x], output, { order }) => {
    const strides = stridesOf(x.shape);
    read(
      x,
      output,
      list(order).map((i) => strides[i]),
      0,
    );
  },
  slice: ([x], output, { start, step }) => {
    const strides = stridesOf(x.shape);
    read(
      x,
      output,
      strides.map((stride, i) => stride * list(step)[i]),
      dot(strides, list(start)),
    );
  },
  pad: ([x], { shape, data: out }, { before, value }) => {
    const strides = stridesOf(shape);
    out.fill(value as number);
    eachRow(x.shape, strides, dot(strides, list(before)), (position, offset, length) => {
      for (let k = 0; k < length; k++) out[offset + k] = x.data[position + k];
    });
  },
  concat: (inputs, output, { dim }) => {
    const [outer, length, inner] = around(output.shape, dim as number);
    let start = 0;
    for (const { shape, data } of inputs) {
      const run = shape[dim as number] * inner;
      for (let o = 0; o < outer; o++)
        output.data.set(data.subarray(o * run, (o + 1) * run) as Float32Array, o * length * inner + start);
      start += run;
    }
  },
  flip: ([x], output, { dims }) => {
    const strides = stridesOf(x.shape);
    const start = list(dims).reduce((sum, dim) => sum + (x.shape[dim] - 1) * strides[dim], 0);
    read(
      x,
      output,
      strides.map((stride, i) => (list(dims).includes(i) ? -stride : stride)),
      start,
    );
  },
  gather: ([x, index], { data: out }, attributes) => {
    const dim = attributes.dim as number;
    const [bound, along] = [x.shape[dim], stridesOf(x.shape)[dim]];
    eachGathered(x.shape, dim, index.shape, (position, offset, length, step) => {
      for (let k = 0, at = offset; k < length; k++, at += step)
        out[position + k] = x.data[at + clampIndex(index.data[position + k], bound) * along];
    });
  },
  scatterAdd: ([index, values], { shape, data: out }, attributes) => {
    const dim = attributes.dim as number;
    const [bound, along] = [shape[dim], stridesOf(shape)[dim]];
    out.fill(0);
    eachGathered(shape, dim, index.shape, (position, offset, length, step) => {
      for (let k = 0, at = offset; k < length; k++, at += step)
        out[at + clampIndex(index.data[position + k], bound) * along] += values.data[position + k];
    });
  },
  take: ([x, index], { data: out }, { dim }) =>
    eachTaken(x.shape, dim as number, index.data, (picked, position, length) => {
      for (let k = 0; k < length; k++) out[position + k] = x.data[picked + k];
    }),
  takeAdd: ([index, values], { shape, data: out }, { dim }) => {
    out.fill(0);
    eachTaken(shape, dim as number, index.data, (picked, position, length) => {
      for (let k = 0; k < length; k++) out[picked + k] += values.data[position + k];
    });
  },
};
