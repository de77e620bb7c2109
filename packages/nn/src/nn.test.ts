// Modules find their parameters, keep their names, and train.
import { createRandom } from "@agon/random";
import { decodeSafetensors, differentiate, scope, tensor, zeros } from "@agon/tensor";
import { describe, expect, it } from "vitest";
import { BatchNorm1d, Linear, MLP, mse, relu, Sequential, tanh, withRandom } from "./index.ts";

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
  it("loads a file as PyTorch writes it: numbers of 16 bits, counters of batches of 64", () => {
    const model = new Sequential(new Linear(2, 1), new BatchNorm1d(1));
    const half = Uint16Array.of(0x3c00, 0xc100); // 1, −2.5
    const brain = Uint16Array.of(0x3f00); // 0.5
    const stored: readonly (readonly [name: string, dtype: string, shape: readonly number[], data: ArrayBufferView])[] =
      [
        ["1.num_batches_tracked", "I64", [], BigInt64Array.of(7n)],
        ["1.weight", "F32", [1], Float32Array.of(2)],
        ["1.bias", "F32", [1], Float32Array.of(10)],
        ["1.running_mean", "F32", [1], Float32Array.of(0)],
        ["1.running_var", "F32", [1], Float32Array.of(1)],
        ["0.weight", "F16", [1, 2], half],
        ["0.bias", "BF16", [1], brain],
      ];
    let at = 0;
    const entries = stored.map(([name, dtype, shape, data]) => {
      const offsets = [at, (at += data.byteLength)];
      return [name, { dtype, shape, data_offsets: offsets }];
    });
    const header = Buffer.from(JSON.stringify(Object.fromEntries(entries)));
    const length = Buffer.alloc(8);
    length.writeBigUInt64LE(BigInt(header.length));
    const parts = stored.map(([, , , data]) => new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
    const { tensors } = decodeSafetensors(Buffer.concat([length, header, ...parts]));
    model.loadStateDict(Object.fromEntries(Array.from(tensors, ([name, { data }]) => [name, data])));
    // (3 − 2.5·1 + 0.5)·2/√(1 + 10⁻⁵) + 10
    expect(
      model
        .eval()
        .forward(tensor([[3, 1]]))
        .itemSync(),
    ).toBeCloseTo(12, 4);
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
