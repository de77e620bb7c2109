// Kernels that move elements.
import { sizeOf, stridesOf } from "../../shape.ts";
import type { Kernel } from "./kernel.ts";
import { around } from "./reduce.ts";

/** Calls `f` with the flat position and the offset Σ indexᵢ·strideᵢ of each element of a shape. */
const walk = (
  shape: readonly number[],
  strides: readonly number[],
  start: number,
  f: (position: number, offset: number) => void,
): void => {
  const index = new Int32Array(shape.length);
  const count = sizeOf(shape);
  let offset = start;
  for (let i = 0; i < count; i++) {
    f(i, offset);
    for (let dim = shape.length - 1; dim >= 0; dim--) {
      offset += strides[dim];
      if (++index[dim] < shape[dim]) break;
      offset -= strides[dim] * shape[dim];
      index[dim] = 0;
    }
  }
};

const list = (attribute: unknown): readonly number[] => attribute as readonly number[];

const dot = (a: readonly number[], b: readonly number[]): number => a.reduce((sum, x, i) => sum + x * b[i], 0);

const clampIndex = (index: number, length: number): number => Math.min(Math.max(index, 0), length - 1);

/** Position of the slice of x that take's index picks, element by element. */
const eachTaken = (
  shape: readonly number[],
  dim: number,
  index: ArrayLike<number>,
  f: (picked: number, position: number) => void,
): void => {
  const [outer, length, inner] = around(shape, dim);
  let position = 0;
  for (let o = 0; o < outer; o++)
    for (let k = 0; k < index.length; k++) {
      const start = (o * length + clampIndex(index[k], length)) * inner;
      for (let i = 0; i < inner; i++) f(start + i, position++);
    }
};

/** Position in a tensor of `shape` that gather's index names, element by element of the index. */
const eachGathered = (
  shape: readonly number[],
  dim: number,
  index: { readonly shape: readonly number[]; readonly data: ArrayLike<number> },
  f: (picked: number, position: number) => void,
): void => {
  const strides = stridesOf(shape);
  const along = strides[dim];
  const others = strides.map((stride, i) => (i === dim ? 0 : stride));
  walk(index.shape, others, 0, (position, offset) =>
    f(offset + clampIndex(index.data[position], shape[dim]) * along, position),
  );
};

export const move: Readonly<Record<string, Kernel>> = {
  permute: ([x], output, { order }) => {
    const strides = stridesOf(x.shape);
    walk(
      output.shape,
      list(order).map((i) => strides[i]),
      0,
      (position, offset) => {
        output.data[position] = x.data[offset];
      },
    );
  },
  slice: ([x], output, { start, step }) => {
    const strides = stridesOf(x.shape);
    const steps = strides.map((stride, i) => stride * list(step)[i]);
    walk(output.shape, steps, dot(strides, list(start)), (position, offset) => {
      output.data[position] = x.data[offset];
    });
  },
  pad: ([x], output, { before, value }) => {
    const strides = stridesOf(output.shape);
    output.data.fill(value as number);
    walk(x.shape, strides, dot(strides, list(before)), (position, offset) => {
      output.data[offset] = x.data[position];
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
    const steps = strides.map((stride, i) => (list(dims).includes(i) ? -stride : stride));
    walk(output.shape, steps, start, (position, offset) => {
      output.data[position] = x.data[offset];
    });
  },
  gather: ([x, index], output, { dim }) =>
    eachGathered(x.shape, dim as number, index, (picked, position) => {
      output.data[position] = x.data[picked];
    }),
  scatterAdd: ([index, values], output, { dim }) => {
    output.data.fill(0);
    eachGathered(output.shape, dim as number, index, (picked, position) => {
      output.data[picked] += values.data[position];
    });
  },
  take: ([x, index], output, { dim }) =>
    eachTaken(x.shape, dim as number, index.data, (picked, position) => {
      output.data[position] = x.data[picked];
    }),
  takeAdd: ([index, values], output, { dim }) => {
    output.data.fill(0);
    eachTaken(output.shape, dim as number, index.data, (picked, position) => {
      output.data[picked] += values.data[position];
    });
  },
};
