// Every primitive on the wasm backend, both tiers, against the js reference; alone and inside a plan.
import { describe, expect, it } from "vitest";
import { createJsBackend } from "../backends/js/index.ts";
import { createWasmBackend } from "../backends/wasm/index.ts";
import type { Backend, Operand, Plan, Spec } from "../backend.ts";
import { type DType, newArray, type TypedArray } from "../dtype.ts";
import { sizeOf } from "../shape.ts";
import { primitives } from "./primitives.ts";
import { type Sample, samples, sampleValues } from "./samples.test-data.ts";

const js = createJsBackend();

const specsOf = (sample: Sample): { inputs: Spec[]; data: TypedArray[] } => {
  const inputs = sample.inputs.map(({ shape, dtype = "float32" }) => ({ shape, dtype }));
  const data = sample.inputs.map((input, i) => {
    const array = newArray(inputs[i].dtype, sizeOf(input.shape));
    array.set(sampleValues(input, i));
    return array;
  });
  return { inputs, data };
};

const operand = (backend: Backend, spec: Spec, data?: TypedArray): Operand => {
  const buffer = backend.allocate(spec.dtype, sizeOf(spec.shape));
  if (data) backend.write(buffer, data);
  return { ...spec, buffer };
};

const readBack = (backend: Backend, { buffer, dtype, shape }: Operand): TypedArray => {
  const out = newArray(dtype, sizeOf(shape));
  backend.read(buffer, out);
  return out;
};

const alone = (backend: Backend, op: string, sample: Sample, spec: Spec): TypedArray => {
  const { inputs, data } = specsOf(sample);
  const output = operand(backend, spec);
  backend.execute(
    op,
    sample.attributes ?? {},
    inputs.map((input, i) => operand(backend, input, data[i])),
    output,
  );
  return readBack(backend, output);
};

const planned = (backend: Backend, op: string, sample: Sample, spec: Spec): TypedArray => {
  const { inputs, data } = specsOf(sample);
  const n = inputs.length;
  const plan: Plan = {
    values: [
      ...inputs.map((input, index) => ({ ...input, source: { kind: "input", index } as const })),
      { ...spec, source: { kind: "step" } },
    ],
    steps: [{ kind: "op", op, attributes: sample.attributes ?? {}, inputs: inputs.map((_, i) => i), output: n }],
    inputs: inputs.map((_, i) => i),
    outputs: [n],
    assigns: [],
  };
  const executable = backend.build(plan);
  for (const [i, array] of data.entries()) executable.write(i, array);
  expect(executable.run()).toBe(true);
  const out = newArray(spec.dtype, sizeOf(spec.shape));
  executable.read(0, out);
  executable.dispose();
  return out;
};

/** float32 arithmetic in another order of summation: a few ulp of the larger terms. */
const expectNear = (got: TypedArray, want: TypedArray, exact: boolean): void => {
  expect(got.length).toBe(want.length);
  want.forEach((value, i) => {
    if (exact || !Number.isFinite(value)) expect(got[i]).toEqual(value);
    else
      expect(Math.abs(got[i] - value), `element ${i}: ${got[i]} against ${value}`).toBeLessThanOrEqual(
        2e-6 + 2e-6 * Math.abs(value),
      );
  });
};

