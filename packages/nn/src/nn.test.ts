// Modules find their parameters, keep their names, and train.
import { createRandom } from "@agon/random";
import { differentiate, scope, tensor, zeros } from "@agon/tensor";
import { describe, expect, it } from "vitest";
import { Linear, MLP, mse, relu, Sequential, tanh, withRandom } from "./index.ts";

describe("Module", () => {
  it("names its variables as PyTorch does", () => {
    const net = new Sequential(new Linear(2, 3), relu, new Linear(3, 1, { bias: false }));
    expect([...net.namedVariables().keys()]).toEqual(["0.weight", "0.bias", "2.weight"]);
    expect(net.parameters().map(({ shape }) => shape)).toEqual([[3, 2], [3], [1, 3]]);
  });
  it("carries its state over, or sets nothing", () => {
    const [a, b] = [new MLP(2, 4, 1), new MLP(2, 4, 1)];
    const x = tensor([[1, -2]]);
    b.loadStateDict(a.stateDict());
    expect(b.forward(x).itemSync()).toBe(a.forward(x).itemSync());
    expect(() => b.loadStateDict({ ...a.stateDict(), extra: [1] })).toThrow("unknown [extra]");
    expect(() => b.loadStateDict({ ...a.stateDict(), "layers.0.bias": [1] })).toThrow(
      "layers.0.bias has 4 elements, got 1",
    );
  });
  it("draws its weights from the stream in force", () => {
    const build = (): MLP => withRandom(createRandom(3), () => new MLP(2, 4, 1, { activation: tanh }));
    expect(build().stateDict()).toEqual(build().stateDict());
    const { weight } = withRandom(createRandom(3), () => new Linear(16, 8));
    expect(Math.max(...weight.toHost().map(Math.abs))).toBeLessThanOrEqual(0.25);
  });
  it("gradients reach every parameter", () => {
    const net = new MLP(3, 5, 2);
    const norms = scope(() =>
      differentiate(net.parameters(), () => mse(net.forward(tensor([[1, 2, 3]])), zeros([1, 2]))).gradients.map((g) =>
        g.norm(),
      ),
    );
    for (const norm of norms) expect(norm.itemSync()).toBeGreaterThan(0);
  });
});
