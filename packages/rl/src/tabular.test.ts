// The mathematics of the tabular and linear algorithms, in worlds small enough to know the answer.
import { box, defineEnvironment, discrete, type EnvironmentDefinition, type Space, tuple } from "@agon/env";
import { Blackjack, CliffWalking, FrozenLake, GridWorld, registry } from "@agon/environments";
import { createRandom } from "@agon/random";
import { describe, expect, it } from "vitest";
import {
  type Agent,
  discountedReturns,
  DynaQ,
  findAlgorithm,
  greedyPolicy,
  MonteCarlo,
  NStepSarsa,
  optimalValue,
  PolicyIteration,
  policyValue,
  QLearning,
  Sarsa,
  SarsaLambda,
  type TrainEvent,
  ValueIteration,
} from "./index.ts";
import { OutcomeCounts } from "./parts/outcome-counts.ts";
import { needsStates, StateIndex } from "./parts/state-index.ts";
import { TileCoder } from "./parts/tile-coding.ts";

const learn = async (agent: Agent, steps: number): Promise<TrainEvent[]> => {
  const events: TrainEvent[] = [];
  for await (const event of agent.train({ steps, every: "update" })) events.push(event);
  return events;
};

const rewards = [3, -1, 4, 1, -5, 9];

/** One way from the first state to the end, with these rewards. */
const chain = (observation: Space, observe: (at: number, out: Float32Array) => void): EnvironmentDefinition =>
  defineEnvironment({
    id: "chain",
    observation,
    action: discrete(1),
    reset: () => ({ at: 0 }),
    step: ({ at }) => ({ state: { at: at + 1 }, reward: rewards[at], terminated: at + 1 === rewards.length }),
    observe: ({ at }, out) => observe(at, out),
  }) as EnvironmentDefinition;

const numberedChain = chain(discrete(rewards.length + 1), (at, out) => out.fill(at));
/** The same with positions, of which the second number is a wave. */
const continuousChain = chain(box([2], { low: [0, -1], high: [6, 1] }), (at, out) =>
  out.set([at, at % 3 === 0 ? 0.9 : -0.4]),
);

/** One step from observation 0 to observation 1, the last of its episode, by termination or by its time limit. */
const oneStep = (terminated: boolean): EnvironmentDefinition => ({
  ...(defineEnvironment({
    id: "one-step",
    observation: discrete(2),
    action: discrete(1),
    maxSteps: 1,
    reset: () => ({ at: 0 }),
    step: () => ({ state: { at: 1 }, reward: 1, terminated }),
    observe: ({ at }, out) => out.fill(at),
  }) as EnvironmentDefinition),
  table: () => ({
    states: 2,
    actions: 1,
    rows: [[[[1, 1, 1, terminated]]], [[[1, 1, 3, true]]]],
    initial: Float64Array.of(1, 0),
  }),
});

describe("bootstrapping", () => {
  const step = { learningRate: 1, discount: 0.5, initialValue: 3, explorationStart: 0, explorationEnd: 0 };
  it.each(["q-learning", "sarsa", "sarsa-lambda", "n-step-sarsa", "monte-carlo", "dyna-q"])(
    "of %s goes through truncation to the value of the last state, and not through termination",
    async (name) => {
      const valueAfter = async (terminated: boolean): Promise<unknown> => {
        const agent = findAlgorithm(name).create(oneStep(terminated), { ...step, seed: 1 });
        await learn(agent, 1);
        return agent.inspect?.(Float32Array.of(0)).value;
      };
      expect([await valueAfter(false), await valueAfter(true)]).toEqual([1 + 0.5 * 3, 1]);
    },
  );

  it.each(["value-iteration", "policy-iteration"])(
    "of %s goes on where the model does, and stops where it terminates",
    async (name) => {
      const valueAfter = async (terminated: boolean): Promise<unknown> => {
        const agent = findAlgorithm(name).create(oneStep(terminated), { discount: 0.5, seed: 1 });
        await learn(agent, 5);
        return agent.inspect?.(Float32Array.of(0)).value;
      };
      expect([await valueAfter(false), await valueAfter(true)]).toEqual([1 + 0.5 * 3, 1]);
    },
  );
});

