// The textbook's listings and formulas on layers: shapes, counts, and what each layer's structure promises.
import { createRandom } from "@agon/random";
import { differentiate, grad, ones, scope, type Tensor, tensor, zeros } from "@agon/tensor";
import { describe, expect, it } from "vitest";
import { AvgPool2d, Conv2d, Embedding, Highway, Linear, MaxPool2d, MLP, sigmoid, withRandom } from "../index.ts";

const draw = (...shape: number[]): Tensor => {
  const random = createRandom(3);
  return tensor(
    Float32Array.from({ length: shape.reduce((n, d) => n * d, 1) }, () => random.normal()),
    { shape },
  );
};

describe("an embedding before a linear layer (listing 2)", () => {
  const words = tensor(Int32Array.from([2, 5, 1]));
  const [table, linear] = withRandom(createRandom(1), () => [new Embedding(1000, 64), new Linear(64, 128)] as const);
  it("encodes three words by 64 numbers each, then 128", () => {
    const encoded = table.forward(words);
    expect(encoded.shape).toEqual([3, 64]);
    expect(linear.forward(encoded).shape).toEqual([3, 128]);
  });
  it("gives a gradient to the rows of those words, and to no other", () => {
    const touched = scope(() => {
      const loss = (): Tensor => linear.forward(table.forward(words)).square().sum();
      const [gradient] = differentiate([table.weight], loss).gradients;
      return [...gradient.square().sum(1).dataSync()].flatMap((size, row) => (size > 0 ? [row] : []));
    });
    expect(touched).toEqual([1, 2, 5]);
  });
});

it("of 100-256-128-1 two layers are hidden; its input has no parameters, its output has (listing 7)", () => {
  const { rows } = new MLP(100, 256, 128, 1).summary(zeros([1, 100]));
  const hidden = rows.filter(({ role }) => role === "hidden");
  expect(`${hidden.length} hidden layers`).toBe("2 hidden layers");
  expect(rows.map(({ role, parameters }) => [role, parameters])).toEqual([
    ["input", 0],
    ["hidden", 256 * (100 + 1)],
    ["hidden", 128 * (256 + 1)],
    ["output", 128 + 1],
  ]);
});

describe("a convolution (eq. 47, 48)", () => {
  it.each([
    [1, 6, 5],
    [3, 64, 3],
    [16, 8, 1],
  ])("from %i to %i channels by kernels of %i² has k·k·C·C' + C' parameters", (channels, outputs, kernel) => {
    const { parameters } = new Conv2d(channels, outputs, { kernel }).summary(zeros([1, channels, 8, 8]));
    expect(parameters).toBe(kernel * kernel * channels * outputs + outputs);
  });
  const layer = withRandom(createRandom(1), () => new Conv2d(2, 3, { kernel: 3, padding: 1 }));
  it("is equivariant: a picture moved right and down gives maps moved right and down, away from the borders", () => {
    const scene = draw(1, 2, 12, 13);
    const seenFrom = (row: number, column: number): Tensor => scene.narrow(2, row, 10).narrow(3, column, 10);
    const [picture, moved] = [seenFrom(2, 3), seenFrom(0, 0)]; // what is at (y, x) in the one is at (y + 2, x + 3) in the other
    const inside = (x: Tensor, row: number, column: number): Tensor => x.narrow(2, row, 6).narrow(3, column, 5);
    const before = inside(layer.forward(picture), 1, 1);
    const after = inside(layer.forward(moved), 3, 4);
    expect(after.toArraySync()).toEqual(before.toArraySync());
  });
  it("is local: the gradient of one place reaches the 3×3 places about it, and no other", () => {
    const place = (x: Tensor): Tensor => layer.forward(x).select(3, 6).select(2, 4).sum();
    const reached = grad(place)(draw(1, 2, 10, 10))
      .square()
      .sum([0, 1])
      .toArraySync() as number[][];
    reached.forEach((row, y) =>
      row.forEach((size, x) => expect(size > 0).toBe(Math.abs(y - 4) <= 1 && Math.abs(x - 6) <= 1)),
    );
  });
});

it("pooling has no parameters (eq. 49, 50)", () => {
  for (const layer of [new MaxPool2d(2), new AvgPool2d(2)]) {
    const { parameters, rows } = layer.summary(ones([1, 3, 8, 8]));
    expect([parameters, rows.at(-1)?.shape]).toEqual([0, [1, 3, 4, 4]]);
  }
});

describe("a highway block", () => {
  const block = withRandom(createRandom(1), () => new Highway(64));
  const x = draw(32, 64);
  it("has a gate between 0 and 1", () => {
    for (const open of sigmoid(block.gate.forward(x.mul(100))).dataSync()) {
      expect(open).toBeGreaterThanOrEqual(0);
      expect(open).toBeLessThanOrEqual(1);
    }
  });
  it("carries at its bias of −2: on the mean the gate is open by less than a fifth, and what comes out is mostly what went in", () => {
    expect(sigmoid(block.gate.forward(x)).mean().itemSync()).toBeLessThan(0.2);
    const change = block.forward(x).sub(x).norm().itemSync() / x.norm().itemSync();
    expect(change).toBeLessThan(0.25);
    const open = withRandom(createRandom(1), () => new Highway(64, { gateBias: 2 }));
    expect(open.forward(x).sub(x).norm().itemSync() / x.norm().itemSync()).toBeGreaterThan(0.5);
  });
});
