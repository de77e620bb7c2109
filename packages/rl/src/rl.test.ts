// The agent contract, for every algorithm: continuation, events, errors; and the small mathematics.
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type BoxSpace, box, defineEnvironment, discrete, type EnvironmentDefinition, make } from "@agon/env";
import { CartPole, CliffWalking, FrozenLake, Pendulum, registry } from "@agon/environments";
import { MLP } from "@agon/nn";
import { describe, expect, it, vi } from "vitest";
import {
  type Agent,
  algorithms,
  DQN,
  evaluate,
  findAlgorithm,
  linear,
  OptionError,
  PPO,
  type TrainEvent,
} from "./index.ts";

/** A world, options and a number of steps in which each algorithm really learns. */
const cases: Readonly<
  Record<string, { environment: EnvironmentDefinition; options: Record<string, unknown>; steps: number }>
> = {
  dqn: {
    environment: CartPole,
    options: {
      hidden: [8],
      batchSize: 8,
      bufferSize: 100,
      learningStarts: 20,
      trainInterval: 5,
      updatesPerTrain: 2,
      targetUpdateInterval: 25,
    },
    steps: 200,
  },
  ppo: {
    environment: CartPole,
    options: { hidden: [8], environments: 3, rolloutSteps: 4, epochs: 3, minibatches: 2 },
    steps: 300,
  },
  a2c: { environment: CartPole, options: { hidden: [8], environments: 3, rolloutSteps: 4 }, steps: 300 },
  reinforce: { environment: CartPole, options: { hidden: [8], batchSteps: 30 }, steps: 200 },
  ddpg: {
    environment: Pendulum,
    options: { hidden: [8], batchSize: 8, bufferSize: 100, learningStarts: 20 },
    steps: 250,
  },
  td3: {
    environment: Pendulum,
    options: { hidden: [8], batchSize: 8, bufferSize: 100, learningStarts: 20 },
    steps: 250,
  },
  sac: {
    environment: Pendulum,
    options: { hidden: [8], batchSize: 8, bufferSize: 100, learningStarts: 20 },
    steps: 250,
  },
  "q-learning": { environment: CliffWalking, options: {}, steps: 600 },
  sarsa: { environment: CliffWalking, options: {}, steps: 600 },
  "sarsa-lambda": { environment: CartPole, options: { tiles: [3], tilings: 4 }, steps: 600 },
  "n-step-sarsa": { environment: CliffWalking, options: {}, steps: 600 },
  "monte-carlo": { environment: FrozenLake, options: { maxLength: 9 }, steps: 600 },
  "dyna-q": { environment: FrozenLake, options: { initialValue: 0.5, planningSteps: 3 }, steps: 600 },
  "value-iteration": { environment: FrozenLake, options: {}, steps: 600 },
  "policy-iteration": { environment: FrozenLake, options: {}, steps: 600 },
};

/** Plans from the environment's table: what happens in the environment teaches it nothing. */
const plans = (name: string): boolean => name.endsWith("-iteration");

/** The environment with one wrong number in each episode, at the given step. */
const withFault = (
  { batch: _batch, ...environment }: EnvironmentDefinition,
  { at, reward, observation }: { at: number; reward?: number; observation?: number },
): EnvironmentDefinition => {
  interface Counted {
    readonly inner: unknown;
    readonly steps: number;
  }
  return {
    ...environment,
    id: "Faulty-v0",
    reset: (random, options): Counted => ({ inner: environment.reset(random, options), steps: 0 }),
    step(state, action, random) {
      const { inner, steps } = state as Counted;
      const transition = environment.step(inner, action, random);
      const next: Counted = { inner: transition.state, steps: steps + 1 };
      return {
        ...transition,
        state: next,
        reward: next.steps === at ? (reward ?? transition.reward) : transition.reward,
      };
    },
    observe(state, out) {
      const { inner, steps } = state as Counted;
      environment.observe(inner, out);
      if (steps === at) out[0] = observation ?? out[0];
    },
  };
};

