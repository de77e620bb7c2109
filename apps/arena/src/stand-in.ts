// Temporary: environments and agents in the contracts' shape, until the real registries are there.
import type { DiscreteSpace, BoxSpace, EnvironmentDefinition } from "@agon/env";
import type { Random } from "@agon/random";
import type { Agent, AlgorithmSpec, TrainEvent } from "@agon/rl";

export function createRandom(seed: number): Random {
  let s = (seed + 1) >>> 0;
  const next = () => {
    s = (Math.imul(s, 1664525) + 1013904223) >>> 0;
    let t = s ^ (s >>> 15);
    t = Math.imul(t, 0x2c1b3c6d);
    t ^= t >>> 12;
    return (t >>> 0) / 2 ** 32;
  };
  return {
    uniform: (low = 0, high = 1) => low + (high - low) * next(),
    integer: (a: number, b?: number) => (b === undefined ? Math.floor(next() * a) : a + Math.floor(next() * (b - a))),
  } as unknown as Random;
}

const discrete = (n: number, labels?: string[]): DiscreteSpace =>
  ({ kind: "discrete", n, start: 0, labels, shape: [], size: 1 }) as unknown as DiscreteSpace;
const box = (size: number): BoxSpace => ({ kind: "box", shape: [size], size }) as unknown as BoxSpace;

type Pole = { x: number; v: number; angle: number; w: number };
const cartPole: EnvironmentDefinition<Pole> = {
  id: "CartPole-v1",
  observation: box(4),
  action: discrete(2, ["left", "right"]),
  maxSteps: 500,
  rewardThreshold: 475,
  reset: (r) => ({ x: r.uniform(-0.05, 0.05), v: 0, angle: r.uniform(-0.05, 0.05), w: 0 }),
  step({ x, v, angle, w }, action) {
    const force = action === 1 ? 10 : -10;
    const c = Math.cos(angle);
    const s = Math.sin(angle);
    const temp = (force + 0.05 * w * w * s) / 1.1;
    const a = (9.8 * s - c * temp) / (0.5 * (4 / 3 - (0.1 * c * c) / 1.1));
    const acc = temp - (0.05 * a * c) / 1.1;
    const state = { x: x + 0.02 * v, v: v + 0.02 * acc, angle: angle + 0.02 * w, w: w + 0.02 * a };
    return { state, reward: 1, terminated: Math.abs(state.x) > 2.4 || Math.abs(state.angle) > 0.2095 };
  },
  observe({ x, v, angle, w }, out) {
    out.set([x, v, angle, w]);
  },
  draw({ x, angle }, canvas) {
    canvas.view(-2.8, -1.9, 5.6, 2.8);
    canvas.line(-2.8, 0.25, 2.8, 0.25, { stroke: "track", strokeWidth: 0.03 });
    canvas.rectangle(x, 0.1, 0.7, 0.3, { fill: "cart", cornerRadius: 0.06 });
    canvas.rectangle(x, -0.5, 0.12, 1.1, { fill: "pole", rotation: angle, pivot: [x, 0], cornerRadius: 0.06 });
    canvas.circle(x, 0, 0.07, "muted");
  },
};

const lakeMap = ["SFFF", "FHFH", "FFFH", "HFFG"];
const lake: EnvironmentDefinition<{ position: number }> = {
  id: "FrozenLake-v1",
  observation: discrete(16),
  action: discrete(4, ["left", "down", "right", "up"]),
  maxSteps: 100,
  rewardThreshold: 0.7,
  reset: () => ({ position: 0 }),
  step({ position }, action, random) {
    const a = ((action as number) + random.integer(-1, 2) + 4) % 4;
    let row = position >> 2;
    let column = position & 3;
    if (a === 0) column = Math.max(0, column - 1);
    if (a === 1) row = Math.min(3, row + 1);
    if (a === 2) column = Math.min(3, column + 1);
    if (a === 3) row = Math.max(0, row - 1);
    const tile = lakeMap[row][column];
    return { state: { position: row * 4 + column }, reward: tile === "G" ? 1 : 0, terminated: "HG".includes(tile) };
  },
  observe({ position }, out) {
    out[0] = position;
  },
  draw({ position }, canvas) {
    canvas.view(0, 0, 4, 4);
    for (let i = 0; i < 16; i++) {
      const tile = lakeMap[i >> 2][i & 3];
      const fill = tile === "H" ? "danger" : tile === "G" ? "goal" : "surface";
      canvas.rectangle((i & 3) + 0.5, (i >> 2) + 0.5, 0.94, 0.94, { fill, cornerRadius: 0.1 });
      if (tile === "S") canvas.text((i & 3) + 0.5, (i >> 2) + 0.5, "start", { fill: "muted", size: 0.2 });
    }
    canvas.circle((position & 3) + 0.5, (position >> 2) + 0.5, 0.24, "agent");
  },
};

