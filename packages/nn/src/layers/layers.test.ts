// What layers promise beyond their values: modes, names, chance, and errors.
import { createRandom } from "@agon/random";
import { compile, ones, RandomStream, type Tensor, tensor, zeros } from "@agon/tensor";
import { describe, expect, it } from "vitest";
import {
  BasicBlock,
  BatchNorm1d,
  BatchNorm2d,
  Conv2d,
  ConvTranspose2d,
  DenseBlock,
  Dropout,
  Embedding,
  globalAvgPool,
  GroupNorm,
  Highway,
  Linear,
  Module,
  PReLU,
  relu,
  Residual,
  Sequential,
  SinusoidalPositions,
  SpatialDropout,
  withRandom,
} from "../index.ts";

describe("names", () => {
  it("are snake_case paths, as in PyTorch", () => {
    class Net extends Module {
      firstBlock = new BasicBlock(2, 3);
      forward(x: Tensor): Tensor {
        return this.firstBlock.forward(x);
      }
    }
    const names = [...new Net().namedVariables().keys()];
    expect(names).toContain("first_block.bn1.running_mean");
    expect(names).toContain("first_block.shortcut.1.weight");
  });
  it("PyTorch's counters of batches are passed over, states of random streams may be missing", () => {
    const net = new Sequential(new BatchNorm1d(2), new Dropout());
    const { "1.random": stream, ...others } = net.stateDict();
    expect(stream).toHaveLength(3);
    net.loadStateDict({ ...others, "0.num_batches_tracked": [7] });
    expect(() => net.loadStateDict({ "0.weight": [1, 1] })).toThrow("missing [0.bias, 0.running_mean, 0.running_var]");
  });
});

describe("modes", () => {
  const net = (): Sequential => new Sequential(new BatchNorm1d(2), new Sequential(new Dropout(0.5)));
  it("reach every module within", () => {
    const model = net().eval();
    for (const module of model.namedModules().values()) expect((module as Module).training).toBe(false);
    expect([...model.namedModules().keys()]).toEqual(["", "0", "1", "1.0"]);
  });
  it("a compiled step follows train() and eval(), without recording a mode twice", () => {
    const model = net();
    let recordings = 0;
    const forward = compile((x: Tensor) => {
      recordings++;
      return model.forward(x);
    });
    const x = tensor([
      [1, 2],
      [3, 6],
    ]);
    const trained = forward(x).toArraySync();
    const eager = net();
    eager.loadStateDict(model.stateDict());
    model.eval();
    eager.eval();
    expect(forward(x).toArraySync()).toEqual(eager.forward(x).toArraySync());
    expect(forward(x).toArraySync()).not.toEqual(trained);
    model.train();
    forward(x);
    expect(recordings).toBe(2);
  });
  it("evaluation leaves running statistics and streams alone", () => {
    const model = net().eval();
    const before = model.stateDict();
    model.forward(
      tensor([
        [1, 2],
        [3, 6],
      ]),
    );
    expect(model.stateDict()).toEqual(before);
  });
});

describe("dropout", () => {
  it("draws anew at every replay, and the same again from the same state", () => {
    const layer = new Dropout(0.5, { random: new RandomStream(1) });
    const step = compile((x: Tensor) => layer.forward(x));
    const x = ones([64]);
    const state = layer.stateDict();
    const first = [step(x).toArraySync(), step(x).toArraySync()];
    expect(first[0]).not.toEqual(first[1]);
    layer.loadStateDict(state);
    expect([step(x).toArraySync(), layer.forward(x).toArraySync()]).toEqual(first);
  });
  it("layers have streams of their own, from the stream of initial weights", () => {
    const build = (): Dropout[] => withRandom(createRandom(5), () => [new Dropout(), new Dropout()]);
    const [[a, b], [c]] = [build(), build()];
    expect(a.forward(ones([64])).toArraySync()).toEqual(c.forward(ones([64])).toArraySync());
    expect(a.forward(ones([64])).toArraySync()).not.toEqual(b.forward(ones([64])).toArraySync());
  });
  it("spatial dropout drops whole channels", () => {
    const out = new SpatialDropout(0.5, { random: new RandomStream(1) }).forward(ones([4, 8, 3, 3]));
    const channels = out.reshape([32, 9]).toArraySync() as number[][];
    for (const channel of channels) expect(new Set(channel).size).toBe(1);
    expect(new Set(channels.map(([value]) => value))).toEqual(new Set([0, 2]));
  });
});

