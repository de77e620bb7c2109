// Training steps on two and four threads: parameters and losses of the same bits as on one.
import { createHash } from "node:crypto";
import {
  BatchNorm2d,
  Conv2d,
  crossEntropy,
  Dropout,
  Embedding,
  flatten,
  globalAvgPool,
  Linear,
  LSTM,
  MaxPool2d,
  MLP,
  Module,
  relu,
  Sequential,
  TransformerEncoder,
  withRandom,
} from "@agon/nn";
import { Adam } from "@agon/optim";
import { createRandom } from "@agon/random";
import { compile, setThreads, type Tensor, tensor } from "@agon/tensor";
import { afterAll, describe, expect, it } from "vitest";

const CLASSES = 10;

class Recurrent extends Module {
  readonly lstm = new LSTM(16, 48);
  readonly head = new Linear(48, CLASSES);

  forward(x: Tensor): Tensor {
    return this.head.forward(this.lstm.forward(x).hidden.select(0, 0));
  }
}

class LanguageModel extends Module {
  readonly tokens = new Embedding(31, 32);
  readonly body = new TransformerEncoder(32, 4, { layers: 2, dropout: 0.1 });
  readonly head = new Linear(32, CLASSES);

  forward(x: Tensor): Tensor {
    return this.head.forward(this.body.forward(this.tokens.forward(x), { causal: true })).flatten(0, 1);
  }
}

interface Net {
  readonly make: () => Module & { forward(x: Tensor): Tensor };
  readonly input: readonly number[];
  /** Rows of the result. */
  readonly rows: number;
  /** Greatest token, where the input is tokens. */
  readonly tokens?: number;
}

const nets: Readonly<Record<string, Net>> = {
  // 61 columns are no whole number of vectors.
  MLP: {
    make: () => new Sequential(new MLP(200, 61, 64), relu, new Dropout(0.2), new Linear(64, CLASSES)),
    input: [50, 200],
    rows: 50,
  },
  LeNet: {
    make: () =>
      new Sequential(
        new Conv2d(1, 6, { kernel: 5, padding: 2 }),
        relu,
        new MaxPool2d(2),
        new Conv2d(6, 16, { kernel: 5 }),
        relu,
        new MaxPool2d(2),
        flatten,
        new MLP(256, 84, CLASSES),
      ),
    input: [9, 1, 24, 24],
    rows: 9,
  },
  "residual net": {
    make: () =>
      new Sequential(
        new Conv2d(3, 8, { kernel: 3, padding: 1, bias: false }),
        new BatchNorm2d(8),
        relu,
        new Conv2d(8, 12, { kernel: 3, stride: 2, padding: 1 }),
        relu,
        globalAvgPool,
        new Linear(12, CLASSES),
      ),
    input: [11, 3, 22, 22],
    rows: 11,
  },
  LSTM: { make: () => new Recurrent(), input: [10, 7, 16], rows: 10 },
  GPT: { make: () => new LanguageModel(), input: [5, 12], rows: 60, tokens: 31 },
};

/** Hashes of the losses and parameters of some steps, and on how many threads they ran. */
const outcome = async ({ make, input, rows, tokens }: Net, count: number): Promise<[string[], number]> => {
  await setThreads(count);
  const random = createRandom(3);
  const model = withRandom(random.split("model"), make);
  const optimizer = new Adam(model.parameters(), { learningRate: 1e-3 });
  const size = input.reduce((n, length) => n * length, 1);
  const data = Float32Array.from({ length: size }, () => random.uniform(-1, 1));
  const x = tensor(tokens ? Int32Array.from(data, (value) => Math.floor(((value + 1) / 2) * tokens)) : data, {
    shape: [...input],
  });
  const y = tensor(Int32Array.from({ length: rows }, (_, i) => i % CLASSES));
  const step = compile((a: Tensor, b: Tensor) => optimizer.minimize(() => crossEntropy(model.forward(a), b)));
  const losses = Array.from({ length: 4 }, () => step(x, y).itemSync());
  const bits = (values: ArrayLike<number>): string =>
    createHash("sha1").update(Float32Array.from(values)).digest("hex");
  return [[bits(losses), ...model.parameters().map((each) => bits(each.toHost()))], step.plan(x, y).threads];
};

describe.each(Object.entries(nets))("a training step of a %s", (_name, net) => {
  afterAll(() => setThreads(1));

  it("gives the same bits on 1, 2 and 4 threads", async () => {
    const [one] = await outcome(net, 1);
    for (const count of [2, 4]) expect(await outcome(net, count)).toEqual([one, count]);
  });
});
