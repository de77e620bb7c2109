// What the samples of the primitives must cover, the types that each primitive takes, and that js and wasm agree on all of them.
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { createJsBackend } from "../backends/js/index.ts";
import { createWasmBackend } from "../backends/wasm/index.ts";
import type { Backend, Spec } from "../backend.ts";
import { type DType, newArray, type TypedArray } from "../dtype.ts";
import { ShapeError } from "../errors.ts";
import { sizeOf } from "../shape.ts";
import { elementwise } from "./elementwise.ts";
import { primitives } from "./primitives.ts";
import { type Sample, samples, sampleValues } from "./samples.test-data.ts";

const names = Object.keys(primitives);
const dtypes: readonly DType[] = ["float32", "float64", "int32", "bool"];

/** Primitives whose inputs are of rank 1 or more. */
const NEEDS_RANK =
  "sum prod max min argmax argmin softmax causalSoftmax softmaxGradient logSoftmax logSoftmaxGradient standardise standardiseGradient cumsum cumprod matmul concat gather scatterAdd argsort argmaxPool2d conv2d conv2dInput conv2dWeight".split(
    " ",
  );
/** Inputs of these are sums or extremes of something. */
const inputsAreRanks = (op: string): boolean => NEEDS_RANK.includes(op);
const broadcasts = (op: string): boolean => op in elementwise && samples[op][0].inputs.length > 1;

describe("the samples of the primitives", () => {
  it.each(names)("%s", (op) => {
    const shapes = samples[op].map(({ inputs }) => inputs.map(({ shape }) => shape));
    const results = samples[op].map(
      (sample) => primitives[op].infer(specsOf(sample, null), sample.attributes ?? {}).shape,
    );
    const empty = shapes.some((all, i) => [...all, results[i]].some((shape) => sizeOf(shape) === 0));
    expect(empty, `"${op}" has no sample with nothing in it`).toBe(true);
    const scalar = shapes.some((all, i) => [...all, results[i]].some((shape) => shape.length === 0));
    expect(scalar || inputsAreRanks(op), `"${op}" has no sample with a scalar`).toBe(true);
    if (!broadcasts(op)) return;
    for (const at of shapes[0].keys())
      expect(
        shapes.some((all, i) => sizeOf(all[at]) < sizeOf(results[i])),
        `"${op}" has no sample that broadcasts input ${at}`,
      ).toBe(true);
  });
});

/** The sample's inputs, those of float32 in another type. */
const specsOf = ({ inputs }: Sample, float: DType | null): Spec[] =>
  inputs.map(({ shape, dtype = "float32" }) => ({ shape, dtype: dtype === "float32" && float ? float : dtype }));

const hasFloats = (op: string): boolean =>
  samples[op].some(({ inputs }) => inputs.some(({ dtype = "float32" }) => dtype === "float32"));

/** Whether the primitive takes its float inputs in this type. */
const takes = (op: string, dtype: DType): boolean => {
  if (!hasFloats(op)) return samples[op].some(({ inputs }) => inputs.some((input) => input.dtype === dtype));
  try {
    const sample = samples[op].find(({ inputs }) => inputs.some(({ dtype: own = "float32" }) => own === "float32"));
    if (!sample) return false;
    primitives[op].infer(specsOf(sample, dtype), sample.attributes ?? {});
    return true;
  } catch (error) {
    expect(error).toBeInstanceOf(ShapeError);
    return false;
  }
};

const run = (backend: Backend, op: string, sample: Sample, dtype: DType): TypedArray => {
  const specs = specsOf(sample, dtype);
  const output = primitives[op].infer(specs, sample.attributes ?? {});
  const inputs = specs.map((spec, i) => {
    const data = newArray(spec.dtype, sizeOf(spec.shape));
    data.set(sampleValues({ ...sample.inputs[i], dtype: spec.dtype }, i));
    const buffer = backend.allocate(spec.dtype, data.length);
    backend.write(buffer, data);
    return { ...spec, buffer };
  });
  const buffer = backend.allocate(output.dtype, sizeOf(output.shape));
  backend.execute(op, sample.attributes ?? {}, inputs, { ...output, buffer });
  const out = newArray(output.dtype, sizeOf(output.shape));
  backend.read(buffer, out);
  return out;
};

describe.each(["int32", "bool"] as const)("in %s", (dtype) => {
  const [js, wasm] = [createJsBackend(), createWasmBackend()];
  it.each(names.filter((op) => hasFloats(op) && takes(op, dtype)))("%s is the same on js and wasm", (op) => {
    for (const sample of samples[op].filter(({ attributes }) => attributes?.dtype !== "float64")) {
      const [got, want] = [wasm, js].map((backend) => run(backend, op, sample, dtype));
      if (got instanceof Float32Array) got.forEach((value, i) => expect(value).toBeCloseTo(want[i], 5));
      else expect(got).toEqual(want);
    }
  });
});

it("PRIMITIVES.md says which types each takes", () => {
  const text = readFileSync(new URL("PRIMITIVES.md", import.meta.url), "utf8");
  const row = (op: string): string =>
    `| ${op} | ${dtypes.map((dtype) => (takes(op, dtype) ? "yes" : "–")).join(" | ")} |`;
  const written = new Map(
    text
      .split("\n")
      .map((line) => line.split("|").map((cell) => cell.trim()))
      .filter((cells) => cells.length === 7)
      .map((cells) => [cells[1], `| ${cells.slice(1, 6).join(" | ")} |`]),
  );
  expect(names.map((op) => written.get(op) ?? `${op} is missing`)).toEqual(names.map(row));
});
