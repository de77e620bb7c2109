// Adapters for golden data with gradients.
import { grad, type Tensor, tensor } from "@agon/tensor";
import { type Adapter, expectGrads, expectOutputs, type FixtureCase, type FixtureTensor } from "./fixtures.ts";

export type Params = Readonly<Record<string, unknown>>;
export type Inputs = Readonly<Record<string, Tensor>>;
export type Outputs = Readonly<Record<string, Tensor>>;

const toTensor = ({ data, shape, dtype }: FixtureTensor): Tensor =>
  tensor(data, {
    shape,
    dtype: dtype === "float64" ? "float64" : dtype === "bool" ? "bool" : dtype === "int32" ? "int32" : "float32",
  });

const tensorsOf = (values: Readonly<Record<string, FixtureTensor>>): Record<string, Tensor> =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [name, toTensor(value)]));

const plain = (outputs: Outputs) =>
  Object.fromEntries(Object.entries(outputs).map(([name, t]) => [name, { shape: t.shape, data: t.dataSync() }]));

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
