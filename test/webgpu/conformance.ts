// The conformance suite for webgpu, for Node and for a page: every sample of every op against the js reference, alone and inside a plan.
import type { Backend, Operand, Plan, Spec } from "../../packages/tensor/src/backend.ts";
import { createJsBackend } from "../../packages/tensor/src/backends/js/index.ts";
import { newArray, type TypedArray } from "../../packages/tensor/src/dtype.ts";
import { elementwise } from "../../packages/tensor/src/ops/elementwise.ts";
import { primitives } from "../../packages/tensor/src/ops/primitives.ts";
import { type Sample, samples, sampleValues } from "../../packages/tensor/src/ops/samples.test-data.ts";
import { sizeOf } from "../../packages/tensor/src/shape.ts";

/** What a sample gives on a backend: its values, or the error's message. */
type Outcome = TypedArray | string;

export interface Case {
  readonly op: string;
  readonly sample: number;
}

/** Ops with kernels; any other is an error that says so. */
export const supportedOps: readonly string[] = [
  "neg abs sign square exp expm1 log log1p sqrt reciprocal tanh sigmoid relu floor ceil round isFinite logicalNot cast",
  "add sub mul div maximum minimum equal notEqual less lessEqual logicalAnd logicalOr where",
  "sum prod max min allFinite matmul permute expand slice flip gather scatterAdd",
  "softmax softmaxGradient logSoftmax logSoftmaxGradient standardise standardiseGradient",
].flatMap((line) => line.split(" "));

/** Samples by op; float64 is for js alone. */
const usable = (op: string): readonly Sample[] =>
  samples[op].filter(({ attributes }) => attributes?.dtype !== "float64");

export const cases: readonly Case[] = Object.keys(primitives).flatMap((op) =>
  usable(op).map((_, sample) => ({ op, sample })),
);

const js = createJsBackend();

/** Runs the sample on the backend; the lines say what is wrong. */
export const failuresOf = async (backend: Backend, { op, sample }: Case): Promise<string[]> => {
  const wanted = usable(op)[sample];
  const spec = primitives[op].infer(specsOf(wanted), wanted.attributes ?? {});
  const [single, whole] = [await alone(backend, op, wanted, spec), await planned(backend, op, wanted, spec)];
  const empty = sizeOf(spec.shape) === 0;
  if (!supportedOps.includes(op))
    return [empty ? whole : single, whole].flatMap((outcome) =>
      typeof outcome === "string" && outcome.startsWith(`webgpu: has no kernel for ${op} `)
        ? []
        : [`expected the error about a missing kernel, got ${show(outcome)}`],
    );
  const reference = await alone(js, op, wanted, spec);
  return [
    ...differences(single, reference, spec).map((line) => `alone, ${line}`),
    ...differences(whole, reference, spec).map((line) => `in a plan, ${line}`),
  ];
};

const show = (outcome: Outcome): string => (typeof outcome === "string" ? outcome : `[${outcome.join(", ")}]`);

/** As for wasm: 2·10⁻⁶ absolute plus 2·10⁻⁶ relative, ten times what float32 rounds; integers and truth values exactly. */
const differences = (got: Outcome, want: Outcome, { dtype }: Spec): string[] => {
  if (typeof got === "string" || typeof want === "string") return [`${show(got)} against ${show(want)}`];
  if (got.length !== want.length) return [`${got.length} elements against ${want.length}`];
  return Array.from(want).flatMap((value, i) => {
    const allowed = dtype === "float32" && Number.isFinite(value) ? 2e-6 + 2e-6 * Math.abs(value) : 0;
    const near = Object.is(got[i], value) || got[i] === value || Math.abs(got[i] - value) <= allowed;
    return near ? [] : [`element ${i}: ${got[i]} against ${value}`];
  });
};

const specsOf = (sample: Sample): Spec[] => sample.inputs.map(({ shape, dtype = "float32" }) => ({ shape, dtype }));

