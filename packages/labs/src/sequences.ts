// 4.6: sequences of many lengths in one batch, gradients that are cut off, and gradients that blow up.
import { binaryCrossEntropyWithLogits, GRU, Linear, LSTM, Module, mse, RNN, withRandom } from "@agon/nn";
import { SGD, Adam } from "@agon/optim";
import { createRandom, type Random } from "@agon/random";
import { mean } from "@agon/runs";
import { compile, concat, NonFiniteError, type Parameter, scope, tensor, type Tensor, zeros } from "@agon/tensor";
import { makeSequences } from "./adding-problem.ts";
import { claim, type Claim, type Lab, type LabContext } from "./lab.ts";

export const sequences: Lab = {
  id: "4.6-sequences",
  section: "4.6",
  title: "Recurrent networks: padding, truncated backpropagation, clipping",
  question:
    "Does padding change what a network makes of a shorter sequence, how far back does a network learn whose gradients are cut every few steps, and what does clipping do where gradients explode?",
  async run(context) {
    await context.progress(0, "padding");
    const padding = changeByPadding(context);
    const truncated = await learnByChunks(context);
    const clipping = await explode(context);
    return {
      tables: [truncated.table, clipping.table],
      charts: [truncated.chart, clipping.chart],
      claims: [...padding, ...truncated.claims, ...clipping.claims],
    };
  },
};

const normals = (random: Random, shape: readonly number[]): Tensor =>
  tensor(
    Float32Array.from({ length: shape.reduce((n, d) => n * d, 1) }, () => random.normal()),
    { shape },
  );

const largest = (x: Tensor): number => x.abs().max().itemSync();

/** A batch of a sequence of 9 steps and one of 4, with zeros behind it and with wild numbers. */
const changeByPadding = ({ seed }: LabContext): Claim[] => {
  const random = createRandom(seed).split("padding");
  const [long, short] = [normals(random, [1, 9, 3]), normals(random, [1, 4, 3])];
  const lengths = tensor(Int32Array.from([9, 4]));
  const kinds = { RNN, LSTM, GRU };
  return Object.entries(kinds).map(([name, Kind]) => {
    const network = withRandom(createRandom(seed), () => new Kind(3, 8, { layers: 2, bidirectional: true }));
    const after = (padding: Tensor): Tensor =>
      network.forward(concat([long, concat([short, padding], 1)], 0), { lengths }).output;
    const [calm, wild] = [zeros([1, 5, 3]), normals(random, [1, 5, 3]).mul(1e3)].map(after);
    const alone = network.forward(short).output;
    const change = Math.max(largest(calm.sub(wild)), largest(wild.narrow(0, 1, 1).narrow(1, 0, 4).sub(alone)));
    return claim(`${name}: whatever stands behind a shorter sequence, its output is as if alone; difference`, change, {
      most: 1e-6,
    });
  });
};

/** Tells at each step a bit that it read some steps before. */
class Echo extends Module<[bits: Tensor, hidden: Tensor], { readonly logits: Tensor; readonly hidden: Tensor }> {
  readonly recurrent = new RNN(1, 24);
  readonly head = new Linear(24, 1);

  forward(bits: Tensor, hidden: Tensor): { readonly logits: Tensor; readonly hidden: Tensor } {
    const { output, hidden: next } = this.recurrent.forward(bits, { hidden });
    return { logits: this.head.forward(output), hidden: next };
  }
}

const STREAMS = 32;

/** Endless streams of bits, so many steps at a time, and the bits of `lag` steps before. */
const streamsOf = (random: Random, lag: number) => {
  const pasts = Array.from({ length: STREAMS }, () => new Array<number>(lag).fill(0));
  return (time: number): { readonly bits: Tensor; readonly wanted: Tensor } => {
    const rows = pasts.map((past) => {
      const row = [...past, ...Array.from({ length: time }, () => random.integer(2))];
      past.splice(0, lag, ...row.slice(-lag));
      return row;
    });
    const shape = [STREAMS, time, 1];
    return {
      bits: tensor(Float32Array.from(rows.flatMap((row) => row.slice(lag))), { shape }),
      wanted: tensor(Float32Array.from(rows.flatMap((row) => row.slice(0, time))), { shape }),
    };
  };
};