/** Trains step by step until that fails; the message, and the policy as it was before the step that failed. */
const trainToFailure = async (agent: Agent, limit: number): Promise<{ message: string; before: Uint8Array }> => {
  while (agent.steps < limit) {
    const before = agent.policy();
    try {
      await collect(agent.train({ steps: 1 }));
    } catch (error) {
      expect((error as Error).name).toBe("NonFiniteError");
      return { message: (error as Error).message, before };
    }
  }
  throw new Error(`nothing failed in ${limit} steps`);
};

const collect = async (events: AsyncGenerator<TrainEvent>): Promise<TrainEvent[]> => {
  const found: TrainEvent[] = [];
  for await (const event of events) found.push(event);
  return found;
};

const learners = algorithms.map(({ name }) => name).filter((name) => name !== "random");

/** Algorithms with other switches set than their defaults. */
const variants: Readonly<Record<string, { readonly name: string; readonly switches: Record<string, unknown> }>> = {
  "dqn, prioritised and dueling": { name: "dqn", switches: { prioritised: true, dueling: true, hidden: [8, 8] } },
  "dqn, with observations scaled and random actions held": {
    name: "dqn",
    switches: { scaleObservations: true, explorationPersistence: 0.9 },
  },
  "ppo, with observations and rewards scaled": {
    name: "ppo",
    switches: { scaleObservations: true, normaliseRewards: true },
  },
  "a2c, with observations and rewards scaled": {
    name: "a2c",
    switches: { scaleObservations: true, normaliseRewards: true },
  },
  "dqn, one step and no double": { name: "dqn", switches: { multiStep: 1, double: false } },
  "dqn, squared errors": { name: "dqn", switches: { loss: "squared" } },
  "sac, with noise alike from step to step": {
    name: "sac",
    switches: { noiseCorrelation: 0.9, updatesPerTrain: 2, trainInterval: 3 },
  },
};

