// The base of everything with weights: finds its parameters by walking its fields.
import { Parameter, tensor, type Tensor, type TypedArray, Variable } from "@agon/tensor";

/** A layer: a Module, or any function from tensor to tensor. */
export type Layer = Module | ((x: Tensor) => Tensor);

/** Applies a layer of either kind. */
export const applyLayer = (layer: Layer, x: Tensor): Tensor => (layer instanceof Module ? layer.forward(x) : layer(x));

/** A network or a part of one. Fields that are Parameters, Variables, Modules, or arrays of them, belong to it; their names are their paths. */
export abstract class Module<Inputs extends readonly unknown[] = [x: Tensor], Output = Tensor> {
  abstract forward(...inputs: Inputs): Output;

  /** Every Variable by its path, as PyTorch names them: "layers.0.weight". */
  namedVariables(): Map<string, Variable> {
    const found = new Map<string, Variable>();
    collect(this, "", found, new Set());
    return found;
  }

  /** The trainable ones, in the order of the fields. */
  parameters(): Parameter[] {
    return [...this.namedVariables().values()].filter((variable) => variable instanceof Parameter);
  }

  /** Copies of all values by name. */
  stateDict(): Record<string, TypedArray> {
    return Object.fromEntries([...this.namedVariables()].map(([name, variable]) => [name, variable.toHost()]));
  }

  /** Sets all values by name; names and sizes must be this module's, nothing is set otherwise. */
  loadStateDict(values: Readonly<Record<string, ArrayLike<number>>>): void {
    const variables = this.namedVariables();
    const missing = [...variables.keys()].filter((name) => !(name in values));
    const unknown = Object.keys(values).filter((name) => !variables.has(name));
    if (missing.length > 0 || unknown.length > 0)
      throw new Error(`loadStateDict: missing [${missing.join(", ")}], unknown [${unknown.join(", ")}].`);
    for (const [name, variable] of variables) {
      const size = variable.shape.reduce((n, length) => n * length, 1);
      if (values[name].length !== size)
        throw new Error(`loadStateDict: ${name} has ${size} elements, got ${values[name].length}.`);
    }
    for (const [name, variable] of variables) variable.set(values[name]);
  }
}

const collect = (value: unknown, path: string, found: Map<string, Variable>, seen: Set<unknown>): void => {
  if (typeof value !== "object" || value === null || seen.has(value)) return;
  if (value instanceof Variable) {
    seen.add(value);
    value.name ||= path;
    found.set(path, value);
  } else if (value instanceof Module || Array.isArray(value)) {
    seen.add(value);
    for (const [key, part] of Object.entries(value)) collect(part, path ? `${path}.${key}` : key, found, seen);
  }
};

/** A Parameter from values. */
export const parameter = (values: Float32Array, shape: readonly number[]): Parameter =>
  new Parameter(tensor(values, { shape }));
