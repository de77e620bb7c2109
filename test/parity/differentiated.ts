// Adapters for golden data with gradients: of functions of tensors, and of modules with their weights.
import type { Module } from "@agon/nn";
import { differentiate, grad, Parameter, scope, selectBackend, type Tensor, tensor, Variable } from "@agon/tensor";
import { beforeAll, describe, expect } from "vitest";
import {
  type Adapter,
  describeFixture,
  expectGrads,
  expectOutputs,
  type FixtureCase,
  type FixtureTensor,
} from "./fixtures.ts";

export type Params = Readonly<Record<string, unknown>>;
export type Inputs = Readonly<Record<string, Tensor>>;
export type Outputs = Readonly<Record<string, Tensor>>;

export const toTensor = ({ data, shape, dtype }: FixtureTensor): Tensor =>
  tensor(data, {
    shape,
    dtype: dtype === "float64" ? "float64" : dtype === "bool" ? "bool" : dtype === "int32" ? "int32" : "float32",
  });

const tensorsOf = (values: Readonly<Record<string, FixtureTensor>>): Record<string, Tensor> =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [name, toTensor(value)]));

const plain = (outputs: Outputs) =>
  Object.fromEntries(Object.entries(outputs).map(([name, t]) => [name, { shape: t.shape, data: t.dataSync() }]));

/** Each case on the default backend and on the reference. */
export const describeOnBackends = (name: string, adapters: Readonly<Record<string, Adapter>>): void =>
  describe.each(["wasm", "js"] as const)("on %s", (backend) => {
    beforeAll(async () => {
      expect(await selectBackend(backend)).toBe(backend);
    });
    describeFixture(name, adapters);
  });

/** L = Σ cotangent · output. */
const lossOf = (outputs: Outputs, { cotangents }: FixtureCase): Tensor =>
  Object.entries(cotangents)
    .map(([name, cotangent]) => outputs[name].mul(toTensor(cotangent)).sum())
    .reduce((total, part) => total.add(part));

/** Values, then the gradient of L = Σ cotangent · output with respect to each input that the golden data differentiates. */
export const check =
  (f: (inputs: Inputs, params: Params) => Outputs): Adapter =>
  (fixture: FixtureCase) => {
    const inputs = tensorsOf(fixture.inputs);
    expectOutputs(fixture, plain(f(inputs, fixture.params)));
    const differentiated = Object.fromEntries(Object.keys(fixture.grads).map((name) => [name, inputs[name]]));
    if (Object.keys(differentiated).length === 0) return;
    const loss = (at: Inputs): Tensor => lossOf(f({ ...inputs, ...at }, fixture.params), fixture);
    expectGrads(fixture, plain(grad(loss)(differentiated)));
  };

/**
 * A module with the golden weights: values, its Variables afterwards as `after.…`, then the gradients with respect to inputs and weights.
 * `run` may leave out outputs that the case at hand does not have.
 */
export const checkModule =
  <M extends Module<never[], unknown>>(
    build: (params: Params, fixture: FixtureCase) => M,
    run: (module: M, inputs: Inputs, params: Params) => Outputs,
  ): Adapter =>
  (fixture: FixtureCase) => {
    const make = (): M => {
      const module = build(fixture.params, fixture);
      module.loadStateDict(Object.fromEntries(Object.entries(fixture.weights).map(([name, { data }]) => [name, data])));
      return module;
    };
    const inputs = tensorsOf(fixture.inputs);
    const wanted = (outputs: Outputs): Outputs =>
      Object.fromEntries(Object.entries(outputs).filter(([name]) => Object.hasOwn(fixture.outputs, name)));
    const module = make();
    const outputs = wanted(run(module, inputs, fixture.params));
    expectOutputs(fixture, { ...plain(outputs), ...afterwards(module, fixture) });

    const fresh = make();
    const parameters = new Map([...fresh.namedVariables()].filter(([, variable]) => variable instanceof Parameter));
    const moved = new Map(
      Object.keys(fixture.grads)
        .filter((name) => !name.startsWith("weights."))
        .map((name) => [name, new Parameter(inputs[name])]),
    );
    const { gradients } = scope(() =>
      differentiate([...moved.values(), ...parameters.values()] as Parameter[], () => {
        const at = Object.fromEntries([...moved].map(([name, { value }]) => [name, value]));
        return lossOf(run(fresh, { ...inputs, ...at }, fixture.params), fixture);
      }),
    );
    const names = [...moved.keys(), ...[...parameters.keys()].map((name) => `weights.${name}`)];
    expectGrads(fixture, plain(Object.fromEntries(names.map((name, i) => [name, gradients[i]]))));
  };

const afterwards = (module: { namedVariables(): Map<string, Variable> }, { outputs }: FixtureCase) =>
  Object.fromEntries(
    [...module.namedVariables()]
      .filter(([name]) => Object.hasOwn(outputs, `after.${name}`))
      .map(([name, variable]) => [`after.${name}`, { shape: variable.shape, data: variable.toHost() }]),
  );