export const environments: readonly EnvironmentDefinition[] = [
  cartPole as unknown as EnvironmentDefinition,
  lake as unknown as EnvironmentDefinition,
];

const create: AlgorithmSpec["create"] = (environment, options) => {
  const random = createRandom(options.seed);
  const weights = new Float32Array([0, 0.1, 0, 0]);
  let state = environment.reset(random);
  const observation = new Float32Array(environment.observation.size);
  environment.observe(state, observation);
  let steps = 0;
  let episode = 0;
  let total = 0;
  let length = 0;
  let updates = 0;
  const actions = (environment.action as DiscreteSpace).n;
  const score = (o: Float32Array, a: number) =>
    actions === 2
      ? (a === 1 ? 1 : -1) * (o[2] * 5 + o[3] * Math.min(2, weights[0] / 30) + o[0] * 0.1)
      : -Math.abs(a - ((o[0] * 7) % 4)) * 0.1 + (o[0] / 16) * 0.7;
  const act = (o: Float32Array) => {
    let best = 0;
    for (let a = 1; a < actions; a++) if (score(o, a) > score(o, best)) best = a;
    return best;
  };
  async function* train({
    steps: count,
    every = "episode",
  }: {
    steps: number;
    every?: string;
  }): AsyncGenerator<TrainEvent> {
    for (let i = 0; i < count; i++) {
      const action = random.uniform() < Math.max(0.05, 1 - steps / 10000) ? random.integer(actions) : act(observation);
      const t = environment.step(state, action, random);
      steps++;
      length++;
      total += t.reward;
      state = t.state;
      environment.observe(state, observation);
      const truncated = !t.terminated && length === environment.maxSteps;
      let busy = 0;
      for (let k = 0; k < 5000; k++) busy += Math.sqrt(k);
      if (every === "step") {
        yield {
          type: "step",
          step: steps,
          observation,
          action,
          reward: t.reward,
          terminated: t.terminated,
          truncated,
          state,
        };
      }
      if (every !== "episode" && steps % 10 === 0) {
        weights[0] += 0.05;
        const loss = (1 + random.uniform()) / (1 + steps / 3000) + busy * 0;
        yield {
          type: "update",
          step: steps,
          update: ++updates,
          loss,
          figures: { epsilon: Math.max(0.05, 1 - steps / 10000) },
        };
      }
      if (t.terminated || truncated) {
        yield { type: "episode", step: steps, episode: ++episode, return: total, length };
        total = 0;
        length = 0;
        state = environment.reset(random);
        environment.observe(state, observation);
      }
    }
  }
  return {
    algorithm: "dqn",
    environment,
    options,
    get steps() {
      return steps;
    },
    act,
    train,
    curveHash: async () => "0123456789abcdef".repeat(4),
    inspect: (o: Float32Array) => {
      const actionValues = Float32Array.from({ length: actions }, (_, a) => score(o, a));
      return { actionValues, value: Math.max(...actionValues) };
    },
  } as unknown as Agent;
};

const options: AlgorithmSpec["options"] = [
  { key: "learningRate", default: 1e-3, minimum: 1e-6, maximum: 1, description: "Step size of Adam.", live: true },
  { key: "discount", default: 0.99, minimum: 0, maximum: 1, description: "γ: how much the next step's value counts." },
  { key: "batchSize", default: 64, minimum: 1, maximum: 4096, integer: true, description: "Transitions per update." },
  { key: "hidden", default: [128, 128], description: "Units of each hidden layer." },
  { key: "double", default: false, description: "Choose the next action with the learned network." },
  { key: "activation", default: "relu", choices: ["relu", "tanh"], description: "Nonlinearity of the hidden layers." },
];

export const algorithms: readonly AlgorithmSpec[] = [
  { name: "dqn", title: "DQN", summary: "Deep Q-network", options, fits: () => null, tuned: () => ({}), create },
  {
    name: "q-learning",
    title: "Q-learning",
    summary: "Tabular, off-policy",
    options: options.slice(0, 2),
    fits: (e) => (e.observation.kind === "discrete" ? null : "needs a finite number of states"),
    tuned: () => ({}),
    create,
  },
  {
    name: "a2c",
    title: "A2C",
    summary: "Advantage actor-critic",
    options,
    fits: () => null,
    tuned: () => ({}),
    create,
  },
];

export async function drive(
  events: AsyncGenerator<TrainEvent>,
  { sliceMilliseconds, onEvent }: { sliceMilliseconds: number; onEvent: (event: TrainEvent) => void },
): Promise<void> {
  let start = performance.now();
  for await (const event of events) {
    onEvent(event);
    if (performance.now() - start >= sliceMilliseconds) {
      await new Promise((resolve) => setTimeout(resolve));
      start = performance.now();
    }
  }
}
