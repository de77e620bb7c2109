// What summary() tells of layers, in the textbook's words and numbers.
import { zeros } from "@agon/tensor";
import { describe, expect, it } from "vitest";
import {
  BatchNorm2d,
  Conv2d,
  ConvTranspose2d,
  Dropout,
  flatten,
  Linear,
  LSTM,
  MaxPool2d,
  MLP,
  type Module,
  MultiheadAttention,
  relu,
  Sequential,
  TransformerEncoder,
} from "./index.ts";

describe("summary", () => {
  it("counts the textbook's 100-256-128-1 network: 58,881 parameters, two hidden layers", () => {
    const summary = new MLP(100, 256, 128, 1).summary(zeros([1, 100]));
    expect(summary.parameters).toBe(58_881);
    expect(summary.rows.map(({ role, shape, parameters }) => [role, shape[1], parameters])).toEqual([
      ["input", 100, 0],
      ["hidden", 256, 25_856],
      ["hidden", 128, 32_896],
      ["output", 1, 129],
    ]);
    expect(summary.flops).toBe(2 * (100 * 256 + 256 * 128 + 128));
    expect(summary.toString()).toContain("256×100 (in×out 100×256)");
    expect(summary.toString()).toContain("58,881");
  });
  it("shows layers without weights, and leaves modes, statistics and streams as they were", () => {
    const model = new Sequential(
      new Conv2d(1, 4, { kernel: 3, padding: 1 }),
      new BatchNorm2d(4),
      relu,
      new MaxPool2d(2),
      flatten,
      new Dropout(),
      new Linear(16, 2),
    );
    const dropout = [...model.namedModules().values()].find((module) => module instanceof Dropout) as Module;
    dropout.eval();
    const before = model.stateDict();
    const { rows, parameters } = model.summary(zeros([3, 1, 4, 4]));
    expect(rows.map(({ name, kind, role }) => [name, kind, role])).toEqual([
      ["", "Input", "input"],
      ["0", "Conv2d", "hidden"],
      ["1", "BatchNorm2d", ""],
      ["3", "MaxPool2d", ""],
      ["5", "Dropout", ""],
      ["6", "Linear", "output"],
    ]);
    expect(rows[1]).toMatchObject({ shape: [3, 4, 4, 4], flops: 2 * 9 * 3 * 4 * 16, weights: [[4, 1, 3, 3]] });
    expect(parameters).toBe(model.parameters().reduce((sum, { shape }) => sum + shape.reduce((n, d) => n * d, 1), 0));
    expect(model.stateDict()).toEqual(before);
    expect([model.training, dropout.training]).toEqual([true, false]);
    expect(Object.hasOwn(dropout, "forward")).toBe(false);
  });
  it("counts a layer that is used twice once, but its work twice", () => {
    const shared = new Linear(4, 4);
    const { parameters, flops } = new Sequential(shared, relu, shared).summary(zeros([1, 4]));
    expect([parameters, flops]).toEqual([20, 64]);
  });
  it("knows the work of recurrent layers, attention and transposed convolutions", () => {
    expect(new LSTM(3, 4).summary(zeros([2, 5, 3])).flops).toBe(2 * (16 * 3 + 16 * 4) * 2 * 5);
    const attention = 2 * 2 * 5 * 8 * 24 + 4 * 2 * 5 * 5 * 8 + 2 * 2 * 5 * 8 * 8;
    expect(new MultiheadAttention(8, 2).summary(zeros([2, 5, 8])).flops).toBe(attention);
    const encoder = new TransformerEncoder(8, 2, { layers: 2 }).summary(zeros([2, 5, 8]));
    expect(encoder.flops).toBe(2 * (attention + 2 * (2 * 2 * 5 * 8 * 32)));
    expect(encoder.rows.at(-1)?.shape).toEqual([2, 5, 8]);
    expect(new ConvTranspose2d(3, 2, { kernel: 2, stride: 2 }).summary(zeros([1, 3, 4, 4])).flops).toBe(2 * 8 * 3 * 16);
  });
});