describe.each([...learners, ...Object.keys(variants)])("%s", (title) => {
  const { name, switches } = variants[title] ?? { name: title, switches: {} };
  const { environment, steps } = cases[name];
  const options = { ...cases[name].options, ...switches };
  const create = (seed = 1): Agent => findAlgorithm(name).create(environment, { ...options, seed });
  /** An option that may change while training. */
  const knob = plans(name) ? "discount" : "learningRate";

  it("gives the same curve for the same seed, another for another", async () => {
    const hashes = await Promise.all(
      [1, 1, 2].map(async (seed) => {
        const agent = create(seed);
        await collect(agent.train({ steps }));
        return agent.curveHash();
      }),
    );
    expect(hashes[0]).toMatch(/^[0-9a-f]{64}$/);
    expect(hashes[1]).toBe(hashes[0]);
    expect(hashes[2]).not.toBe(hashes[0]);
  });

  it("goes on after a break as if there had been none, byte for byte, however often it yields", async () => {
    const whole = create();
    await collect(whole.train({ steps }));
    const parts = create();
    for (const every of ["update", "step", "episode"] as const) {
      let events = 0;
      for await (const _ of parts.train({ steps: steps - parts.steps, every })) if (++events === 7) break;
    }
    await collect(parts.train({ steps: steps - parts.steps }));
    expect(parts.steps).toBe(steps);
    expect(parts.checkpoint()).toEqual(whole.checkpoint());
    expect(await parts.curveHash()).toBe(await whole.curveHash());
  });

  it("changes live options while training, and no others", async () => {
    const specs = findAlgorithm(name).options;
    const live = specs.filter((spec) => spec.live === true);
    expect(live.map(({ key }) => key)).toContain(knob);
    const [steady, changed] = [create(), create()];
    for (const agent of [steady, changed]) await collect(agent.train({ steps: steps / 2 }));
    for (const { key } of live) steady.setOption?.(key, steady.options[key]);
    changed.setOption?.(knob, 1e-4);
    expect(changed.options[knob]).toBe(1e-4);
    const untouched = create();
    await collect(untouched.train({ steps }));
    for (const agent of [steady, changed]) await collect(agent.train({ steps: steps / 2 }));
    expect(await steady.curveHash()).toBe(await untouched.curveHash());
    expect(await changed.curveHash()).not.toBe(await untouched.curveHash());
    for (const { key } of specs.filter((spec) => spec.live !== true)) {
      expect(() => changed.setOption?.(key, changed.options[key])).toThrow(OptionError);
    }
    expect(() => changed.setOption?.(knob, -1)).toThrow(OptionError);
  });

  it("restores a checkpoint into a new agent and goes on exactly", async () => {
    const whole = create();
    await collect(whole.train({ steps }));
    const first = create();
    await collect(first.train({ steps: 77 }));
    const second = create(99);
    second.restore(first.checkpoint());
    await collect(second.train({ steps: steps - second.steps }));
    expect(second.checkpoint()).toEqual(whole.checkpoint());
    expect(await second.curveHash()).toBe(await whole.curveHash());
  });

  it("carries its policy over", async () => {
    const agent = create();
    await collect(agent.train({ steps }));
    const other = create(5);
    other.loadPolicy(agent.policy());
    const observation = new Float32Array(environment.observation.size);
    const preferences = (of: Agent): unknown => {
      const { actionValues, probabilities, action } = of.inspect?.(observation) ?? {};
      return actionValues ?? probabilities ?? action;
    };
    expect(preferences(other)).toBeDefined();
    expect(preferences(other)).toEqual(preferences(agent));
    expect(other.act(observation)).toEqual(agent.act(observation));
  });

  it("describes its options, and refuses others", () => {
    const spec = findAlgorithm(name);
    for (const { key, description } of spec.options) expect(description.length, key).toBeGreaterThan(10);
    const misspelt = { seed: 0, [knob.slice(1)]: 1 };
    expect(() => spec.create(environment, misspelt)).toThrow(OptionError);
    expect(() => spec.create(environment, misspelt)).toThrow(`nearest: ${knob}`);
    const { minimum, maximum } = spec.options.find(({ key }) => key === knob)!;
    expect(() => spec.create(environment, { seed: 0, [knob]: "fast" })).toThrow(
      `${knob} is "fast"; expected a number in [${minimum}, ${maximum}]`,
    );
  });

  it.each([
    { what: "a reward of NaN", fault: { reward: Number.NaN } },
    { what: "an observation of NaN", fault: { observation: Number.NaN } },
    { what: "an infinite observation", fault: { observation: Number.POSITIVE_INFINITY } },
  ])("$what stops training within the step, naming environment and step; nothing is written", async ({ fault }) => {
    const faulty = withFault(environment, { ...fault, at: 5 });
    const agent = findAlgorithm(name).create(faulty, { ...options, seed: 1 });
    const { message, before } = await trainToFailure(agent, 500);
    expect(message).toMatch(/Faulty-v0.*at step 5\b/);
    expect(agent.policy()).toEqual(before);
    const other = findAlgorithm(name).create(faulty, { ...options, seed: 2 });
    other.restore(agent.checkpoint());
    expect(other.steps).toBe(agent.steps);
    expect(other.checkpoint()).toEqual(agent.checkpoint());
  });

  it.skipIf(plans(name))(
    "a loss that is not finite stops training within the step, naming algorithm, step and op; nothing is written",
    async () => {
      // Finite, and beyond what float32, or the square of a float64, can hold.
      const faulty = withFault(environment, { reward: 1e200, at: 5 });
      const agent = findAlgorithm(name).create(faulty, { ...options, seed: 1 });
      const { message, before } = await trainToFailure(agent, 500);
      expect(message).toContain(`${name}, step ${agent.steps}: `);
      expect(message).toMatch(/(output \[.*\]|TD error) is (NaN or infinite|Infinity).*nothing was written/);
      expect(agent.policy()).toEqual(before);
      const other = findAlgorithm(name).create(faulty, { ...options, seed: 2 });
      other.restore(agent.checkpoint());
      expect(other.checkpoint()).toEqual(agent.checkpoint());
    },
  );

  it("saves its policy to a file and loads it", async () => {
    const folder = await mkdtemp(join(tmpdir(), "agon-rl-"));
    try {
      const agent = create();
      await collect(agent.train({ steps }));
      const path = join(folder, "policies", "one.safetensors");
      await agent.save(path);
      const other = create(5);
      await other.load(path);
      expect(other.policy()).toEqual(agent.policy());
      expect(await readdir(join(folder, "policies"))).toEqual(["one.safetensors"]);
      await expect(other.load(join(folder, "none.safetensors"))).rejects.toThrow("none.safetensors");
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});

it("without a file system, saving and loading name the way out", async () => {
  const { process } = globalThis;
  vi.stubGlobal("process", undefined);
  try {
    const agent = findAlgorithm("q-learning").create(CliffWalking, { seed: 1 });
    await expect(agent.save("x")).rejects.toThrow("take the bytes of policy()");
    await expect(agent.load("x")).rejects.toThrow("give the bytes to loadPolicy()");
  } finally {
    vi.stubGlobal("process", process);
  }
});

describe("random", () => {
  const continuous = registry.definition("Pendulum-v1");
  const create = (seed: number): Agent => findAlgorithm("random").create(continuous, { seed });

  it("plays what nothing else plays, the same for the same seed, whoever looks on", async () => {
    const [whole, watched, other] = [create(1), create(1), create(2)];
    await collect(whole.train({ steps: 700 }));
    for await (const event of watched.train({ steps: 700, every: "step" }))
      if (event.type === "step" && event.step % 100 === 0) {
        expect(continuous.action.contains(watched.act(event.observation))).toBe(true);
      }
    await collect(other.train({ steps: 700 }));
    const hashes = await Promise.all([whole, watched, other].map((agent) => agent.curveHash()));
    expect(hashes[1]).toBe(hashes[0]);
    expect(hashes[2]).not.toBe(hashes[0]);
  });

  it("goes on from a checkpoint as if never stopped, and has no policy to carry over", async () => {
    const [whole, first, second] = [create(1), create(1), create(9)];
    await collect(whole.train({ steps: 500 }));
    await collect(first.train({ steps: 123 }));
    second.restore(first.checkpoint());
    await collect(second.train({ steps: 377 }));
    expect(second.checkpoint()).toEqual(whole.checkpoint());
    second.loadPolicy(first.policy());
    expect(() => findAlgorithm("random").create(continuous, { seed: 0, learningRate: 1 })).toThrow(OptionError);
  });
});

describe("every environment that fits", () => {
  it("is every registered one, continuous actions included", () => {
    expect(new Set(pairs.map(([id]) => id))).toEqual(new Set(registry.registeredIds()));
  });

  const pairs = registry.registeredIds().flatMap((id) => {
    const environment = registry.definition(id);
    return algorithms
      .filter((algorithm) => algorithm.fits(environment) === null)
      .map(({ name }) => [id, name] as const);
  });
  it.each(pairs)("%s is played by %s", async (id, name) => {
    const algorithm = findAlgorithm(name);
    const options = Object.hasOwn(cases[name]?.options ?? {}, "hidden") ? { hidden: [8] } : {};
    const environment = registry.definition(id);
    const agent = algorithm.create(environment, { ...algorithm.tuned(id), ...options, seed: 1 });
    for await (const event of agent.train({ steps: 1200 }))
      if (event.type === "episode") expect(Number.isFinite(event.return)).toBe(true);
    expect(agent.steps).toBeGreaterThanOrEqual(1200);
    const { observation } = make(environment).reset({ seed: 2 });
    expect(environment.action.contains(agent.act(observation))).toBe(true);
  });
});

describe("values", () => {
  /** One step from observation 0 to observation 1, which is always the last of its episode. */
  const oneStep = (terminated: boolean): EnvironmentDefinition =>
    defineEnvironment({
      id: "one-step",
      observation: box([1], { low: 0, high: 1 }),
      action: discrete(2),
      maxSteps: 1,
      reset: (): { at: number } => ({ at: 0 }),
      step: () => ({ state: { at: 1 }, reward: 1, terminated }),
      observe: ({ at }, out) => {
        out[0] = at;
      },
    }) as EnvironmentDefinition;

  it.each([
    [
      "dqn",
      {
        hidden: [8],
        learningStarts: 50,
        trainInterval: 1,
        targetUpdateInterval: 1,
        targetBlend: 0.05,
        learningRate: 0.01,
      },
      3000,
    ],
    ["a2c", { hidden: [8], rolloutSteps: 4, learningRate: 0.01 }, 30_000],
    ["ppo", { hidden: [8], learningRate: 0.01 }, 30_000],
    ["reinforce", { hidden: [8], batchSteps: 50 }, 30_000],
  ] as const)(
    "of %s reach through truncation to the last observation, and not through termination",
    async (name, options, steps) => {
      const valuesAfter = async (terminated: boolean): Promise<number[]> => {
        const agent = findAlgorithm(name).create(oneStep(terminated), { ...options, discount: 0.5, seed: 1 });
        await collect(agent.train({ steps }));
        return [0, 1].map((x) => agent.inspect?.(Float32Array.of(x)).value ?? Number.NaN);
      };
      const [start, last] = await valuesAfter(false);
      expect(Math.abs(last)).toBeGreaterThan(0.2);
      expect(start).toBeCloseTo(1 + 0.5 * last, 1);
      expect((await valuesAfter(true))[0]).toBeCloseTo(1, 1);
    },
  );
});

describe("PPO", () => {
  it.each([
    ["CartPole-v1", "indices"],
    ["Pendulum-v1", "vectors"],
  ])("has a ratio of 1 at the first minibatch of each rollout, and only there: %s, actions are %s", async (id) => {
    const options = { hidden: [16], environments: 2, rolloutSteps: 16, epochs: 4, minibatches: 2, learningRate: 0.02 };
    const agent = new PPO(registry.definition(id), { ...options, seed: 1 });
    const [first, later]: [number[], number[]] = [[], []];
    for await (const event of agent.train({ steps: 320, every: "update" })) {
      if (event.type !== "update") continue;
      const { kl, clipped } = event.figures;
      if ((event.update - 1) % 8 > 0) later.push(kl);
      else first.push(Math.abs(kl) + clipped);
    }
    expect([first.length, later.length]).toEqual([10, 70]);
    // ρ − 1 − ln ρ in float32 of probabilities that were computed for another number of rows.
    expect(Math.max(...first)).toBeLessThan(1e-6);
    expect(Math.max(...later)).toBeGreaterThan(1e-3);
  });

  it("goes on exactly from a checkpoint, also with vectors for actions and rewards normalised", async () => {
    const options = { hidden: [8], environments: 2, rolloutSteps: 8, minibatches: 2, normaliseRewards: true, seed: 3 };
    const create = (): PPO => new PPO(registry.definition("Pendulum-v1"), options);
    const [whole, first, second] = [create(), create(), create()];
    await collect(whole.train({ steps: 900 }));
    await collect(first.train({ steps: 402 }));
    let events = 0;
    for await (const _ of first.train({ steps: 100, every: "update" })) if (++events === 5) break; // amid a rollout's minibatches
    second.restore(first.checkpoint());
    await collect(second.train({ steps: 900 - second.steps }));
    expect(second.checkpoint()).toEqual(whole.checkpoint());
    expect(await second.curveHash()).toBe(await whole.curveHash());
  });

  it("draws actions within the bounds, whatever its network says", async () => {
    const lopsided = defineEnvironment({
      id: "lopsided",
      observation: box([1], { low: -1, high: 1 }),
      action: box([2], { low: [-3, 0], high: [1, 0.5] }),
      maxSteps: 10,
      reset: (): { at: number } => ({ at: 0 }),
      step: (_, action) => {
        const [a, b] = action as Float32Array;
        expect(a >= -3 && a <= 1 && b >= 0 && b <= 0.5).toBe(true);
        return { state: { at: 0 }, reward: a, terminated: false };
      },
      observe: ({ at }, out) => {
        out[0] = at;
      },
    }) as EnvironmentDefinition;
    const agent = new PPO(lopsided, { hidden: [8], learningRate: 0.02, discount: 0, seed: 1 });
    await collect(agent.train({ steps: 6000 }));
    const [a, b] = agent.act(Float32Array.of(0)) as Float32Array;
    expect(a).toBeGreaterThan(0.5); // the reward asks for it
    expect(b >= 0 && b <= 0.5).toBe(true);
  });

  it("refuses minibatches that do not divide the rollout", () => {
    expect(() => new PPO(CartPole, { environments: 2, rolloutSteps: 5, minibatches: 3 })).toThrow(
      "ppo: 3 minibatches of 5 steps in 2 environments; expected equal ones of 2 or more, so a divisor of 10 up to 5.",
    );
    expect(() => new PPO(CartPole, { environments: 2, rolloutSteps: 2, minibatches: 4 })).toThrow(OptionError);
  });
});

describe("scaled observations", () => {
  /** The environment as if its observations were scaled by hand. */
  const scaledByHand = ({ batch: _batch, ...environment }: EnvironmentDefinition): EnvironmentDefinition => {
    const { low, high } = environment.observation as BoxSpace;
    const bounds = low.map((x) => (Number.isFinite(x) ? 1 : Infinity));
    return {
      ...environment,
      observation: box([low.length], { low: bounds.map((bound) => -bound), high: bounds }),
      observe(state, out) {
        environment.observe(state, out);
        for (let i = 0; i < out.length; i++)
          if (bounds[i] === 1) out[i] = (out[i] - (low[i] + high[i]) / 2) * (2 / (high[i] - low[i]));
      },
    };
  };

  it.each(learners.filter((name) => findAlgorithm(name).options.some(({ key }) => key === "scaleObservations")))(
    "teach %s what it learns where the environment gives them so",
    async (name) => {
      const { environment, options, steps } = cases[name];
      const [scaled, byHand, plain] = [
        findAlgorithm(name).create(environment, { ...options, scaleObservations: true, seed: 1 }),
        findAlgorithm(name).create(scaledByHand(environment), { ...options, seed: 1 }),
        findAlgorithm(name).create(environment, { ...options, seed: 1 }),
      ];
      for (const agent of [scaled, byHand, plain]) await collect(agent.train({ steps }));
      expect(scaled.policy()).toEqual(byHand.policy());
      expect(await scaled.curveHash()).toBe(await byHand.curveHash());
      expect(await scaled.curveHash()).not.toBe(await plain.curveHash());
      const played = make(environment).reset({ seed: 3 }).observation;
      const seen = make(scaledByHand(environment)).reset({ seed: 3 }).observation;
      expect(scaled.act(played)).toEqual(byHand.act(seen));
      expect(scaled.inspect?.(played)).toEqual(byHand.inspect?.(seen));
    },
  );

  it("are an option of every algorithm with a network over observations", () => {
    const having = learners.filter((name) =>
      findAlgorithm(name).options.some(({ key }) => key === "scaleObservations"),
    );
    expect(having.sort()).toEqual(["a2c", "ddpg", "dqn", "ppo", "reinforce", "sac", "td3"]);
  });
});

describe("the switches of DQN", () => {
  const hashWith = async (switches: Record<string, unknown>): Promise<string> => {
    // n steps reach over greedy actions only, and the two networks of Double DQN must disagree at times.
    const agent = new DQN(CartPole, {
      ...cases.dqn.options,
      explorationStart: 0.2,
      learningRate: 0.02,
      ...switches,
      seed: 1,
    });
    await collect(agent.train({ steps: 400 }));
    return agent.curveHash();
  };

  it("each change what is learned", async () => {
    const all = [
      {},
      { double: false },
      { dueling: true },
      { prioritised: true },
      { multiStep: 1 },
      { scaleObservations: true },
      { explorationPersistence: 0.9 },
    ];
    expect(new Set(await Promise.all(all.map(hashWith))).size).toBe(all.length);
  });

  it("leave alone what they do not concern: options of prioritised replay without it", async () => {
    expect(await hashWith({ priorityExponent: 1, importanceStart: 0, importanceSteps: 1 })).toBe(await hashWith({}));
  });

  it("hold a random action with the chance that is set, each action as often as before", async () => {
    // Of n steps a share p + (1 − p)/2 repeats, and each action takes half; 4 standard deviations to either side.
    for (const [persistence, share] of [
      [0, 0.5],
      [0.5, 0.75],
      [0.9, 0.95],
    ]) {
      const always = { explorationStart: 1, explorationEnd: 1, learningStarts: 10_000 };
      const agent = new DQN(CartPole, { ...always, explorationPersistence: persistence, seed: 1000 });
      const actions: number[] = [];
      for await (const event of agent.train({ steps: 4000, every: "step" }))
        if (event.type === "step") actions.push(event.action as number);
      const repeats = actions.filter((action, i) => i > 0 && action === actions[i - 1]).length;
      expect(Math.abs(repeats / 3999 - share)).toBeLessThan(4 * Math.sqrt((share * (1 - share)) / 3999));
      const spread = Math.sqrt((0.25 * (1 + persistence)) / (1 - persistence) / 4000);
      expect(Math.abs(actions.filter((action) => action === 1).length / 4000 - 0.5)).toBeLessThan(4 * spread);
    }
  });

  it("dueling asks for the default network", () => {
    const network = (inputs: number, actions: number): MLP => new MLP(inputs, 8, actions);
    expect(() => new DQN(CartPole, { network, dueling: true })).toThrow("leave out dueling, or network");
  });

  it("Double DQN values what is worth nothing lower than DQN does, as its maximum of noisy values is no choice", async () => {
    // Ten actions of random reward with mean 0, each of which leads on to the same: the true values are all 0.
    const casino = defineEnvironment({
      id: "casino",
      observation: box([1], { low: 0, high: 1 }),
      action: discrete(10),
      maxSteps: 50,
      reset: (): { at: number } => ({ at: 1 }),
      step: (state, _, random) => ({ state, reward: random.normal(), terminated: false }),
      observe: ({ at }, out) => {
        out[0] = at;
      },
    }) as EnvironmentDefinition;
    const valueWith = async (double: boolean, seed: number): Promise<number> => {
      const options = {
        hidden: [16],
        multiStep: 1,
        batchSize: 16,
        learningStarts: 50,
        bufferSize: 2000,
        discount: 0.9,
      };
      const target = { targetUpdateInterval: 50, targetBlend: 1, learningRate: 0.01, finalRateShare: 1 };
      const agent = new DQN(casino, { ...options, ...target, double, seed });
      await collect(agent.train({ steps: 3000 }));
      return agent.inspect(Float32Array.of(1)).value;
    };
    for (const seed of [1000, 1001, 1002])
      expect(await valueWith(true, seed)).toBeLessThan(await valueWith(false, seed));
  });
});

it("a DQN takes a network and an exploration schedule of one's own", async () => {
  const agent = new DQN(CartPole, {
    network: (inputs, actions) => new MLP(inputs, 16, 16, actions),
    exploration: linear(1, 0.05, 100),
    learningRate: 1e-3,
    learningStarts: 50,
    batchSize: 8,
    seed: 0,
  });
  const steps: number[] = [];
  for await (const episode of agent.train({ steps: 200 })) steps.push(episode.step + episode.return);
  expect(steps.length).toBeGreaterThan(2);
  expect(agent.online.parameters().map(({ shape }) => shape[0])).toEqual([16, 16, 16, 16, 2, 2]);
  const score = await evaluate(agent, CartPole, { episodes: 3, seed: 1 });
  expect(Object.keys(score).sort()).toEqual(["episodes", "mean", "returns", "standardError", "std"]);
});

it("an unknown algorithm is answered with the nearest names", () => {
  expect(() => findAlgorithm("dqm")).toThrow('unknown algorithm "dqm"; nearest: dqn');
});

it("algorithms say why they do not fit", () => {
  expect(findAlgorithm("q-learning").fits(registry.definition("Pendulum-v1"))).toBe(
    "Q-learning has a value for each action; Pendulum-v1 has continuous actions.",
  );
  expect(findAlgorithm("value-iteration").fits(CartPole)).toBe(
    "Value iteration plans with the environment's model; CartPole-v1 has no table of transitions.",
  );
  expect(findAlgorithm("reinforce").fits(CliffWalking)).toContain("no time limit");
});
