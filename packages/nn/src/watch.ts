// Looks on while a module works: what each of its layers was given and made.
import { Tensor, tensorsIn } from "@agon/tensor";
import * as activations from "./activations.ts";
import type { AnyModule, Module } from "./module.ts";

/** One call of a layer. */
export interface LayerCall {
  /** Its path in the module. */
  readonly name: string;
  /** The class of a module, or the name of a function such as relu; of those that are not this package's, as a bundler left it. */
  readonly kind: string;
  /** The module or the function itself. */
  readonly layer: unknown;
  readonly inputs: readonly Tensor[];
  readonly outputs: readonly Tensor[];
}

type Forward = (...inputs: unknown[]) => unknown;

/** Every call of every layer within the module while `run` runs, in the order in which they end; functions among its parts too. */
export const watchLayers = (module: AnyModule, run: () => unknown): readonly LayerCall[] => {
  const calls: LayerCall[] = [];
  const modules = [...module.namedModules()].filter(([name]) => name !== "");
  const stops = [...module.namedModules()].flatMap(([path, one]) => watchFunctions(path, one, calls));
  try {
    return [...watchModules(modules, run, calls)];
  } finally {
    for (const stop of stops) stop();
  }
};

/** The calls of these modules, by path, while `run` runs. */
export const watchModules = (
  modules: readonly (readonly [string, AnyModule])[],
  run: () => unknown,
  calls: LayerCall[] = [],
): readonly LayerCall[] => {
  const watched = modules as readonly (readonly [string, AnyModule & { forward: Forward }])[];
  for (const [name, module] of watched) {
    const forward = module.forward.bind(module);
    module.forward = recorded(name, kindOf(module), module, forward, calls);
  }
  try {
    run();
  } finally {
    for (const [, module] of watched) Reflect.deleteProperty(module, "forward");
  }
  return calls;
};

/** What a class calls itself: bundlers shorten the names of classes, not what `static kind` says. */
const kindOf = ({ constructor }: AnyModule): string =>
  Object.hasOwn(constructor, "kind") ? (constructor as unknown as { kind: string }).kind : constructor.name;

/** An activation's name is the one that the package exports it by: bundlers keep those of a namespace. */
const nameOf = (f: Forward): string => Object.entries(activations).find(([, one]) => one === f)?.[0] ?? f.name;

const recorded =
  (name: string, kind: string, layer: unknown, f: Forward, calls: LayerCall[]): Forward =>
  (...inputs) => {
    const result = f(...inputs);
    calls.push({ name, kind, layer, inputs: inputs.filter((x) => x instanceof Tensor), outputs: tensorsIn(result) });
    return result;
  };

/** Puts recorders in the places of a module's functions: its fields, and arrays in its fields. Gives what takes them away. */
const watchFunctions = (path: string, module: AnyModule, calls: LayerCall[]): (() => void)[] => {
  const names = new Map((module as Module).parts().map(([name, part]) => [part, name]));
  const places = [module, ...Object.values(module).filter(Array.isArray)] as unknown as Record<string, unknown>[];
  return places.flatMap((place) =>
    Object.entries(place)
      .filter((entry): entry is [string, Forward] => typeof entry[1] === "function")
      .map(([key, f]) => {
        const name = [path, names.get(f) ?? key].filter(Boolean).join(".");
        place[key] = recorded(name, nameOf(f), f, f, calls);
        return () => void (place[key] = f);
      }),
  );
};
