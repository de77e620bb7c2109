// Loops as users write them, without a word about memory. Each runs `iterations` times and calls `tick` in between.
import { CartPole, make, makeVector } from "@agon/environments";
import { KeyValueCache, MLP, mse, TransformerEncoder } from "@agon/nn";
import { Adam } from "@agon/optim";
import { createRandom } from "@agon/random";
import { DQN, drive, evaluate } from "@agon/rl";
import {
  compile,
  grad,
  linspace,
  mapTree,
  oneHot,
  RandomStream,
  scalar,
  type Tensor,
  tensor,
  Variable,
  zeros,
} from "@agon/tensor";

/** Called after every iteration, or after some, with how many were made. */
type Tick = (made: number) => void;

const loop = (iterations: number, tick: Tick, body: (iteration: number) => void): void => {
  for (let i = 0; i < iterations; i++) {
    body(i);
    tick(i + 1);
  }
};

const random = createRandom(0);
const normals = (rows: number, columns: number) =>
  tensor(
    Float32Array.from({ length: rows * columns }, () => random.normal()),
    { shape: [rows, columns] },
  );

export const programs: Readonly<Record<string, (iterations: number, tick: Tick) => void | Promise<void>>> = {
  /** Tensors and gradients at the top level, outside every scope. */
  "gradient descent"(iterations, tick) {
    const x = linspace(-1, 1, 64);
    const y = x.mul(3).add(2);
    let line = { slope: scalar(0), offset: scalar(0) };
    const error = ({ slope, offset }: typeof line) => x.mul(slope).add(offset).sub(y).square().mean();
    loop(iterations, tick, () => {
      line = mapTree((value, gradient) => value.sub(gradient.mul(0.5)), line, grad(error)(line));
    });
  },

  /** Ops at the top level, outside every scope and without a gradient: each result is read or used by the next. */
  "top level"(iterations, tick) {
    const [weights, rows] = [normals(8, 8), tensor([3, 1, 0], { dtype: "int32" })];
    let x = normals(4, 8);
    loop(iterations, tick, () => {
      const scores = x.matmul(weights).softmax(-1);
      const best = scores.argmax(1);
      x = scores.greater(0.1).where(scores, x).add(best.cast("float32").unsqueeze(1).mul(0.01)).slice([0, 4]);
      if (x.take(rows).sum([0, 1]).itemSync() === 0) throw new Error("nothing is left.");
      x = x.concat([x]).reshape([2, 4, 8]).mean(0);
    });
  },

  /** A Transformer that writes token after token into its cache, and begins anew where that is full. */
  generate(iterations, tick) {
    const [width, capacity, vocabulary] = [8, 16, 6];
    const model = new TransformerEncoder(width, 2, { layers: 1 }).eval();
    const caches = [new KeyValueCache({ batch: 1, heads: 2, capacity, width: width / 2 })];
    const [embedding, random] = [normals(vocabulary, width), new RandomStream(0)];
    const token = new Variable(zeros([], "int32"));
    const write = compile(() => {
      const seen = embedding.take(token.value).reshape([1, 1, width]);
      const logits = model.forward(seen, { caches }).reshape([1, width]).matmul(embedding.transpose());
      // Drawn by the largest of logits and Gumbel noise.
      const noise = random.uniform([1, vocabulary]).maximum(1e-6).log().neg().log().neg();
      const next = logits.add(noise).argmax(1).reshape([]);
      token.assign(next);
      return oneHot(next, vocabulary);
    });
    loop(iterations, tick, (i) => {
      if (i % capacity === 0) for (const cache of caches) cache.reset();
      write();
    });
  },

  /** Whole steps, op by op. */
  minimize(iterations, tick) {
    const model = new MLP(4, 16, 2);
    const optimizer = new Adam(model.parameters());
    const [x, y] = [normals(8, 4), normals(8, 2)];
    loop(iterations, tick, () => {
      optimizer.minimize(() => mse(model.forward(x), y));
    });
  },

  /** A compiled step over new batches, its loss kept for the next one. */
  "compiled step"(iterations, tick) {
    const model = new MLP(4, 16, 2);
    const optimizer = new Adam(model.parameters());
    const step = compile((x: Tensor, y: Tensor) => optimizer.minimize(() => mse(model.forward(x), y)));
    let loss = scalar(0);
    loop(iterations, tick, () => {
      loss = step(normals(8, 4), normals(8, 2));
    });
    if (!Number.isFinite(loss.itemSync())) throw new Error("the loss is not finite.");
  },

  /** Batches of ever other sizes: more shapes than a function keeps plans for. */
  "changing shapes"(iterations, tick) {
    const model = new MLP(4, 8, 2);
    const optimizer = new Adam(model.parameters());
    const step = compile((x: Tensor, y: Tensor) => optimizer.minimize(() => mse(model.forward(x), y)));
    loop(iterations, tick, (i) => {
      const size = 1 + (i % 40);
      step(zeros([size, 4]), zeros([size, 2]));
    });
  },

  /** An agent that acts. */
  act(iterations, tick) {
    const agent = new DQN(CartPole, { hidden: [16], seed: 0 });
    const environment = make("CartPole-v1");
    let { observation } = environment.reset({ seed: 0 });
    loop(iterations, tick, () => {
      const result = environment.step(agent.act(observation));
      observation = result.terminated || result.truncated ? environment.reset().observation : result.observation;
    });
  },

  /** Many environments. */
  vector(iterations, tick) {
    const environment = makeVector("CartPole-v1", 8);
    environment.reset({ seed: 0 });
    const actions = new Int32Array(8);
    loop(iterations, tick, (i) => {
      for (let lane = 0; lane < 8; lane++) actions[lane] = (i >> lane) & 1;
      environment.step(actions);
    });
  },

  /** Evaluations, one after the other. */
  async evaluate(iterations, tick) {
    const agent = new DQN(CartPole, { hidden: [16], seed: 0 });
    for (let i = 0; i < iterations; i++) {
      await evaluate(agent, CartPole, { episodes: 1, seed: i });
      tick(i + 1);
    }
  },

  /** What the others must not do: keeps a little of every iteration. */
  leak(iterations, tick) {
    const kept: object[] = [];
    loop(iterations, tick, (i) => {
      kept.push({ i });
    });
    if (kept.length !== iterations) throw new Error("nothing was kept.");
  },

  /** Environment steps of DQN on CartPole, with its updates; a buffer that is full before half of them are made. */
  async dqn(iterations, tick) {
    const agent = new DQN(CartPole, { seed: 0, bufferSize: Math.min(50_000, iterations / 4) });
    const events = agent.train({ steps: iterations, every: "update" });
    await drive(events, { onEvent: ({ step }) => tick(step) });
    if (agent.steps !== iterations) throw new Error(`took ${agent.steps} steps.`);
  },
};
