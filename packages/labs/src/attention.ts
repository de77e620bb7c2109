// 7: what attention sees, and a small Transformer that copies, reverses and sorts.
import {
  crossEntropy,
  Embedding,
  KeyValueCache,
  Linear,
  Module,
  MultiheadAttention,
  scaledDotProductAttention,
  SinusoidalPositions,
  TransformerEncoder,
  withRandom,
} from "@agon/nn";
import { Adam, linearWarmup } from "@agon/optim";
import { createRandom, type Random } from "@agon/random";
import { compile, grad, scope, tensor, type Tensor } from "@agon/tensor";
import { claim, type Lab, type LabContext } from "./lab.ts";

export const attention: Lab = {
  id: "7-attention",
  section: "7",
  title: "Attention, and a Transformer that copies, reverses and sorts",
  question:
    "What do the scale, the masks and the positions of attention do, does a cache change any result, and do two small layers learn to copy, to reverse and to sort?",
  async run(context) {
    await context.progress(0, "properties of attention");
    const properties = checkProperties(context);
    const scaling = measureScaling(context);
    const tasks = await learnTasks(context);
    return {
      tables: [scaling.table, tasks.table],
      charts: [scaling.chart, tasks.chart],
      claims: [...properties, ...scaling.claims, ...tasks.claims],
    };
  },
};

const normals = (random: Random, shape: readonly number[], deviation = 1): Tensor =>
  tensor(
    Float32Array.from({ length: shape.reduce((n, d) => n * d, 1) }, () => random.normal(0, deviation)),
    { shape },
  );

const largest = (x: Tensor): number => x.abs().max().itemSync();

const checkProperties = ({ seed }: LabContext) => {
  const random = createRandom(seed).split("properties");
  const [width, heads, time] = [16, 4, 6];
  const layer = withRandom(random, () => new MultiheadAttention(width, heads));
  const x = normals(random, [1, time, width]);
  const order = [3, 0, 5, 1, 4, 2];
  const permuted = x.take(tensor(Int32Array.from(order)), 1);
  const moved = largest(
    layer.forward(permuted).output.sub(layer.forward(x).output.take(tensor(Int32Array.from(order)), 1)),
  );
  // One later token changed: what comes before must not.
  const changed = x.mul(tensor([1, 1, 1, 1, 1, -3], { shape: [1, time, 1] }));
  const causal = (input: Tensor): Tensor => layer.forward(input, { causal: true }).output.narrow(1, 0, time - 1);
  const before = largest(causal(changed).sub(causal(x)));
  const cache = new KeyValueCache({ batch: 1, heads, capacity: time, width: width / heads });
  const whole = layer.forward(x, { causal: true }).output;
  const steps = Array.from({ length: time }, (_, t) => layer.forward(x.narrow(1, t, 1), { cache }).output);
  const apart = Math.max(...steps.map((step, t) => largest(step.sub(whole.narrow(1, t, 1)))));
  const q = normals(random, [1, 1, 2, 4]);
  const nowhere = scaledDotProductAttention(q, q, q, {
    mask: tensor(
      [
        [0, 0],
        [1, 1],
      ],
      { dtype: "bool" },
    ),
  }).output;
  return [
    claim("without positions attention does not know the order: permuted in, permuted out; difference", moved, {
      most: 1e-5,
    }),
    claim("with the causal mask a changed token changes nothing before it", before, { most: 0 }),
    claim("a key-value cache gives what the whole sequence gives; difference", apart, { most: 1e-5 }),
    claim("a query that may look nowhere gets zeros, not NaN", largest(nowhere.select(2, 0)), { most: 0 }),
  ];
};

/** Softmax of products of ever wider vectors, with and without the division by √width. */
const measureScaling = ({ seed }: LabContext) => {
  const widths = [4, 16, 64, 256, 1024];
  const random = createRandom(seed).split("scaling");
  const norms = widths.map((width) => {
    const q = normals(random, [64, width]);
    const k = normals(random, [16, width]);
    const products = scope(() => q.matmul(k.transpose()));
    const gradientOf = (scale: number): number =>
      scope(() => {
        const weights = normals(createRandom(seed).split("weights"), [64, 16]);
        const through = (scores: Tensor): Tensor => scores.softmax(-1).mul(weights).sum();
        return grad(through)(products.mul(scale)).square().mean().sqrt().itemSync();
      });
    return { scaled: gradientOf(1 / Math.sqrt(width)), plain: gradientOf(1) };
  });
  const last = norms[norms.length - 1];
  const scaled = norms.map((norm) => norm.scaled);
  const spread = Math.max(...scaled) / Math.min(...scaled);
  return {
    table: {
      title: "Size of the gradient that comes through the softmax",
      columns: ["width", "q·k/√width", "q·k"],
      rows: widths.map((width, i) => [width, norms[i].scaled, norms[i].plain]),
    },
    chart: {
      title: "Gradient through the softmax of products of random vectors",
      x: { label: "width of the vectors", values: widths, scale: "logarithmic" as const },
      y: { label: "root mean square", scale: "logarithmic" as const },
      series: [
        { label: "q·k/√width", values: scaled },
        { label: "q·k", values: norms.map(({ plain }) => plain) },
      ],
    },
    claims: [
      claim("divided by √width, the gradient hardly depends on the width: greatest over least", spread, { most: 1.3 }),
      // A softmax of spread-out scores passes a gradient only where the two best are close: about width^(−¼).
      claim("undivided, it falls from width 4 to width 1024 by a factor of", norms[0].plain / last.plain, { least: 2 }),
    ],
  };
};