describe("n-step SARSA", () => {
  const exact = discountedReturns(rewards, [0, 0, 0, 0, 0, 1], 0.9);

  it("finds the exact returns of a chain: in one episode with n beyond its end, in ⌈length/n⌉ with any n", async () => {
    for (const [multiStep, episodes] of [
      [100, 1],
      [6, 1],
      [4, 2],
      [2, 3],
      [1, 6],
    ]) {
      const agent = new NStepSarsa(numberedChain, { multiStep, learningRate: 1, discount: 0.9 });
      await learn(agent, 6 * episodes - 6);
      if (episodes > 1) expect(agent.q[0]).not.toBeCloseTo(exact[0], 12);
      await learn(agent, 6);
      for (const [state, value] of exact.entries()) expect(agent.q[state], `n = ${multiStep}`).toBeCloseTo(value, 12);
    }
  });

  it("with n = 1 is SARSA, bit for bit", async () => {
    const [one, sarsa] = [
      new NStepSarsa(CliffWalking, { multiStep: 1, seed: 5 }),
      new Sarsa(CliffWalking, { seed: 5 }),
    ];
    for (const agent of [one, sarsa]) await learn(agent, 3000);
    expect(one.q).toEqual(sarsa.q);
    expect(await one.curveHash()).toBe(await sarsa.curveHash());
  });
});

describe("SARSA(λ)", () => {
  const settings = { learningRate: 0.5, discount: 0.95, seed: 3 };

  it.each([
    ["replacing", 15],
    ["accumulating", 15],
    ["dutch", 9],
  ] as const)("with %s traces and λ = 0 is one-step SARSA where every state has its tile", async (traces, digits) => {
    const linear = new SarsaLambda(CliffWalking, { ...settings, traces, traceDecay: 0 });
    const table = new Sarsa(CliffWalking, settings);
    for (const agent of [linear, table]) await learn(agent, 3000);
    const states = table.q.length / 4;
    for (const [at, weight] of linear.weights.entries()) {
      const value = table.q[(at % states) * 4 + Math.floor(at / states)];
      if (digits === 15) expect(weight).toBe(value);
      else expect(weight).toBeCloseTo(value, digits);
    }
  });

  /** Weights after one episode of the chain, and those of Monte Carlo that moves by αₜ(Gₜ − w·xₜ)·xₜ, from the last weights or from the first. */
  const afterOneEpisode = async (traces: "accumulating" | "dutch", learningRate: number, online: boolean) => {
    const tiling = { tilings: 4, tiles: [3, 2], reach: 1 };
    const agent = new SarsaLambda(continuousChain, {
      ...tiling,
      traces,
      traceDecay: 1,
      discount: 0.9,
      initialValue: 0.4,
      learningRate,
    });
    const first = agent.weights.slice();
    await learn(agent, 6);
    const coder = new TileCoder("test", continuousChain, tiling);
    const weights = first.slice();
    const tiles = new Int32Array(4);
    for (const [t, target] of discountedReturns(rewards, [0, 0, 0, 0, 0, 1], 0.9).entries()) {
      const observation = new Float32Array(2);
      continuousChain.observe({ at: t }, observation);
      coder.write(observation, tiles);
      const value = tiles.reduce((sum, tile) => sum + (online ? weights : first)[tile], 0);
      for (const tile of tiles) weights[tile] += (learningRate / 4) * (target - value);
    }
    return { first, found: agent.weights, expected: weights };
  };

  it("with dutch traces and λ = 1 has made of an episode exactly what linear Monte Carlo makes of it", async () => {
    const { first, found, expected } = await afterOneEpisode("dutch", 0.7, true);
    expect(found).not.toEqual(first);
    for (const [at, weight] of found.entries()) expect(weight).toBeCloseTo(expected[at], 12);
  });

  it("with accumulating traces and λ = 1 moves as Monte Carlo does offline, as the step size goes to 0", async () => {
    const rate = 1e-6;
    const { first, found, expected } = await afterOneEpisode("accumulating", rate, false);
    for (const [at, weight] of found.entries())
      expect((weight - first[at]) / rate).toBeCloseTo((expected[at] - first[at]) / rate, 3);
  });
});

