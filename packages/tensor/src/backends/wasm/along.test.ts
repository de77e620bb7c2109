// Kernels along a dim against the reference, exactly, over many sizes: equals, NaN and infinities among them, indices that come several times.
import { describe, expect, it } from "vitest";
import type { Attributes, Backend, Operand } from "../../backend.ts";
import { type DType, newArray, type TypedArray } from "../../dtype.ts";
import { sizeOf } from "../../shape.ts";
import { createJsBackend } from "../js/index.ts";
import { createWasmBackend } from "./index.ts";

interface Input {
  readonly shape: readonly number[];
  readonly dtype: DType;
  readonly data: readonly number[];
}

const [js, wasm] = [createJsBackend(), createWasmBackend()];

const run = (backend: Backend, op: string, inputs: readonly Input[], output: Omit<Input, "data">, more: Attributes) => {
  const operand = ({ shape, dtype, data }: Input): Operand => {
    const buffer = backend.allocate(dtype, sizeOf(shape));
    const array = newArray(dtype, sizeOf(shape));
    array.set(data);
    backend.write(buffer, array);
    return { shape, dtype, buffer };
  };
  const out = { ...output, buffer: backend.allocate(output.dtype, sizeOf(output.shape)) };
  backend.execute(op, more, inputs.map(operand), out);
  const result: TypedArray = newArray(output.dtype, sizeOf(output.shape));
  backend.read(out.buffer, result);
  return [...result];
};

/** Few different values, so that many are equal; with NaN, infinities and zeros of both signs where `special`. */
const floats = (shape: readonly number[], special = false): Input => ({
  shape,
  dtype: "float32",
  data: Array.from({ length: sizeOf(shape) }, (_, i) => {
    const pick = (i * 7919 + 13) % 23;
    return special && pick < 5 ? [Number.NaN, Infinity, -Infinity, 0, -0][pick] : (((i * 104729) % 41) - 20) / 8;
  }),
});

/** Indices, some of them out of range: kernels limit them. */
const indices = (shape: readonly number[], length: number): Input => ({
  shape,
  dtype: "int32",
  data: Array.from({ length: sizeOf(shape) }, (_, i) => ((i * 31) % (length + 2)) - 1),
});

const shapes = [[1], [2], [3], [7], [64], [65], [513], [3, 5], [2, 9, 4], [5, 1], [4, 33, 1], [1, 6, 3]];
const cases = shapes.flatMap((shape) => shape.map((_, dim) => [shape, dim] as const));

describe.each(cases)("%j along dim %i", (shape, dim) => {
  const replaced = (length: number): number[] => shape.map((n, i) => (i === dim ? length : n));
  it.each([false, true])("argsort, descending %s", (descending) => {
    const output = { shape, dtype: "int32" } as const;
    for (const x of [floats(shape), floats(shape, true)])
      expect(run(wasm, "argsort", [x], output, { dim, descending })).toEqual(
        run(js, "argsort", [x], output, { dim, descending }),
      );
  });
  it.each(["cumsum", "cumprod"])("%s", (op) => {
    const output = { shape, dtype: "float32" } as const;
    for (const x of [floats(shape), floats(shape, true)])
      expect(run(wasm, op, [x], output, { dim })).toEqual(run(js, op, [x], output, { dim }));
  });
  it.each([1, 2, 9])("picking %i by index, and adding", (count) => {
    const picked = { shape: replaced(count), dtype: "float32" } as const;
    const whole = { shape, dtype: "float32" } as const;
    for (const [pick, add, index] of [
      ["take", "takeAdd", indices([count], shape[dim])],
      ["gather", "scatterAdd", indices(replaced(count), shape[dim])],
    ] as const) {
      const [x, values] = [floats(shape), floats(replaced(count))];
      expect(run(wasm, pick, [x, index], picked, { dim })).toEqual(run(js, pick, [x, index], picked, { dim }));
      expect(run(wasm, add, [index, values], whole, { dim, shape })).toEqual(
        run(js, add, [index, values], whole, { dim, shape }),
      );
    }
  });
});