const TOKENS = 12;
const LENGTH = 10;

/** Tokens to tokens, place by place. */
class TokenNet extends Module {
  readonly embedding = new Embedding(TOKENS, 32);
  readonly positions = new SinusoidalPositions(LENGTH, 32);
  readonly encoder = new TransformerEncoder(32, 4, { layers: 2, feedForward: 64, dropout: 0, normFirst: true });
  readonly head = new Linear(32, TOKENS);

  /** tokens: int32 [batch, LENGTH]; logits [batch, LENGTH, TOKENS]. */
  forward(tokens: Tensor): Tensor {
    return this.head.forward(this.encoder.forward(this.positions.forward(this.embedding.forward(tokens))));
  }
}

const TASKS: Readonly<Record<string, (tokens: readonly number[]) => number[]>> = {
  copy: (tokens) => [...tokens],
  reverse: (tokens) => [...tokens].reverse(),
  sort: (tokens) => [...tokens].sort((a, b) => a - b),
};

const makeBatch = (random: Random, count: number, task: (tokens: readonly number[]) => number[]) => {
  const rows = Array.from({ length: count }, () => Array.from({ length: LENGTH }, () => random.integer(TOKENS)));
  const inRows = (values: number[][]): Tensor => tensor(Int32Array.from(values.flat()), { shape: [count, LENGTH] });
  return { tokens: inRows(rows), wanted: inRows(rows.map(task)) };
};

const learnTasks = async ({ seed, scale, progress }: LabContext) => {
  const steps = scale === "full" ? 2000 : 600;
  const every = 20;
  const names = Object.keys(TASKS);
  const results: { name: string; losses: number[]; accuracy: number }[] = [];
  for (const [i, name] of names.entries()) {
    const model = withRandom(createRandom(seed), () => new TokenNet());
    const warmup = linearWarmup({ learningRate: 3e-3, steps: 50 });
    const optimizer = new Adam(model.parameters(), { clipNorm: 1 });
    const step = compile((tokens: Tensor, wanted: Tensor) =>
      optimizer.minimize(() => crossEntropy(model.forward(tokens).reshape([-1, TOKENS]), wanted.reshape([-1]))),
    );
    const random = createRandom(seed).split(name);
    const losses: number[] = [];
    for (let k = 0; k < steps; k++) {
      if (k % every === 0) await progress(0.1 + (0.9 * (i * steps + k)) / (names.length * steps), `${name}, step ${k}`);
      optimizer.learningRate = k > steps / 2 ? 1e-3 : warmup(k);
      const { tokens, wanted } = makeBatch(random, 64, TASKS[name]);
      const loss = step(tokens, wanted);
      if (k % every === 0) losses.push(loss.itemSync());
    }
    const unseen = makeBatch(createRandom(seed).split(`unseen ${name}`), 500, TASKS[name]);
    const right = scope(() => model.forward(unseen.tokens).argmax(-1).equal(unseen.wanted).cast("float32"));
    results.push({ name, losses, accuracy: right.mean().itemSync() });
  }
  return {
    table: {
      title: `Two layers of width 32 and 4 heads, ${steps} steps; 500 unseen sequences of ${LENGTH} of ${TOKENS} tokens`,
      columns: ["task", "tokens right"],
      rows: results.map(({ name, accuracy }) => [name, accuracy]),
    },
    chart: {
      title: "Learning the three tasks",
      x: { label: "step", values: results[0].losses.map((_, k) => k * every) },
      y: { label: "cross-entropy", scale: "logarithmic" as const },
      series: results.map(({ name, losses }) => ({ label: name, values: losses })),
    },
    claims: results.map(({ name, accuracy }) =>
      claim(`it learns to ${name}: share of tokens right`, accuracy, { least: scale === "full" ? 0.999 : 0.97 }),
    ),
  };
};