describe("tiles", () => {
  const tiling = { tilings: 8, tiles: [4], reach: 2 };
  const plane = chain(box([2], { low: [0, -Infinity], high: [1, Infinity] }), () => {});
  const coder = new TileCoder("test", plane, tiling);
  const tilesAt = (x: number, y: number): Set<number> => {
    const out = new Int32Array(8);
    coder.write([x, y], out);
    return new Set(out);
  };

  it("are one of each grid, all within the table, whatever is observed", () => {
    const random = createRandom(1);
    expect([coder.active, coder.size]).toEqual([8, 8 * 5 * 5]);
    for (let i = 0; i < 1000; i++) {
      const found = [...tilesAt(random.uniform() * 3 - 1, random.normal() * 100)];
      expect(found.map((tile) => Math.floor(tile / 25))).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
    }
  });

  it("are shared by observations the more, the closer these are, and not beyond a tile", () => {
    const shared = (distance: number): number => {
      const [here, there] = [tilesAt(0.3, 0.1), tilesAt(0.3 + distance * 0.25, 0.1)];
      return [...here].filter((tile) => there.has(tile)).length;
    };
    expect([0, 0.25, 0.5, 1].map(shared)).toEqual([8, 6, 4, 0]);
  });

  it("beyond the reach of an element without bounds are the outermost", () => {
    expect(tilesAt(0.5, 50)).toEqual(tilesAt(0.5, 2));
    expect(tilesAt(0.5, -1.99)).not.toEqual(tilesAt(0.5, 1.99));
  });

  it("that would be too many are refused", () => {
    const wide = { ...plane, observation: box([9], { low: 0, high: 1 }) };
    expect(findAlgorithm("sarsa-lambda").fits(wide)).toContain("more than 4194304: fewer tiles or tilings are needed");
    expect(() => new SarsaLambda(wide)).toThrow("9 elements of chain");
    expect(() => new SarsaLambda(plane, { tiles: [1, 2, 3] })).toThrow("expected one number, or 2 for the elements");
  });
});

describe("the number of a state", () => {
  const cut = { bins: [4], reach: 2 };
  const indexOf = (space: Space, bins = [4]) =>
    new StateIndex("test", { ...numberedChain, observation: space }, { bins, reach: 2 });

  it("is another for every hand of Blackjack, and below their count", () => {
    const index = new StateIndex("test", Blackjack as EnvironmentDefinition, cut);
    const found = new Set<number>();
    for (let sum = 0; sum < 32; sum++)
      for (let card = 0; card < 11; card++) for (const ace of [0, 1]) found.add(index.of([sum, card, ace]));
    expect([found.size, index.states, Math.max(...found)]).toEqual([704, 704, 703]);
  });

  it("counts from the start of a discrete space, and cuts boxes into intervals", () => {
    expect([-2, -1, 0].map((x) => indexOf(discrete(3, { start: -2 })).of([x]))).toEqual([0, 1, 2]);
    const line = indexOf(box([1], { low: 0, high: 1 }));
    expect([0, 0.24, 0.26, 0.99, 1].map((x) => line.of([x]))).toEqual([0, 0, 1, 3, 3]);
    const mixed = indexOf(tuple([discrete(3), box([1], { low: -Infinity, high: Infinity })]), [2]);
    expect([mixed.states, mixed.of([2, -9]), mixed.of([2, 0.1])]).toEqual([6, 4, 5]);
  });

  it("is refused where there are too many", () => {
    const pixels = { ...numberedChain, observation: box([84, 84], { low: 0, high: 255 }) };
    expect(needsStates("Q-learning", pixels, cut)).toBe(
      "Q-learning keeps a table of states; chain, its observations cut into intervals, has more than 4194304.",
    );
    expect(() => new QLearning(pixels)).toThrow("keeps a table of states");
  });
});

