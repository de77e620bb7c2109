// 7.2: a token to be recalled after 256 others, and how fast sequences go through an LSTM and a Transformer.
import {
  crossEntropy,
  Embedding,
  Linear,
  LSTM,
  Module,
  SinusoidalPositions,
  TransformerEncoder,
  withRandom,
} from "@agon/nn";
import { Adam } from "@agon/optim";
import { createRandom, type Random } from "@agon/random";
import { mean } from "@agon/runs";
import { compile, scope, tensor, type Tensor } from "@agon/tensor";
import { claim, type Lab, type LabContext } from "./lab.ts";

/** Tokens 0–7 are to be recalled, 8–15 are noise, 16 asks. */
const KEYS = 8;
const TOKENS = 17;
const WIDTH = 32;

type Kind = "LSTM" | "Transformer";
const KINDS: readonly Kind[] = ["LSTM", "Transformer"];

/** Reads tokens and answers at the last. Both bodies have about 8 500 parameters. */
class Reader extends Module {
  readonly embedding = new Embedding(TOKENS, WIDTH);
  readonly positions: SinusoidalPositions | null;
  readonly body: LSTM | TransformerEncoder;
  readonly head = new Linear(WIDTH, KEYS);

  constructor(kind: Kind, longest: number) {
    super();
    this.positions = kind === "Transformer" ? new SinusoidalPositions(longest, WIDTH) : null;
    this.body =
      kind === "LSTM"
        ? new LSTM(WIDTH, WIDTH)
        : new TransformerEncoder(WIDTH, 2, { layers: 1, feedForward: WIDTH * 2, dropout: 0, normFirst: true });
  }

  /** tokens: int32 [batch, time]; what it has read at each place: [batch, time, WIDTH]. */
  read(tokens: Tensor): Tensor {
    const embedded = this.embedding.forward(tokens);
    const x = this.positions?.forward(embedded) ?? embedded;
    const { body } = this;
    return body instanceof LSTM ? body.forward(x).output : body.forward(x, { causal: true });
  }

  /** Logits of the keys at the last place: [batch, KEYS]. */
  forward(tokens: Tensor): Tensor {
    return this.head.forward(this.read(tokens).select(1, -1));
  }
}

export const longRange: Lab = {
  id: "7.2-long-range",
  section: "7.2",
  title: "Recalling a token over 256 others, and the speed of sequences, by LSTM and Transformer",
  question:
    "A token is to be recalled after 256 others: does an LSTM learn it, does one layer of a Transformer, and how many tokens a second do both learn from, by length?",
  async run(context) {
    const recall = await learnToRecall(context);
    const speed = await measureSpeed(context);
    return {
      tables: [recall.table, speed.table],
      charts: [recall.chart, speed.chart],
      claims: recall.claims,
    };
  },
};

/** A key, noise, and the question at the end. */
const makeBatch = (
  random: Random,
  count: number,
  distance: number,
): { readonly tokens: Tensor; readonly keys: Tensor } => {
  const keys = Int32Array.from({ length: count }, () => random.integer(KEYS));
  const time = distance + 1;
  const tokens = new Int32Array(count * time);
  keys.forEach((key, n) => {
    for (let t = 0; t < time; t++) tokens[n * time + t] = KEYS + random.integer(TOKENS - 1 - KEYS);
    tokens[n * time] = key;
    tokens[n * time + distance] = TOKENS - 1;
  });
  return { tokens: tensor(tokens, { shape: [count, time] }), keys: tensor(keys) };
};

const build = (kind: Kind, seed: number, longest: number): Reader =>
  withRandom(createRandom(seed), () => new Reader(kind, longest));

const stepOf = (model: Reader) => {
  const optimizer = new Adam(model.parameters(), { learningRate: 3e-3, clipNorm: 1 });
  return compile((tokens: Tensor, keys: Tensor) => optimizer.minimize(() => crossEntropy(model.forward(tokens), keys)));
};