describe.each([
  ["strict", 128],
  ["auto", 128],
  ["strict", 256],
  ["auto", 256],
] as const)("wasm, %s, tiles for %i bits", (numerics, vectorBits) => {
  const wasm = createWasmBackend({ numerics, vectorBits });
  describe.each(Object.keys(primitives))("%s", (op) => {
    const usable = samples[op].filter(({ attributes }) => attributes?.dtype !== "float64");
    it.each(usable.map((sample, i) => [i, sample] as const))("sample %i", (_i, sample) => {
      const { inputs } = specsOf(sample);
      const spec = primitives[op].infer(inputs, sample.attributes ?? {});
      const want = alone(js, op, sample, spec);
      const exact = (["int32", "bool"] as DType[]).includes(spec.dtype);
      expectNear(alone(wasm, op, sample, spec), want, exact);
      expect(planned(wasm, op, sample, spec)).toEqual(alone(wasm, op, sample, spec));
    });
  });

  const extremes = [0, -0, 1e-45, -1e-40, 1e-20, 88.8, -87.4, -103.9, 200, -200, Infinity, -Infinity, Number.NaN];
  it.each(
    Object.keys(primitives).filter(
      (op) =>
        samples[op][0].inputs.length === 1 &&
        samples[op][0].attributes === undefined &&
        op !== "allFinite" &&
        samples[op][0].inputs[0].dtype !== "bool",
    ),
  )("%s of zeros, denormals, infinities and NaN", (op) => {
    const sample: Sample = { inputs: [{ shape: [extremes.length], data: extremes }] };
    const spec = primitives[op].infer([{ shape: [extremes.length], dtype: "float32" }], {});
    expectNear(alone(wasm, op, sample, spec), alone(js, op, sample, spec), spec.dtype !== "float32");
  });

  it("products of every small size", () => {
    for (const m of [1, 2, 5, 6, 7, 13])
      for (const n of [1, 2, 3, 4, 7, 8, 9, 12, 21])
        for (const k of [1, 3, 8]) {
          const sample: Sample = { inputs: [{ shape: [m, k] }, { shape: [k, n] }] };
          const spec: Spec = { shape: [m, n], dtype: "float32" };
          expectNear(alone(wasm, "matmul", sample, spec), alone(js, "matmul", sample, spec), false);
        }
  });

  it("large products are packed, and give what narrow ones give", () => {
    const [m, k] = [45, 70];
    const data = (n: number, salt: number): number[] => sampleValues({ shape: [n] }, salt);
    for (const [transposeA, transposeB] of [
      [false, false],
      [true, false],
      [false, true],
    ]) {
      const attributes = { transposeA, transposeB };
      const column = (n: number): number[] => data(k * 600, 2).slice(0, n * k);
      const product = (n: number): TypedArray => {
        const b = column(n);
        const turned = Array.from({ length: k * n }, (_, i) => b[(i % n) * k + Math.floor(i / n)]);
        const inputs = [
          { shape: transposeA ? [k, m] : [m, k], data: data(m * k, 1) },
          { shape: transposeB ? [n, k] : [k, n], data: transposeB ? b : turned },
        ];
        return alone(wasm, "matmul", { inputs, attributes }, { shape: [m, n], dtype: "float32" });
      };
      const [wide, narrow] = [product(551), product(39)];
      for (let i = 0; i < m; i++) expect(wide.slice(i * 551, i * 551 + 39)).toEqual(narrow.slice(i * 39, (i + 1) * 39));
    }
  });

  it("tanh keeps the sign of zero", () => {
    const sample: Sample = { inputs: [{ shape: [2], data: [0, -0] }] };
    expect([...alone(wasm, "tanh", sample, { shape: [2], dtype: "float32" })]).toEqual([0, -0]);
  });

  it("an output that is a Variable's value means the value before the run", () => {
    const spec: Spec = { shape: [2], dtype: "float32" };
    const { buffer } = operand(wasm, spec, Float32Array.of(1, 2));
    const executable = wasm.build({
      values: [
        { ...spec, source: { kind: "variable", buffer } },
        { ...spec, source: { kind: "step" } },
        { shape: [2, 1], dtype: "float32", source: { kind: "view", of: 0 } },
      ],
      steps: [{ kind: "op", op: "neg", attributes: {}, inputs: [0], output: 1 }],
      inputs: [],
      outputs: [0, 2],
      assigns: [{ buffer, value: 1 }],
    });
    expect(executable.run()).toBe(true);
    const out = new Float32Array(2);
    for (const index of [0, 1]) {
      executable.read(index, out);
      expect([...out]).toEqual([1, 2]);
    }
    wasm.read(buffer, out);
    expect([...out]).toEqual([-1, -2]);
    executable.dispose();
  });

  it("memory goes back and forth flat", () => {
    const before = wasm.memory();
    for (let i = 0; i < 10_000; i++) wasm.free(wasm.allocate("float32", 1 + (i % 100)));
    expect(wasm.memory()).toEqual(before);
  });
});
