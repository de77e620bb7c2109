// 4.6: what recurrent networks remember over a hundred steps.
import { GRU, LSTM, Linear, Module, mse, RNN, withRandom } from "@agon/nn";
import { Adam } from "@agon/optim";
import { createRandom, type Random } from "@agon/random";
import { mean } from "@agon/runs";
import { compile, grad, scope, type Tensor, tensor } from "@agon/tensor";
import { claim, type Lab, type LabContext } from "./lab.ts";

type Kind = "RNN" | "LSTM" | "GRU";

/** Reads a sequence and answers with one number from its last state. */
class Reader extends Module {
  readonly recurrent: RNN | LSTM | GRU;
  readonly head: Linear;

  constructor(kind: Kind, hidden: number) {
    super();
    const sizes = [2, hidden] as const;
    this.recurrent = kind === "RNN" ? new RNN(...sizes) : kind === "LSTM" ? new LSTM(...sizes) : new GRU(...sizes);
    this.head = new Linear(hidden, 1);
  }

  /** sequences: [batch, time, 2] */
  forward(sequences: Tensor): Tensor {
    const { output } = this.recurrent.forward(sequences); // [batch, time, hidden]
    return this.head.forward(output.select(1, -1)); // [batch, 1]
  }
}

export const addingProblem: Lab = {
  id: "4.6-adding-problem",
  section: "4.6",
  title: "The adding problem: RNN, LSTM and GRU over a hundred steps",
  question:
    "Of a hundred random numbers two are marked, one in each half; which networks learn to give the sum of the two, and how much of the last state's gradient reaches the first step?",
  async run(context) {
    const fading = await measureFading(context);
    const learning = await learn(context);
    return {
      tables: [learning.table],
      charts: [learning.chart, fading.chart],
      claims: [...fading.claims, ...learning.claims],
    };
  },
};

/** `batch` sequences of (number, mark) and the sums of the marked numbers; each in [0, 1), one mark in each half. */
export const makeSequences = (random: Random, batch: number, time: number): { sequences: Tensor; sums: Tensor } => {
  const data = new Float32Array(batch * time * 2);
  const sums = new Float32Array(batch);
  for (let b = 0; b < batch; b++) {
    for (let t = 0; t < time; t++) data[(b * time + t) * 2] = random.uniform();
    const half = Math.floor(time / 2);
    for (const t of [random.integer(half), half + random.integer(time - half)]) {
      data[(b * time + t) * 2 + 1] = 1;
      sums[b] += data[(b * time + t) * 2];
    }
  }
  return { sequences: tensor(data, { shape: [batch, time, 2] }), sums: tensor(sums, { shape: [batch, 1] }) };
};

/** ‖∂h_T/∂x_t‖ for each t, over the norm at the last step. */
const measureFading = async ({ seed, progress }: LabContext) => {
  const time = 100;
  const kinds: readonly Kind[] = ["RNN", "LSTM", "GRU"];
  const { sequences } = makeSequences(createRandom(seed).split("fading"), 8, time);
  const norms: number[][] = [];
  for (const [i, kind] of kinds.entries()) {
    await progress((0.05 * i) / kinds.length, `gradients of an ${kind}`);
    const model = withRandom(createRandom(seed), () => new Reader(kind, 64));
    norms.push(
      scope(() => {
        const last = (x: Tensor): Tensor => model.recurrent.forward(x).output.select(1, -1).square().sum();
        const each = grad(last)(sequences).square().sum([0, 2]).sqrt().dataSync(); // [time]
        return [...each].map((norm) => norm / each[time - 1]);
      }),
    );
  }
  return {
    chart: {
      title: "Gradient of the last state by the input of each step, over that of the last step, before training",
      x: { label: "step", values: Array.from({ length: time }, (_, t) => t + 1) },
      y: { label: "share", scale: "logarithmic" as const },
      series: kinds.map((label, i) => ({ label, values: norms[i].map((share) => (share > 1e-30 ? share : null)) })),
    },
    claims: [
      claim("of an RNN's gradient the first of a hundred steps gets less than a millionth", norms[0][0], {
        most: 1e-6,
      }),
    ],
  };
};

/** Guessing 1, the mean of the sum, has the variance of the sum of two uniform numbers. */
const GUESSING = 1 / 6;

const learn = async ({ seed, scale, progress }: LabContext) => {
  const [time, steps, hidden, every] = scale === "full" ? [100, 3000, 64, 50] : [20, 700, 32, 10];
  const batch = 64;
  const kinds: readonly Kind[] = ["RNN", "LSTM", "GRU"];
  const curves = new Map<Kind, number[]>();
  for (const [i, kind] of kinds.entries()) {
    const model = withRandom(createRandom(seed), () => new Reader(kind, hidden));
    const optimizer = new Adam(model.parameters(), { learningRate: scale === "full" ? 2e-3 : 1e-2, clipNorm: 1 });
    const step = compile((x: Tensor, y: Tensor) => optimizer.minimize(() => mse(model.forward(x), y)));
    const random = createRandom(seed).split("sequences");
    const losses: number[] = [];
    for (let k = 0; k < steps; k++) {
      if (k % 10 === 0) await progress(0.05 + (0.95 * (i * steps + k)) / (kinds.length * steps), `${kind}, step ${k}`);
      const { sequences, sums } = makeSequences(random, batch, time);
      losses.push(step(sequences, sums).itemSync());
    }
    const means = Array.from({ length: steps / every }, (_, j) => mean(losses.slice(j * every, (j + 1) * every)));
    curves.set(kind, means);
  }
  const last = (kind: Kind): number => curves.get(kind)?.at(-1) ?? Number.NaN;
  const solved = scale === "full" ? 0.01 : 0.08;
  return {
    table: {
      title: `Mean square error after ${steps} steps of ${batch} fresh sequences of ${time} numbers; guessing 1 has 0.1667`,
      columns: ["network", "parameters", "error"],
      rows: kinds.map((kind) => {
        const parameters = new Reader(kind, hidden).parameters().reduce((sum, { shape }) => sum + sizeOf(shape), 0);
        return [kind, parameters, last(kind)];
      }),
    },
    chart: {
      title: "Learning to add",
      x: { label: "step", values: Array.from({ length: steps / every }, (_, j) => (j + 1) * every) },
      y: { label: "mean square error", scale: "logarithmic" as const },
      series: [
        ...kinds.map((label) => ({ label, values: curves.get(label) ?? [] })),
        { label: "guessing 1", values: Array.from({ length: steps / every }, () => GUESSING) },
      ],
    },
    claims: [
      claim("LSTM learns to add: its error", last("LSTM"), { most: solved }),
      claim("GRU learns to add: its error", last("GRU"), { most: solved }),
      ...(scale === "full"
        ? [claim("an RNN of tanh does no better than guessing: its error", last("RNN"), { least: 0.1 })]
        : []),
    ],
  };
};

const sizeOf = (shape: readonly number[]): number => shape.reduce((n, length) => n * length, 1);