/** How a network learns to repeat a bit. */
interface Repeating {
  readonly lag: number;
  /** Steps over which a gradient goes back. */
  readonly chunk: number;
  readonly right: number;
  /** How far its answers in chunks are from those at once. */
  readonly apart: number;
  readonly curve: readonly number[];
}

const POINTS = 40;

/**
 * Truncated backpropagation through time: the state goes from chunk to chunk, the gradient does not. Four steps back a network sometimes does without: the
 * recurrent weights echo the last few bits, and the head can learn to read the echo (Jaeger 2001). Eight back the echo is gone.
 */
const learnByChunks = async ({ seed, scale, progress }: LabContext) => {
  const total = scale === "full" ? 24_000 : 8000;
  const arms = [4, 8].flatMap((lag) => [1, 2, 10, 20].map((chunk) => ({ lag, chunk })));
  const results: Repeating[] = [];
  for (const [i, arm] of arms.entries()) {
    await progress(0.05 + (0.6 * i) / arms.length, `${arm.lag} steps back, gradients over ${arm.chunk}`);
    results.push(repeat(seed, { ...arm, total }));
  }
  const at = (lag: number, chunk: number): Repeating =>
    results.find((result) => result.lag === lag && result.chunk === chunk) as Repeating;
  return {
    table: {
      title: `An RNN of 24 units that repeats a bit, after ${total} steps of ${STREAMS} streams`,
      columns: ["bit of so many steps before", "steps that a gradient goes back", "bits right"],
      rows: results.map(({ lag, chunk, right }) => [lag, chunk, right]),
    },
    chart: {
      title: "Learning to repeat the bit of 8 steps before",
      x: { label: "step", values: Array.from({ length: POINTS }, (_, k) => ((k + 1) * total) / POINTS) },
      y: { label: "binary cross-entropy", scale: "logarithmic" as const },
      series: results
        .filter(({ lag }) => lag === 8)
        .map(({ chunk, curve }) => ({ label: `gradients over ${chunk} steps`, values: curve })),
    },
    claims: [
      claim("in chunks or at once, what comes out is the same; difference", Math.max(...results.map((r) => r.apart)), {
        most: 1e-5,
      }),
      claim("gradients over 10 steps teach what lies 8 back: bits right", at(8, 10).right, { least: 0.97 }),
      claim("gradients over a single step do so worse, by", at(8, 10).right - at(8, 1).right, { least: 0.2 }),
    ],
  };
};

const repeat = (
  seed: number,
  { lag, chunk, total }: { readonly lag: number; readonly chunk: number; readonly total: number },
): Repeating => {
  const model = withRandom(createRandom(seed), () => new Echo());
  const optimizer = new Adam(model.parameters(), { learningRate: 5e-3, clipNorm: 1 });
  const step = compile((bits: Tensor, wanted: Tensor, hidden: Tensor) =>
    optimizer.minimize(() => {
      const { logits, hidden: next } = model.forward(bits, hidden);
      return { loss: binaryCrossEntropyWithLogits(logits, wanted), hidden: next };
    }),
  );
  const next = streamsOf(createRandom(seed).split("streams"), lag);
  const start = zeros([1, STREAMS, 24]);
  let hidden = start;
  const losses: number[] = [];
  for (let t = 0; t < total; t += chunk) {
    const { bits, wanted } = next(chunk);
    const result = step(bits, wanted, hidden);
    hidden = result.hidden;
    losses.push(result.loss.itemSync());
  }
  const unseen = streamsOf(createRandom(seed).split("unseen"), lag)(100);
  const { logits } = model.forward(unseen.bits, start);
  // Before the lag is over there is nothing to repeat.
  const asked = (x: Tensor): Tensor => x.narrow(1, lag, 100 - lag);
  const right = scope(() =>
    asked(logits).greater(0).cast("float32").equal(asked(unseen.wanted)).cast("float32").mean().itemSync(),
  );
  const perPoint = losses.length / POINTS;
  const curve = Array.from({ length: POINTS }, (_, k) => mean(losses.slice(k * perPoint, (k + 1) * perPoint)));
  return { lag, chunk, right, curve, apart: apartByChunks(model, unseen.bits, { chunk, start, logits }) };
};

