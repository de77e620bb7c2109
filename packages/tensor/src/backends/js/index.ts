// The reference backend: plain loops over typed arrays, every type, every op. Kernels stand in tables by family.
import type {
  Attributes,
  Backend,
  DeviceBuffer,
  Executable,
  Mark,
  Operand,
  Plan,
  PlanLine,
  PlanStep,
} from "../../backend.ts";
import { newArray, type TypedArray } from "../../dtype.ts";
import { sizeOf } from "../../shape.ts";
import { activations } from "./activations.ts";
import { conv } from "./conv.ts";
import { elementwise } from "./elementwise.ts";
import type { Kernel, View } from "./kernel.ts";
import { matmul } from "./matmul.ts";
import { move } from "./move.ts";
import { normalise } from "./normalise.ts";
import { pool } from "./pool.ts";
import { random } from "./random.ts";
import { reduce } from "./reduce.ts";
import { sort } from "./sort.ts";

export const kernels: Readonly<Record<string, Kernel>> = {
  ...elementwise,
  ...activations,
  ...reduce,
  ...matmul,
  ...move,
  ...conv,
  ...pool,
  ...normalise,
  ...sort,
  ...random,
};

const view = ({ shape, dtype, buffer }: Operand): View => ({ shape, dtype, data: buffer as TypedArray });

const kernelOf = (op: string): Kernel => {
  const kernel = kernels[op];
  if (!kernel) throw new Error(`internal: the js backend has no kernel for "${op}".`);
  return kernel;
};

export const createJsBackend = (): Backend => ({
  name: "js",
  numerics: "strict",
  supports: () => true,
  allocate: (dtype, size) => newArray(dtype, size),
  free() {},
  write(buffer, data) {
    (buffer as TypedArray).set(data as Float32Array);
  },
  read(buffer, out) {
    out.set((buffer as TypedArray).subarray(0, out.length) as Float32Array);
  },
  copy(from, to) {
    (to as TypedArray).set(from as Float32Array);
  },
  execute(op: string, attributes: Attributes, inputs: readonly Operand[], output: Operand) {
    kernelOf(op)(inputs.map(view), view(output), attributes);
  },
  build,
  memory: () => ({ inUse: 0, reserved: 0 }),
});

/** One array per value; steps in order. The reference is for being right: placement is the business of faster backends. */
const build = (plan: Plan, mark: Mark = () => {}): Executable => {
  const arrays: TypedArray[] = [];
  for (const { shape, dtype, source } of plan.values)
    arrays.push(
      source.kind === "constant"
        ? source.data
        : source.kind === "variable"
          ? (source.buffer as DeviceBuffer as TypedArray)
          : source.kind === "view"
            ? arrays[source.of]
            : newArray(dtype, sizeOf(shape)),
    );
  const views = plan.values.map(({ shape, dtype }, i): View => ({ shape, dtype, data: arrays[i] }));
  const actions = plan.steps.map((step) => prepare(step, views));
  // Two phases, so that every right-hand side means the values before any assignment.
  const staged = plan.assigns.map(({ buffer, value }) => ({
    target: buffer as TypedArray,
    from: arrays[value],
    copy: arrays[value].slice(),
  }));
  // An output that is a Variable's value before the run outlives the assignment.
  const targets = new Set(staged.map(({ target }) => target));
  const outputs = plan.outputs.map((id) => ({
    from: arrays[id],
    copy: targets.has(arrays[id]) ? arrays[id].slice() : null,
  }));
  return {
    write: (index, data) => arrays[plan.inputs[index]].set(data as Float32Array),
    writeFrom: (index, buffer) => arrays[plan.inputs[index]].set(buffer as Float32Array),
    run() {
      mark();
      mark();
      for (const action of actions) {
        if (!action()) return false;
        mark();
      }
      for (const { from, copy } of outputs) copy?.set(from as Float32Array);
      for (const { from, copy } of staged) copy.set(from as Float32Array);
      for (const { target, copy } of staged) target.set(copy as Float32Array);
      mark();
      return true;
    },
    read: (index, out) => out.set((outputs[index].copy ?? outputs[index].from) as Float32Array),
    lines: [...plan.steps.map((step) => lineOf(plan, step)), assignLine(plan)],
    arenaBytes: plan.values.reduce(
      (sum, { source }, i) => sum + (source.kind === "step" ? arrays[i].byteLength : 0),
      0,
    ),
    dispose() {},
  };
};

const lineOf = ({ values }: Plan, step: PlanStep): PlanLine =>
  step.kind === "guard"
    ? { kind: "guard", ops: [], inputs: [values[step.value]], outputs: [] }
    : { kind: "kernel", ops: [step.op], inputs: step.inputs.map((id) => values[id]), outputs: [values[step.output]] };

const assignLine = ({ values, assigns }: Plan): PlanLine => {
  const assigned = assigns.map(({ value }) => values[value]);
  return { kind: "assign", ops: [], inputs: assigned, outputs: assigned };
};

const prepare = (step: PlanStep, views: readonly View[]): (() => boolean) => {
  if (step.kind === "guard") {
    const { data } = views[step.value];
    return () => data[0] === 1;
  }
  const kernel = kernelOf(step.op);
  const inputs = step.inputs.map((id) => views[id]);
  return () => {
    kernel(inputs, views[step.output], step.attributes);
    return true;
  };
};
