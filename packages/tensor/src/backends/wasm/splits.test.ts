// Kernel calls in parts, the last part first, against whole calls, bit for bit: a part that writes behind its end spoils what is there already.
import { describe, expect, it } from "vitest";
import { sizeOf } from "../../shape.ts";
import { type Sample, samples, sampleValues } from "../../ops/samples.test-data.ts";
import { primitives } from "../../ops/primitives.ts";
import type { Attributes, Spec } from "../../backend.ts";
import { createWasmBackend } from "./index.ts";
import { callsOf, type KernelCall, kernelNames, type Placed, scratchOf } from "./library.ts";
import type { WasmBuffer } from "./memory.ts";
import { partsOf, sharesOf, splitOf } from "./splits.ts";

/** Rows of whole vectors. */
const wide = (operands: number, attributes?: Attributes): Sample => ({
  inputs: Array.from({ length: operands }, () => ({ shape: [7, 24] })),
  attributes,
});

/** Beside the samples of every op: what is large enough to be packed, and several of what they have but one of. */
const larger: Readonly<Record<string, readonly Sample[]>> = {
  matmul: [
    { inputs: [{ shape: [45, 70] }, { shape: [70, 551] }] },
    { inputs: [{ shape: [70, 45] }, { shape: [70, 551] }], attributes: { transposeA: true } },
    { inputs: [{ shape: [5, 9, 4] }, { shape: [5, 7, 4] }], attributes: { transposeB: true } },
  ],
  sum: [{ inputs: [{ shape: [7, 3, 8] }], attributes: { dims: [1], keepDim: false } }],
  max: [{ inputs: [{ shape: [7, 3, 6] }], attributes: { dims: [1], keepDim: false } }],
  permute: [{ inputs: [{ shape: [3, 9, 4, 5] }], attributes: { order: [1, 3, 0, 2] } }],
  softmax: [wide(1)],
  softmaxGradient: [wide(2)],
  logSoftmax: [wide(1)],
  logSoftmaxGradient: [wide(2)],
  standardise: [wide(1, { epsilon: 1e-5 })],
  standardiseGradient: [wide(2, { epsilon: 1e-5 })],
  gather: [{ inputs: [{ shape: [7, 5] }, { shape: [7, 3], dtype: "int32", data: [4, 0, 2] }], attributes: { dim: 1 } }],
};

const backend = createWasmBackend();

const place = (spec: Spec, values?: readonly number[]): Placed => {
  const buffer = backend.allocate(spec.dtype, sizeOf(spec.shape)) as WasmBuffer;
  if (values) backend.write(buffer, Float32Array.from(values));
  return { ...spec, pointer: buffer.pointer };
};

const wordsAt = ({ pointer, shape }: Placed): Int32Array =>
  new Int32Array(backend.bytes, pointer, sizeOf(shape)).slice();

const run = ({ kernel, parameters }: KernelCall): void => {
  backend.kernels[kernel](...parameters);
};

const seen = new Set<string>();

describe.each(Object.keys(primitives))("%s", (op) => {
  const usable = [...samples[op], ...(larger[op] ?? [])].filter(({ attributes }) => attributes?.dtype !== "float64");
  it.each(usable.map((sample, i) => [i, sample] as const))("sample %i in parts", (_i, sample) => {
    const attributes = sample.attributes ?? {};
    const specs = sample.inputs.map(({ shape, dtype = "float32" }): Spec => ({ shape, dtype }));
    const spec = primitives[op].infer(specs, attributes);
    const inputs = specs.map((input, i) => place(input, sampleValues(sample.inputs[i], i)));
    const [whole, parted] = [place(spec), place(spec)];
    const bytes = scratchOf(op, attributes, inputs, spec);
    const scratch = place({ shape: [(bytes / 4) * 4], dtype: "float32" }).pointer;
    const calls = callsOf(op, attributes, inputs, whole, scratch) ?? [];
    for (const call of calls) run(call);
    for (const threads of [2, 3, 4]) {
      for (const call of callsOf(op, attributes, inputs, parted, scratch) ?? []) {
        const split = splitOf(call);
        if (split) seen.add(call.kernel);
        const parts = split ? partsOf(call, split, threads, bytes) : [call];
        for (const part of parts.reverse()) if (part) run(part);
      }
      expect(wordsAt(parted)).toEqual(wordsAt(whole));
    }
  });
});

describe("shares", () => {
  it("every kernel that says how it is split was split above", () => {
    const splittable = kernelNames.filter((kernel) => {
      const parameters = Array.from({ length: 20 }, () => 8);
      return splitOf({ kernel, parameters }) !== null;
    });
    expect(splittable.filter((kernel) => !seen.has(kernel))).toEqual([]);
  });

  it("are about equal, in order, and whole multiples of the grain", () => {
    expect(sharesOf(10, 4)).toEqual([0, 2, 5, 7, 10]);
    expect(sharesOf(1, 3)).toEqual([0, 0, 0, 1]);
    expect(sharesOf(100, 3, 8)).toEqual([0, 32, 64, 100]);
  });
});