const apartByChunks = (
  model: Echo,
  bits: Tensor,
  { chunk, start, logits }: { readonly chunk: number; readonly start: Tensor; readonly logits: Tensor },
): number => {
  let hidden = start;
  const parts = Array.from({ length: bits.shape[1] / chunk }, (_, k) => {
    const part = model.forward(bits.narrow(1, k * chunk, chunk), hidden);
    hidden = part.hidden;
    return part.logits;
  });
  return largest(concat(parts, 1).sub(logits));
};

/** An RNN of ReLUs that starts at 1.2 times the identity: over 40 steps whatever goes through grows by 1.2⁴⁰ = 1470. */
class Explosive extends Module {
  readonly recurrent = new RNN(2, 16, { nonlinearity: "relu" });
  readonly head = new Linear(16, 1);

  constructor() {
    super();
    const weights = this.recurrent.namedVariables().get("weight_hh_l0") as Parameter;
    weights.set(Float32Array.from({ length: 16 * 16 }, (_, i) => (i % 17 === 0 ? 1.2 : 0)));
  }

  forward(x: Tensor): Tensor {
    return this.head.forward(this.recurrent.forward(x).output.select(1, -1));
  }
}

const explode = async ({ seed, scale, progress }: LabContext) => {
  const steps = scale === "full" ? 1000 : 200;
  const time = 40;
  const arms = [
    { name: "as they come", options: {} },
    { name: "clipped to norm 1", options: { clipNorm: 1 } },
  ];
  const results: { name: string; losses: number[] }[] = [];
  for (const [i, { name, options }] of arms.entries()) {
    const model = withRandom(createRandom(seed), () => new Explosive());
    const optimizer = new SGD(model.parameters(), { learningRate: 0.01, ...options });
    const step = compile((x: Tensor, y: Tensor) => optimizer.minimize(() => mse(model.forward(x), y)));
    const random = createRandom(seed).split("exploding");
    const losses: number[] = [];
    for (let k = 0; k < steps; k++) {
      if (k % 10 === 0) await progress(0.65 + (0.35 * (i + k / steps)) / 2, `gradients ${name}`);
      const { sequences: x, sums } = makeSequences(random, 32, time);
      const loss = lossOf(() => step(x, sums));
      if (loss === null) break;
      losses.push(loss);
    }
    results.push({ name, losses });
  }
  const [plain, clipped] = results;
  const start = clipped.losses[0];
  const last = mean(clipped.losses.slice(-20));
  const blown = plain.losses.length < steps ? Number.POSITIVE_INFINITY : mean(plain.losses.slice(-20)) / start;
  return {
    table: {
      title: `The adding problem over ${time} steps by an RNN of ReLUs that starts at 1.2 times the identity, SGD with η = 0.01`,
      columns: ["gradients", "first loss", "steps until something is infinite", "last finite loss"],
      rows: results.map(({ name, losses }) => [
        name,
        losses[0],
        losses.length < steps ? losses.length : "never",
        losses[losses.length - 1],
      ]),
    },
    chart: {
      title: "Loss with gradients as they come and clipped",
      x: { label: "step", values: Array.from({ length: steps }, (_, k) => k) },
      y: { label: "mean square error", scale: "logarithmic" as const },
      series: results.map(({ name, losses }) => ({
        label: name,
        values: Array.from({ length: steps }, (_, k) => losses[k] ?? null),
      })),
    },
    claims: [
      claim("as they come, they blow the loss up: last over first", blown, { least: 100 }),
      claim("clipped, the loss falls: last over first", last / start, { most: 0.1 }),
    ],
  };
};

/** The loss of a step; null where something was not finite. */
const lossOf = (step: () => Tensor): number | null => {
  try {
    return scope(() => step().itemSync());
  } catch (error) {
    if (error instanceof NonFiniteError) return null;
    throw error;
  }
};