describe("blocks", () => {
  const double = (x: Tensor): Tensor => x.mul(2);
  it("residual adds what it got, dense keeps all channels", () => {
    expect(new Residual(double).forward(tensor([1, 2])).toArraySync()).toEqual([3, 6]);
    expect(new DenseBlock(double, double).forward(tensor([[1]])).toArraySync()).toEqual([[1, 2, 2, 4]]);
    expect(() => new Residual(new Linear(2, 3)).forward(zeros([1, 2]))).toThrow(
      "Residual: the layer makes [1, 3] of [1, 2], the way around [1, 2]; give a shortcut.",
    );
  });
  it("a highway with a shut gate lets everything pass, with an open one nothing", () => {
    const x = tensor([[1, -2]]);
    expect(new Highway(2, { gateBias: -100 }).forward(x).toArraySync()).toEqual([[1, -2]]);
    const open = new Highway(2, { gateBias: 100 });
    const [got, wanted] = [open.forward(x), relu(open.transform.forward(x))].map((t) => t.dataSync());
    got.forEach((value, i) => expect(value).toBeCloseTo(wanted[i], 6));
  });
});

it("a padding row starts at 0 and the initial weights are as large as PyTorch's", () => {
  withRandom(createRandom(2), () => {
    expect([...new Embedding(3, 2, { paddingIndex: 1 }).weight.toHost().subarray(2, 4)]).toEqual([0, 0]);
    const { weight } = new Conv2d(4, 50, { kernel: 5 });
    expect(Math.max(...weight.toHost().map(Math.abs))).toBeCloseTo(0.1, 3); // 1/√(4·25)
    expect(new ConvTranspose2d(4, 6, { kernel: 3, groups: 2 }).weight.shape).toEqual([4, 3, 3, 3]);
  });
});

const errors: readonly [f: () => unknown, message: string][] = [
  [
    () => new BatchNorm2d(3).forward(zeros([2, 3])),
    "BatchNorm2d: input is [2, 3]; expected 4 dims, [batch, channels, …].",
  ],
  [() => new BatchNorm1d(3).forward(zeros([1, 3])), "batchNorm: training needs more than one value per channel"],
  [() => new Conv2d(3, 4, { kernel: 3, groups: 2 }), "Conv2d: 3 channels and 4 outputs do not fall into 2 groups."],
  [
    () => new Conv2d(3, 4, { kernel: 3 }).forward(zeros([1, 2, 8, 8])),
    "conv2d: input has 2 channels, kernel expects 3",
  ],
  [() => new GroupNorm(2, 3), "GroupNorm: 3 channels do not fall into 2 groups."],
  [() => new Dropout(2), "Dropout: p is 2; expected a number from 0 to 1."],
  [
    () => new SpatialDropout().forward(zeros([2, 3])),
    "SpatialDropout: input is [2, 3]; expected [batch, channels, …].",
  ],
  [() => new PReLU({ parameters: 4 }).forward(zeros([2, 3])), "PReLU: input is [2, 3]; expected [batch, 4, …]"],
  [
    () => new SinusoidalPositions(4, 2).forward(zeros([1, 5, 2])),
    "SinusoidalPositions: input is [1, 5, 2]; expected […, time from 1 to 4, 2].",
  ],
  [() => globalAvgPool(zeros([2, 3])), "globalAvgPool: input is [2, 3]; expected [batch, channels, …]."],
];
it.each(errors)("refuses what does not fit: %s", (f, message) => expect(f).toThrow(message));