describe("value and policy iteration", () => {
  it.each([
    ["FrozenLake-v1", 100, 0.7442, 0.7402],
    ["FrozenLake8x8-v1", 200, 0.9132, 0.8857],
    ["Taxi-v4", 200, 7.93, 7.93],
    ["CliffWalking-v1", 200, -13, -13],
  ])("agree on %s: within %i steps %f with a clock, %f without", async (id, horizon, timeAware, stationary) => {
    const environment = registry.definition(id);
    const table = environment.table!();
    expect(optimalValue(table, horizon)).toBeCloseTo(timeAware, 4);
    const [first, second] = [new ValueIteration(environment), new PolicyIteration(environment)];
    for (const agent of [first, second]) {
      await learn(agent, 2000);
      expect(policyValue(table, greedyPolicy(agent.q, agent.actions), horizon)).toBeCloseTo(stationary, 4);
    }
    for (const [at, value] of first.q.entries()) expect(second.q[at]).toBeCloseTo(value, 6);
  });

  it("after k sweeps knows the best return within k steps", async () => {
    const agent = new ValueIteration(FrozenLake, { discount: 0.999999 });
    for (const sweeps of [0, 10, 50, 100]) {
      await learn(agent, sweeps - agent.steps);
      const value = agent.inspect(Float32Array.of(0)).value;
      expect(value).toBeCloseTo(optimalValue(FrozenLake.table!(), sweeps), 3);
    }
  });

  it.each([ValueIteration, PolicyIteration])("stand still at last, and wake for another discount", async (Planner) => {
    const agent = new Planner(FrozenLake, { seed: 1 });
    const updates = async (): Promise<number> =>
      (await learn(agent, 1500)).filter(({ type }) => type === "update").length;
    expect(await updates()).toBeGreaterThan(2);
    expect(await updates()).toBe(0);
    const before = agent.q.slice();
    agent.setOption("discount", 0.5);
    expect(await updates()).toBeGreaterThan(2);
    expect(agent.q).not.toEqual(before);
  });

  it.each([ValueIteration, PolicyIteration])(
    "refuse values that are not finite, naming state and action; nothing is written",
    async (Planner) => {
      const table = FrozenLake.table!();
      const rows = table.rows.map((choices, state) =>
        state === 6 ? choices.map(() => [[1, 6, 1e308, false]]) : choices,
      );
      const agent = new Planner({ ...FrozenLake, table: () => ({ ...table, rows }) } as EnvironmentDefinition);
      await expect(learn(agent, 10)).rejects.toThrow(
        new RegExp(
          `${agent.algorithm}, step \\d: the value of state \\d+, action \\d is Infinity; nothing was written`,
        ),
      );
      expect([...agent.q].every(Number.isFinite)).toBe(true);
    },
  );
});

