// The base of everything with weights: finds its parameters by walking its fields.
import { type ModuleSummary, summarise } from "./summary.ts";
import { Parameter, RandomStream, readSetting, tensor, type Tensor, type TypedArray, Variable } from "@agon/tensor";

/** A layer: a Module of one tensor, or any function from tensor to tensor. */
export type Layer = Module | ((x: Tensor) => Tensor);

/** Applies a layer of either kind. */
export const applyLayer = (layer: Layer, x: Tensor): Tensor => (layer instanceof Module ? layer.forward(x) : layer(x));

/** A module whatever it takes and gives. */
export type AnyModule = Module<never[], unknown>;

/**
 * A network or a part of one. Fields that are Parameters, Variables, RandomStreams, Modules, or arrays of them, belong to it; their names
 * are their paths in snake_case, as PyTorch's state dicts have them.
 */
export abstract class Module<Inputs extends readonly unknown[] = [x: Tensor], Output = Tensor> {
  private trains = true;

  abstract forward(...inputs: Inputs): Output;

  /** What belongs to it, by name: its fields. */
  parts(): readonly (readonly [name: string, part: unknown])[] {
    return Object.entries(this).map(([field, part]) => [snakeCase(field), part]);
  }

  /** In training (the default) or in evaluation: batch normalisation and dropout differ. A compiled step is recorded for each. */
  get training(): boolean {
    return readSetting(() => this.trains);
  }

  /** Puts this module and all within into training, or with false into evaluation. */
  train(on = true): this {
    for (const module of this.namedModules().values()) (module as Module).trains = on;
    return this;
  }

  /** Puts this module and all within into evaluation. */
  eval(): this {
    return this.train(false);
  }

  /** This module ("") and every one within, by its path. */
  namedModules(): Map<string, AnyModule> {
    const found = new Map<string, AnyModule>();
    walk(this, "", new Set(), (part, path) => {
      if (part instanceof Module) found.set(path, part);
    });
    return found;
  }

  /** Every Variable by its path, as PyTorch names them: "layers.0.weight". A RandomStream's state has the stream's own path. */
  namedVariables(): Map<string, Variable> {
    const found = new Map<string, Variable>();
    walk(this, "", new Set(), (part, path) => {
      if (!(part instanceof Variable)) return;
      part.name ||= path;
      found.set(path, part);
    });
    return found;
  }

  /** The trainable ones, in the order of the fields. */
  parameters(): Parameter[] {
    return [...this.namedVariables().values()].filter((variable) => variable instanceof Parameter);
  }

  /**
   * The layers in the order of their work on an example, with roles, shapes, parameters and FLOPs. The example runs in evaluation, so
   * that statistics and random streams stay as they are. String(model.summary(zeros([1, 784]))) is a table.
   */
  summary(...inputs: Inputs): ModuleSummary {
    const modules = this.namedModules();
    const modes = [...modules.values()].map((module) => [module as Module, (module as Module).trains] as const);
    this.eval();
    try {
      return summarise(modules, () => this.forward(...inputs), inputs);
    } finally {
      for (const [module, trained] of modes) module.trains = trained;
    }
  }

  /** Multiplications and additions of this module's own matrix products, for the shapes of its inputs and of what it makes. */
  flops(_inputs: readonly (readonly number[])[], _output: readonly number[]): number {
    return 0;
  }

  /** Copies of all values by name. */
  stateDict(): Record<string, TypedArray> {
    return Object.fromEntries([...this.namedVariables()].map(([name, variable]) => [name, variable.toHost()]));
  }

  /**
   * Sets all values by name; names and sizes must be this module's, nothing is set otherwise. States of random streams may be missing,
   * and PyTorch's num_batches_tracked is passed over, so that its state dicts load, as decodeSafetensors reads them.
   */
  loadStateDict(values: Readonly<Record<string, ArrayLike<number> | ArrayLike<bigint>>>): void {
    const variables = this.namedVariables();
    const streams = this.randomStates();
    const missing = [...variables].filter(([name, one]) => !Object.hasOwn(values, name) && !streams.has(one));
    const unknown = Object.keys(values).filter((name) => !variables.has(name) && !countsBatches.test(name));
    if (missing.length > 0 || unknown.length > 0)
      throw new Error(
        `loadStateDict: missing [${missing.map(([name]) => name).join(", ")}], unknown [${unknown.join(", ")}].`,
      );
    const given = [...variables].filter(([name]) => Object.hasOwn(values, name));
    for (const [name, variable] of given) {
      const size = variable.shape.reduce((n, length) => n * length, 1);
      if (values[name].length !== size)
        throw new Error(`loadStateDict: ${name} has ${size} elements, got ${values[name].length}.`);
    }
    for (const [name, variable] of given) variable.set(numbersOf(values[name]));
  }

  private randomStates(): Set<Variable> {
    const found = new Set<Variable>();
    walk(this, "", new Set(), (part) => {
      if (part instanceof RandomStream) found.add(part.state);
    });
    return found;
  }
}

const numbersOf = (values: ArrayLike<number> | ArrayLike<bigint>): ArrayLike<number> =>
  typeof values[0] === "bigint" ? Array.from(values, Number) : (values as ArrayLike<number>);

const countsBatches = /(^|\.)num_batches_tracked$/;

const snakeCase = (field: string): string => field.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

/** Visits a value and what belongs to it, each object once. */
const walk = (value: unknown, path: string, seen: Set<unknown>, visit: (part: object, path: string) => void): void => {
  if (typeof value !== "object" || value === null || seen.has(value)) return;
  seen.add(value);
  visit(value, path);
  const parts =
    value instanceof Module
      ? value.parts()
      : Array.isArray(value)
        ? Object.entries(value)
        : value instanceof RandomStream
          ? [["", value.state] as const]
          : [];
  for (const [name, part] of parts) walk(part, [path, name].filter(Boolean).join("."), seen, visit);
};

/** 2·weights per output: multiplications and additions where each element of `shape` meets one of the rows of the weights. */
export const productFlops = (weights: readonly number[], shape: readonly number[]): number =>
  2 * (weights.reduce((n, length) => n * length, 1) / weights[0]) * shape.reduce((n, length) => n * length, 1);

/** A Parameter from values. */
export const parameter = (values: Float32Array, shape: readonly number[]): Parameter =>
  new Parameter(tensor(values, { shape }));
