// Optimizers by what they promise; their steps are compared with PyTorch's in test/parity.
import { compile, NonFiniteError, Parameter, tensor } from "@agon/tensor";
import { describe, expect, it } from "vitest";
import { Adadelta, Adagrad, Adam, Adamax, globalNorm, NAdam, type Optimizer, RAdam, RMSprop, SGD } from "./index.ts";

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
  it.each([
    ["compiled", true],
    ["op by op", false],
  ])("names a parameter that was not finite before, %s, also where no output shows it", (_, compiled) => {
    const w = new Parameter(tensor([1, 2]), "bias");
    const sgd = new SGD([w], { learningRate: 1 });
    const minimize = () => sgd.minimize(() => w.value.relu().sum());
    const step = compiled ? compile(minimize) : minimize;
    step();
    w.set([1, -Infinity]);
    expect(() => step()).toThrow(NonFiniteError);
    expect(() => step()).toThrow("element 1 of bias [2] already is -Infinity; nothing was written.");
    expect([...w.toHost()]).toEqual([1, -Infinity]);
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

describe("NAdam", () => {
  it("first moves by η·(1 + (1 − β₁)·μ₂/(1 − μ₁μ₂)) against the sign of the gradient", () => {
    const w = new Parameter(tensor([1, 1]));
    new NAdam([w], { learningRate: 0.01 }).update([tensor([1e-3, -50])]);
    const momentum = (t: number) => 0.9 * (1 - 0.5 * 0.96 ** (t * 0.004));
    const move = 0.01 * (1 + (0.1 * momentum(2)) / (1 - momentum(1) * momentum(2)));
    expect(w.value.toArraySync()).toEqual([expect.closeTo(1 - move, 5), expect.closeTo(1 + move, 5)]);
  });
});

describe("RAdam", () => {
  it("rectifies from the step on at which ρₜ exceeds 5, as float64 arithmetic finds it, also late", () => {
    const beta2 = 0.999;
    const longest = 2 / (1 - beta2) - 1;
    const w = new Parameter(tensor([0]));
    const optimizer = new RAdam([w], { learningRate: 1, betas: [0, beta2] });
    const step = compile(() => optimizer.update([tensor([2])]));
    let before = 0;
    for (let t = 1; t <= 1500; t++) {
      step();
      const after = w.toHost()[0];
      const length = longest - (2 * t * beta2 ** t) / (1 - beta2 ** t);
      const ratio = ((length - 4) * (length - 2) * longest) / ((longest - 4) * (longest - 2) * length);
      // A constant gradient g has m̂ = g and √(v/(1 − β₂ᵗ)) = |g|.
      const wanted = length > 5 ? Math.sqrt(ratio) : 2;
      if (t < 30 || t % 100 === 0) expect(Math.abs((before - after) / wanted - 1), `step ${t}`).toBeLessThan(1e-3);
      before = after;
    }
  });
});

describe.each<[string, (parameters: Parameter[]) => Optimizer]>([
  ["SGD", (parameters) => new SGD(parameters, { learningRate: 0.1, momentum: 0.5 })],
  ["averaged SGD", (p) => new SGD(p, { learningRate: 0.2, momentum: 0.5, form: "average", biasCorrected: true })],
  ["RMSprop", (parameters) => new RMSprop(parameters, { learningRate: 0.02, momentum: 0.5, centered: true })],
  ["Adagrad", (parameters) => new Adagrad(parameters, { learningRate: 0.5 })],
  ["Adadelta", (parameters) => new Adadelta(parameters, { learningRate: 10 })],
  ["Adam", (parameters) => new Adam(parameters, { learningRate: 0.05, amsgrad: true })],
  ["Adamax", (parameters) => new Adamax(parameters, { learningRate: 0.05 })],
  ["NAdam", (parameters) => new NAdam(parameters, { learningRate: 0.05 })],
  ["RAdam", (parameters) => new RAdam(parameters, { learningRate: 0.05 })],
])("%s", (_name, make) => {
  it("finds the bottom of a bowl", () => {
    const w = new Parameter(tensor([1, -2]));
    const optimizer = make([w]);
    const step = compile(() =>
      optimizer.minimize(() =>
        w.value
          .sub(tensor([0.5, 0.25]))
          .square()
          .sum(),
      ),
    );
    const first = step().itemSync();
    for (let i = 0; i < 300; i++) step();
    expect(step().itemSync()).toBeLessThan(0.01 * first);
  });
  it("goes on from its variables as if it had never stopped", () => {
    const gradients = [tensor([1, -2]), tensor([0.5, 0.1]), tensor([-1, 3])];
    const [w, v] = [new Parameter(tensor([1, 1])), new Parameter(tensor([1, 1]))];
    const [original, copy] = [make([w]), make([v])];
    for (const gradient of gradients) original.update([gradient]);
    v.set(w.toHost());
    original.variables().forEach((variable, i) => copy.variables()[i].set(variable.toHost()));
    for (const gradient of gradients) {
      original.update([gradient]);
      copy.update([gradient]);
    }
    expect([...v.toHost()]).toEqual([...w.toHost()]);
  });
});

describe("global norms", () => {
  it("of any order agree with their formula over all elements", () => {
    const gradients = [tensor([1, -2]), tensor([[2], [0]])];
    const norms = [1, 2, 3, Infinity].map((order) => globalNorm(gradients, order).itemSync());
    expect(norms).toEqual([5, 3, expect.closeTo(17 ** (1 / 3), 5), 2]);
  });
  it("refuse what has no norm", () => {
    expect(() => globalNorm([tensor([1])], 0)).toThrow("globalNorm: the order is 0");
    expect(() => globalNorm([])).toThrow("there are no gradients");
  });
});

it("bias correction needs the average", () => {
  expect(() => new SGD([], { biasCorrected: true })).toThrow("biasCorrected");
});

it("nesterov needs accumulated momentum", () => {
  expect(() => new SGD([], { nesterov: true, form: "average" })).toThrow("nesterov");
});