const dataOf = (sample: Sample): TypedArray[] =>
  sample.inputs.map((input, i) => {
    const array = newArray(input.dtype ?? "float32", sizeOf(input.shape));
    array.set(sampleValues(input, i));
    return array;
  });

const messageOf = (error: unknown): string => (error as Error).message;

const alone = async (backend: Backend, op: string, sample: Sample, spec: Spec): Promise<Outcome> => {
  const operand = (own: Spec, data?: TypedArray): Operand => {
    const buffer = backend.allocate(own.dtype, sizeOf(own.shape));
    if (data) backend.write(buffer, data);
    return { ...own, buffer };
  };
  const data = dataOf(sample);
  const inputs = specsOf(sample).map((own, i) => operand(own, data[i]));
  const output = operand(spec);
  try {
    backend.execute(op, sample.attributes ?? {}, inputs, output);
    if (backend.deferred) return await backend.deferred.read(output.buffer);
    const out = newArray(spec.dtype, sizeOf(spec.shape));
    backend.read(output.buffer, out);
    return out;
  } catch (error) {
    return messageOf(error);
  } finally {
    for (const { buffer } of [...inputs, output]) backend.free(buffer);
  }
};

const planned = async (backend: Backend, op: string, sample: Sample, spec: Spec): Promise<Outcome> => {
  const inputs = specsOf(sample);
  const ids = inputs.map((_, i) => i);
  const plan: Plan = {
    values: [
      ...inputs.map((input, index) => ({ ...input, source: { kind: "input", index } as const })),
      { ...spec, source: { kind: "step" } },
    ],
    steps: [{ kind: "op", op, attributes: sample.attributes ?? {}, inputs: ids, output: inputs.length }],
    inputs: ids,
    outputs: [inputs.length],
    assigns: [],
  };
  try {
    const executable = backend.build(plan);
    dataOf(sample).forEach((data, i) => {
      executable.write(i, data);
    });
    const out = newArray(spec.dtype, sizeOf(spec.shape));
    const ran = await executable.deferred?.fill([out]);
    executable.dispose();
    return ran === true ? out : `the plan ended with ${ran}`;
  } catch (error) {
    return messageOf(error);
  }
};

/** Zeros, infinities, NaN, and what overflows or is nearly denormal. Denormal numbers themselves WGSL may take for zero. */
const EXTREMES: readonly number[] = [
  0,
  -0,
  1e-30,
  -1e-30,
  1e-20,
  1,
  -1,
  88.8,
  -87.2,
  -103.9,
  200,
  -200,
  3e38,
  -3e38,
  Infinity,
  -Infinity,
  Number.NaN,
];

/** An op of one or two floats: of extremes, and of each pair of them; reductions with NaN and infinities among their elements. */
const extremeSample = (op: string): Sample | null => {
  const [{ inputs, attributes }] = samples[op];
  const floats = op in elementwise && inputs.every(({ dtype = "float32" }) => dtype === "float32");
  const row = { shape: [EXTREMES.length], data: EXTREMES };
  if (op === "max" || op === "min" || op === "sum")
    return { inputs: [{ shape: [2, 3], data: [1, Number.NaN, 2, -Infinity, 3, 1] }], attributes: { dims: [1] } };
  if (op === "softmax" || op === "logSoftmax")
    return { inputs: [{ shape: [2, 3], data: [1, Number.NaN, 2, 200, -200, -Infinity] }] };
  if (!floats || attributes !== undefined) return null;
  return inputs.length === 1 ? { inputs: [row] } : { inputs: [{ ...row, shape: [EXTREMES.length, 1] }, row] };
};

export const extremeOps: readonly string[] = supportedOps.filter((op) => extremeSample(op) !== null);

/** What is wrong with an op of extremes. */
export const extremeFailuresOf = async (backend: Backend, op: string): Promise<string[]> => {
  const sample = extremeSample(op)!;
  const attributes = sample.attributes ?? {};
  const spec = primitives[op].infer(specsOf(sample), attributes);
  const [got, want] = [await alone(backend, op, sample, spec), await alone(js, op, sample, spec)];
  return differences(got, want, spec);
};
