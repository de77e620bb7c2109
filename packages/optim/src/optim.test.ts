// Optimizers by what they promise; their steps are compared with PyTorch's in test/parity.
import { compile, NonFiniteError, Parameter, tensor } from "@agon/tensor";
import { describe, expect, it } from "vitest";
import { Adam, SGD } from "./index.ts";

describe("minimize", () => {
  it("returns what the loss function returned", () => {
    const w = new Parameter(tensor([3]));
    const { loss, twice } = new SGD([w], { learningRate: 0.1 }).minimize(() => {
      const value = w.value.square().sum();
      return { loss: value, twice: value.mul(2) };
    });
    expect([loss.itemSync(), twice.itemSync()]).toEqual([9, 18]);
    expect(w.value.itemSync()).toBeCloseTo(2.4, 6);
  });
  it("writes nothing where the loss is not finite, and names the op", () => {
    const w = new Parameter(tensor([-1]));
    const adam = new Adam([w]);
    const step = compile(() => adam.minimize(() => w.value.log().sum()));
    expect(() => step()).toThrow(NonFiniteError);
    expect(() => step()).toThrow("log: output [1] is NaN or infinite, from finite inputs; nothing was written.");
    expect(w.value.itemSync()).toBe(-1);
    expect(adam.variables().every((variable) => variable.name === "learningRate" || variable.toHost()[0] === 0)).toBe(
      true,
    );
  });
  it("follows a learning rate that changes, without a new recording", () => {
    const w = new Parameter(tensor([0]));
    const sgd = new SGD([w], { learningRate: 1 });
    let recordings = 0;
    const step = compile(() => {
      recordings++;
      return sgd.minimize(() => w.value.sum());
    });
    step();
    sgd.learningRate = 0.5;
    step();
    expect(w.value.itemSync()).toBe(-1.5);
    expect(recordings).toBe(1);
  });
});

describe("Adam", () => {
  it("first moves by the learning rate against the sign of the gradient", () => {
    const w = new Parameter(tensor([1, 1]));
    new Adam([w], { learningRate: 0.01 }).update([tensor([1e-3, -50])]);
    expect(w.value.toArraySync()).toEqual([expect.closeTo(0.99, 5), expect.closeTo(1.01, 5)]);
  });
  it("clips the joint norm", () => {
    const w = new Parameter(tensor([0, 0]));
    new SGD([w], { learningRate: 1, clipNorm: 1 }).update([tensor([3, 4])]);
    expect(w.value.toArraySync()).toEqual([expect.closeTo(-0.6, 5), expect.closeTo(-0.8, 5)]);
  });
});

it("nesterov needs accumulated momentum", () => {
  expect(() => new SGD([], { nesterov: true, form: "average" })).toThrow("nesterov");
});