const learnToRecall = async ({ seed, scale, progress }: LabContext) => {
  const full = scale === "full";
  const steps = full ? 1000 : 150;
  const every = 10;
  // Of an LSTM judged by its last state alone the gradients from about 150 steps back are subnormal numbers (counted: none over 128 steps, 146 000 over
  // 256), which some processors multiply far more slowly: quickly, it has a quarter of the way to go.
  const distances: Readonly<Record<Kind, number>> = { LSTM: full ? 256 : 64, Transformer: 256 };
  const batch = full ? 32 : 16;
  const results: { kind: Kind; losses: number[]; right: number; parameters: number }[] = [];
  for (const [i, kind] of KINDS.entries()) {
    const distance = distances[kind];
    const model = build(kind, seed, distance + 1);
    const step = stepOf(model);
    const random = createRandom(seed).split("recall");
    const losses: number[] = [];
    for (let k = 0; k < steps; k++) {
      if (k % every === 0) await progress((0.8 * (i + k / steps)) / 2, `${kind}, step ${k}`);
      const { tokens, keys } = makeBatch(random, batch, distance);
      losses.push(step(tokens, keys).itemSync());
    }
    const unseen = makeBatch(createRandom(seed).split("unseen"), 200, distance);
    const right = scope(() =>
      model.forward(unseen.tokens).argmax(-1).equal(unseen.keys).cast("float32").mean().itemSync(),
    );
    const { parameters } = model.summary(unseen.tokens.narrow(0, 0, 1));
    results.push({ kind, losses, right, parameters });
  }
  const [lstm, transformer] = results;
  const points = steps / every;
  return {
    table: {
      title: `A token recalled after ${steps} steps of ${batch} sequences; guessing has 0.125`,
      columns: ["network", "parameters", "distance", "recalled"],
      rows: results.map(({ kind, parameters, right }) => [kind, parameters, distances[kind], right]),
    },
    chart: {
      title: "Learning to recall",
      x: { label: "step", values: Array.from({ length: points }, (_, k) => (k + 1) * every) },
      y: { label: "cross-entropy", scale: "logarithmic" as const },
      series: results.map(({ kind, losses }) => ({
        label: kind,
        values: Array.from({ length: points }, (_, k) => mean(losses.slice(k * every, (k + 1) * every))),
      })),
    },
    claims: [
      claim("the Transformer recalls over 256 tokens", transformer.right, { least: 0.95 }),
      claim(`… better than the LSTM over ${distances.LSTM}, by`, transformer.right - lstm.right, { least: 0.3 }),
    ],
  };
};

/** Training steps of both bodies, with a loss at every place, turn by turn; the median of each. */
const measureSpeed = async ({ seed, scale, progress, now }: LabContext) => {
  const lengths = scale === "full" ? [16, 32, 64, 128, 256, 512] : [16, 64, 256];
  const rounds = scale === "full" ? 15 : 5;
  const batch = 8;
  const rows: { length: number; speeds: Record<Kind, number> }[] = [];
  for (const [i, length] of lengths.entries()) {
    await progress(0.8 + (0.2 * i) / lengths.length, `speed at ${length} tokens`);
    const { tokens } = makeBatch(createRandom(seed).split("speed"), batch, length - 1);
    const steps = KINDS.map((kind) => {
      const model = build(kind, seed, length);
      const optimizer = new Adam(model.parameters(), { learningRate: 1e-4 });
      return compile((x: Tensor) => optimizer.minimize(() => model.read(x).square().mean()));
    });
    for (const step of steps) step(tokens).itemSync(); // the first call compiles
    const times = steps.map(() => [] as number[]);
    for (let round = 0; round < rounds; round++)
      for (const [k, step] of steps.entries()) {
        const start = now();
        step(tokens).itemSync();
        times[k].push(now() - start);
      }
    const [LSTM, Transformer] = times.map((each) => (1000 * batch * length) / middle(each));
    rows.push({ length, speeds: { LSTM, Transformer } });
  }
  return {
    table: {
      title: `Tokens a second that both learn from, batches of ${batch}, on this machine; an LSTM takes its steps one after the other, a Transformer takes all at once`,
      columns: ["tokens in a sequence", ...KINDS, "Transformer/LSTM"],
      rows: rows.map(({ length, speeds }) => [
        length,
        Math.round(speeds.LSTM),
        Math.round(speeds.Transformer),
        speeds.Transformer / speeds.LSTM,
      ]),
    },
    chart: {
      title: "Training speed by length",
      x: { label: "tokens in a sequence", values: lengths, scale: "logarithmic" as const },
      y: { label: "tokens per second", scale: "logarithmic" as const },
      series: KINDS.map((kind) => ({ label: kind, values: rows.map(({ speeds }) => speeds[kind]) })),
    },
  };
};

const middle = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