describe("Monte Carlo control", () => {
  it("counts the first visit of an episode, and no other", async () => {
    const twice = { ...numberedChain, observe: (_: unknown, out: Float32Array) => void out.fill(0) };
    const agent = new MonteCarlo(twice, {});
    await learn(agent, 6);
    expect(agent.q[0]).toBe(rewards.reduce((sum, reward) => sum + reward, 0));
  });

  it("estimates the values of a policy of chance as the model has them", async () => {
    // Always at random: the values are those of the equiprobable policy, averaged over 20 000 episodes.
    const lake = registry.definition("FrozenLake-v1", { desc: ["SF", "HG"] });
    const table = lake.table!();
    let values = new Float64Array(4);
    const actionValue = (state: number, action: number): number =>
      table.rows[state][action].reduce(
        (sum, [p, next, reward, ended]) => sum + p * (reward + (ended ? 0 : values[next])),
        0,
      );
    for (let k = 0; k < 1000; k++)
      values = Float64Array.from(values, (_, s) => [0, 1, 2, 3].reduce((sum, a) => sum + actionValue(s, a) / 4, 0));
    const agent = new MonteCarlo(lake, { explorationStart: 1, explorationEnd: 1, seed: 1 });
    let episodes = 0;
    for await (const _ of agent.train({ steps: 1e6 })) if (++episodes === 20_000) break;
    // Every return is 0 or 1 and every pair has more than 4000: five standard errors are below 0.04.
    for (const state of [0, 1])
      for (const action of [0, 1, 2, 3])
        expect(Math.abs(agent.q[4 * state + action] - actionValue(state, action))).toBeLessThan(0.04);
  });

  it("begins with any action under exploring starts, and else with the best", async () => {
    const firstActions = async (exploringStarts: boolean): Promise<number> => {
      const options = { exploringStarts, explorationStart: 0, explorationEnd: 0, initialValue: -1, seed: 1 };
      const agent = new MonteCarlo(oneStepOf(4), options);
      const seen = new Set<unknown>();
      for await (const event of agent.train({ steps: 100, every: "step" }))
        if (event.type === "step") seen.add(event.action);
      return seen.size;
    };
    expect([await firstActions(true), await firstActions(false)]).toEqual([4, 1]);
  });

  /** One step, any of several actions, a reward of 1. */
  const oneStepOf = (actions: number): EnvironmentDefinition => ({ ...oneStep(true), action: discrete(actions) });
});

describe("Dyna-Q", () => {
  it("with no planning steps is Q-learning, bit for bit", async () => {
    const [dyna, plain] = [
      new DynaQ(CliffWalking, { planningSteps: 0, seed: 2 }),
      new QLearning(CliffWalking, { seed: 2 }),
    ];
    for (const agent of [dyna, plain]) await learn(agent, 3000);
    expect(dyna.q).toEqual(plain.q);
    expect(await dyna.curveHash()).toBe(await plain.curveHash());
  });

  it("needs fewer steps in the maze, the more it plans", async () => {
    const stepsForTenEpisodes = async (planningSteps: number, seed: number): Promise<number> => {
      const agent = new DynaQ(GridWorld, { planningSteps, learningRate: 0.1, discount: 0.95, seed });
      for await (const { episode, step } of agent.train({ steps: 1e5 })) if (episode === 10) return step;
      return Infinity;
    };
    for (const seed of [1, 2, 3, 4, 5]) {
      const [none, few, many] = await Promise.all([0, 5, 50].map((n) => stepsForTenEpisodes(n, seed)));
      expect(few, `seed ${seed}`).toBeLessThan(none);
      expect(many, `seed ${seed}`).toBeLessThan(few);
    }
  });

  it("imagines what it met, as often as it met it", () => {
    const model = new OutcomeCounts();
    const outcome = (next: number) => ({ reward: 0, next, terminated: false });
    for (const next of [1, 2, 2, 2]) model.add(7, outcome(next));
    model.add(8, outcome(5));
    const copy = new OutcomeCounts();
    copy.load(JSON.parse(JSON.stringify(model.save().data)));
    const random = createRandom(0);
    const counts: Record<string, number> = {};
    for (let i = 0; i < 8000; i++) {
      const drawn = copy.draw(random);
      const key = `${drawn.pair} → ${drawn.outcome.next}`;
      counts[key] = (counts[key] ?? 0) + 1;
    }
    expect(Object.keys(counts).sort()).toEqual(["7 → 1", "7 → 2", "8 → 5"]);
    // 1000 of 8000: five standard deviations are 148.
    expect(Math.abs(counts["7 → 1"] - 1000)).toBeLessThan(148);
    expect(Math.abs(counts["8 → 5"] - 4000)).toBeLessThan(224);
  });
});
