// Looking on changes nothing, and misses nothing.
import { zeros } from "@agon/tensor";
import { expect, test } from "vitest";
import * as nn from "./index.ts";
import { Linear, MLP, Module, relu, Residual, Sequential, tanh, watchLayers } from "./index.ts";

test("tells of every layer in order, functions and layers within layers too", () => {
  const model = new Sequential(new Linear(3, 4), relu, new Residual(new Sequential(new Linear(4, 4), tanh)));
  const calls = watchLayers(model, () => model.forward(zeros([2, 3])));
  expect(calls.map(({ name, kind }) => `${name} ${kind}`)).toEqual([
    "0 Linear",
    "1 relu",
    "2.layer.0 Linear",
    "2.layer.1 tanh",
    "2.layer Sequential",
    "2 Residual",
  ]);
  expect(calls[1].inputs[0].shape).toEqual([2, 4]);
  expect(model.layers[1]).toBe(relu);
  expect(Object.hasOwn(model.layers[0], "forward")).toBe(false);
});

test("watches an activation kept in a field, call by call", () => {
  const model = new MLP(3, 4, 4, 2, { activation: tanh });
  const calls = watchLayers(model, () => model.forward(zeros([1, 3])));
  expect(calls.filter(({ kind }) => kind === "tanh")).toHaveLength(2);
});

test("leaves the module as it was where the run fails", () => {
  class Failing extends Module {
    readonly activation = relu;
    readonly first = new Linear(2, 2);
    forward(): never {
      throw new Error("no");
    }
  }
  const model = new Failing();
  expect(() => watchLayers(model, () => model.forward())).toThrow("no");
  expect(model.activation).toBe(relu);
  expect(Object.hasOwn(model.first, "forward")).toBe(false);
});

test("every class says its name, which a bundler would shorten; a stranger's is as it is", () => {
  const classes = Object.entries(nn).filter(([, one]) => typeof one === "function" && one.prototype instanceof Module);
  expect(classes.length).toBeGreaterThan(30);
  for (const [name, one] of classes) expect(Object.getOwnPropertyDescriptor(one, "kind")?.value, name).toBe(name);
  class Mine extends Linear {}
  const model = new Sequential(new Mine(2, 2));
  expect(watchLayers(model, () => model.forward(zeros([1, 2]))).map(({ kind }) => kind)).toEqual(["Mine"]);
});
