// 11.1.3: what several heads and positions are for. (One head can name both tokens too: it weighs the two unequally, and the sum tells which is which.)
import { crossEntropy, Embedding, Linear, Module, MultiheadAttention, SinusoidalPositions, withRandom } from "@agon/nn";
import { Adam } from "@agon/optim";
import { createRandom, type Random } from "@agon/random";
import { compile, scope, tensor, type Tensor } from "@agon/tensor";
import { claim, type Lab, type LabContext } from "./lab.ts";

const KINDS = 6;
const LENGTH = 12;
const WIDTH = 32;

/** One layer of attention, and a linear answer at each place. */
class Looker extends Module {
  readonly embedding = new Embedding(KINDS, WIDTH);
  readonly positions: SinusoidalPositions | null;
  readonly attention: MultiheadAttention;
  readonly head = new Linear(WIDTH, KINDS ** 2);

  constructor({ heads, positions }: { readonly heads: number; readonly positions: boolean }) {
    super();
    this.positions = positions ? new SinusoidalPositions(LENGTH, WIDTH) : null;
    this.attention = new MultiheadAttention(WIDTH, heads);
  }

  /** tokens: int32 [batch, LENGTH]; logits of the pairs: [batch, LENGTH − 2, KINDS²], from the third place on. */
  forward(tokens: Tensor): Tensor {
    const embedded = this.embedding.forward(tokens);
    const x = this.positions?.forward(embedded) ?? embedded;
    const seen = this.attention.forward(x, { causal: true }).output;
    return this.head.forward(x.add(seen).narrow(1, 2, LENGTH - 2));
  }
}

export const heads: Lab = {
  id: "11.1.3-heads-positions",
  section: "11.1.3",
  title: "Attention with one head, with two, and without positions",
  question:
    "At each place the two tokens before are to be named, in order: how do one head and two do, what is lost with each of the two, and what without positions?",
  async run(context) {
    const arms = [
      { name: "two heads", heads: 2, positions: true },
      { name: "one head", heads: 1, positions: true },
      { name: "two heads, no positions", heads: 2, positions: false },
    ];
    const results: { name: string; right: number; model: Looker; losses: number[] }[] = [];
    for (const [i, { name, ...shape }] of arms.entries())
      results.push({ name, ...(await learn(context, shape, (share) => context.progress((i + share) / 3, name))) });
    const [two, , lost] = results;
    const ablated = [0, 1].map((head) => withoutHead(two.model, head, () => rightOf(two.model, context.seed)));
    const every = 20;
    return {
      tables: [
        {
          title: `One layer of attention of width ${WIDTH}; both tokens before named right, in 500 unseen sequences`,
          columns: ["network", "pairs right"],
          rows: [
            ...results.map(({ name, right }) => [name, right]),
            ...ablated.map((right, head) => [`two heads, head ${head + 1} taken out`, right]),
          ],
        },
      ],
      charts: [
        {
          title: "Learning to name the two tokens before",
          x: { label: "step", values: two.losses.map((_, k) => k * every) },
          y: { label: "cross-entropy", scale: "logarithmic" },
          series: results.map(({ name, losses }) => ({ label: name, values: losses })),
        },
      ],
      claims: [
        claim("two heads name both tokens: share of pairs right", two.right, { least: 0.95 }),
        claim("without either head much is lost, at least", two.right - Math.max(...ablated), { least: 0.2 }),
        claim("without positions the pairs stay a guess: share right", lost.right, { most: 0.5 }),
      ],
    };
  },
};

const learn = async (
  { seed, scale }: LabContext,
  shape: ConstructorParameters<typeof Looker>[0],
  onShare: (share: number) => Promise<void>,
) => {
  const steps = scale === "full" ? 2000 : 400;
  const model = withRandom(createRandom(seed), () => new Looker(shape));
  const optimizer = new Adam(model.parameters(), { learningRate: 5e-3, clipNorm: 1 });
  const step = compile((tokens: Tensor, pairs: Tensor) =>
    optimizer.minimize(() => crossEntropy(model.forward(tokens).reshape([-1, KINDS ** 2]), pairs.reshape([-1]))),
  );
  const random = createRandom(seed).split("pairs");
  const losses: number[] = [];
  for (let k = 0; k < steps; k++) {
    if (k % 20 === 0) await onShare(k / steps);
    const { tokens, pairs } = makeBatch(random, 64);
    const loss = step(tokens, pairs);
    if (k % 20 === 0) losses.push(loss.itemSync());
  }
  return { model, losses, right: rightOf(model, seed) };
};

/** Random tokens, and at each place from the third on the number of the pair before it: KINDS·(last) + (the one before). */
const makeBatch = (random: Random, count: number): { readonly tokens: Tensor; readonly pairs: Tensor } => {
  const rows = Array.from({ length: count }, () => Array.from({ length: LENGTH }, () => random.integer(KINDS)));
  const pairs = rows.flatMap((row) => row.slice(2).map((_, t) => KINDS * row[t + 1] + row[t]));
  return {
    tokens: tensor(Int32Array.from(rows.flat()), { shape: [count, LENGTH] }),
    pairs: tensor(Int32Array.from(pairs), { shape: [count, LENGTH - 2] }),
  };
};

const rightOf = (model: Looker, seed: number): number => {
  const { tokens, pairs } = makeBatch(createRandom(seed).split("unseen"), 500);
  return scope(() => model.forward(tokens).argmax(-1).equal(pairs).cast("float32").mean().itemSync());
};

/** What `look` gives while nothing of one head comes through: its columns of the joining projection are 0. */
const withoutHead = <R>({ attention }: Looker, head: number, look: () => R): R => {
  const { weight } = attention.outProj;
  const kept = weight.toHost().slice();
  const size = WIDTH / attention.heads;
  weight.set(kept.map((value, i) => (Math.floor((i % WIDTH) / size) === head ? 0 : value)));
  try {
    return look();
  } finally {
    weight.set(kept);
  }
};
