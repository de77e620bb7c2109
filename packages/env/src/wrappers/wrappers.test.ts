import { describe, expect, test } from "vitest";
import { box } from "../box.ts";
import { checkEnvironment } from "../check-environment.ts";
import { dict, tuple } from "../composite.ts";
import { defineEnvironment } from "../define.ts";
import { recordDrawing } from "../drawing.ts";
import { discrete } from "../discrete.ts";
import type { BatchRules, EnvironmentDefinition } from "../environment.ts";
import { readFlat } from "../flat.ts";
import { make, makeVector } from "../make.ts";
import { multiBinary } from "../multi-binary.ts";
import { multiDiscrete } from "../multi-discrete.ts";
import { clipAction, rescaleAction, transformAction } from "./actions.ts";
import { frameStackObservation, timeAwareObservation } from "./episode-memory.ts";
import { normalizeObservation, normalizeReward } from "./normalize.ts";
import { discretizeObservation, flattenObservation, transformObservation } from "./observations.ts";
import { recordEpisodeStatistics } from "./record-episode-statistics.ts";
import { renderCollection } from "./render-collection.ts";
import { clipReward, transformReward } from "./rewards.ts";
import { timeLimit } from "./time-limit.ts";

/** A point on a line, [position, last action]; pushed by [−2, 4]; ends beyond ±10. */
const Drift: EnvironmentDefinition<number[]> = defineEnvironment({
  id: "Drift-v0",
  observation: box([2], { low: [-20, -2], high: [20, 4] }),
  action: box([1], { low: -2, high: 4 }),
  maxSteps: 12,
  rewardThreshold: 5,
  reset: (random) => [random.uniform(-5, 5), 0],
  step([position], [action], random) {
    const push = Math.min(Math.max(action, -2), 4);
    const next = position + push + random.uniform(-0.1, 0.1);
    return { state: [next, push], reward: 3 * next, terminated: Math.abs(next) > 10 };
  },
  observe([position, push], out) {
    out[0] = position;
    out[1] = push;
  },
  info: ([position]) => ({ position }),
  draw: ([position], canvas) => canvas.circle(position, 0, 1, "agent"),
  batch: {
    stateSize: 2,
    write: (state, states, lane) => states.set(state, 2 * lane),
    read: (states, lane) => Array.from(states.subarray(2 * lane, 2 * lane + 2)),
    reset(states, lane, random) {
      states[2 * lane] = random.uniform(-5, 5);
      states[2 * lane + 1] = 0;
    },
    step(states, actions, rewards, terminated, randoms, first, last) {
      for (let lane = first; lane < last; lane++) {
        const push = Math.min(Math.max(actions[lane], -2), 4);
        const next = states[2 * lane] + push + randoms[lane].uniform(-0.1, 0.1);
        states[2 * lane] = next;
        states[2 * lane + 1] = push;
        rewards[lane] = 3 * next;
        terminated[lane] = Math.abs(next) > 10 ? 1 : 0;
      }
    },
    observe: (states, out, first, last) => out.set(states.subarray(2 * first, 2 * last), 2 * first),
  } satisfies BatchRules<number[]>,
});

const wrappers = {
  ClipAction: clipAction(Drift),
  RescaleAction: rescaleAction(Drift),
  TransformAction: transformAction(Drift, (choice) => Float32Array.of(choice === 0 ? -2 : 4), discrete(2)),
  ClipReward: clipReward(Drift),
  TransformReward: transformReward(Drift, (reward) => reward / 3),
  TransformObservation: transformObservation(
    Drift,
    ([position], out) => out.fill(position / 20),
    box([1], { low: -1, high: 1 }),
  ),
  FlattenObservation: flattenObservation(Drift),
  DiscretizeObservation: discretizeObservation(Drift, { bins: [8, 3] }),
  TimeAwareObservation: timeAwareObservation(Drift),
  FrameStackObservation: frameStackObservation(Drift, { size: 3, padding: "zero" }),
};

describe.each(Object.entries(wrappers))("%s", (name, definition) => {
  test("keeps every promise, in batches too, under a name of its own", () => {
    const remarks = checkEnvironment(definition as EnvironmentDefinition);
    expect(remarks.steps).toBeGreaterThan(20);
    expect(definition.id).toBe(`${name}<Drift-v0>`);
  });

  test("keeps info and picture", () => {
    const environment = make(definition as EnvironmentDefinition);
    const { position } = environment.reset({ seed: 1 }).info;
    expect(position).toBe(make(Drift).reset({ seed: 1 }).info.position);
    expect(renderCollection(environment)).toBeDefined();
  });
});

describe("actions", () => {
  const pushed = (definition: EnvironmentDefinition<number[]>, action: number): number => {
    const environment = make(definition);
    environment.reset({ seed: 0 });
    return environment.step(Float32Array.of(action)).observation[1];
  };

  test("are clipped into the box, rescaled over it", () => {
    expect([-9, 1, 9].map((action) => pushed(clipAction(Drift), action))).toEqual([-2, 1, 4]);
    expect([-1, 0, 1].map((action) => pushed(rescaleAction(Drift), action))).toEqual([-2, 1, 4]);
    expect([0, 5, 10].map((action) => pushed(rescaleAction(Drift, { low: 0, high: 10 }), action))).toEqual([-2, 1, 4]);
    expect(clipAction(Drift).action.contains([1e9])).toBe(true);
  });

  test("that are no box, or have no bounds, are refused", () => {
    const Switch = { ...Drift, action: discrete(2), batch: undefined } as unknown as typeof Drift;
    expect(() => clipAction(Switch)).toThrow("clipAction: actions of Drift-v0 are Discrete(2); expected a box.");
    expect(() => rescaleAction(clipAction(Drift))).toThrow("must have finite bounds");
  });
});

describe("rewards", () => {
  test("are clipped, or changed; the threshold of old is dropped", () => {
    const environment = make(clipReward(Drift, { low: -0.5, high: 2 }));
    environment.reset({ seed: 3 });
    const rewards = Array.from({ length: 3 }, () => environment.step(Float32Array.of(4)).reward);
    expect([rewards[0], rewards[2]]).toEqual([-0.5, 2]); // from −4.1 to the right, three times the position
    expect(environment.definition.rewardThreshold).toBeUndefined();
    expect(() => clipReward(Drift, { low: 1, high: 0 })).toThrow("low ≤ high");
  });

  test("of a table change with those of the steps", () => {
    const Table: EnvironmentDefinition<number> = {
      id: "table",
      observation: discrete(1),
      action: discrete(1),
      maxSteps: 3,
      reset: () => 0,
      step: () => ({ state: 0, reward: -10, terminated: false }),
      observe: (_, out) => out.fill(0),
      table: () => ({ states: 1, actions: 1, rows: [[[[1, 0, -10, false]]]], initial: Float64Array.of(1) }),
    };
    checkEnvironment(clipReward(Table));
    expect(clipReward(Table).table?.().rows[0][0][0][2]).toBe(-1);
  });
});

describe("observations", () => {
  test("are flattened part by part, discrete values as one 1 among 0", () => {
    const space = tuple([
      discrete(3, { start: 2 }),
      dict({ a: box([2], { low: 0, high: 9 }), b: multiDiscrete([2, 2]) }),
      multiBinary([2]),
    ]);
    const Composite: EnvironmentDefinition<number> = {
      id: "composite",
      observation: space,
      action: discrete(2),
      maxSteps: 5,
      reset: (random) => random.integer(2),
      step: (_, action) => ({ state: action as number, reward: 0, terminated: false }),
      observe: (state, out) => out.set([4, 5, 6, state, 1, 0, 1]),
    };
    checkEnvironment(Composite);
    checkEnvironment(flattenObservation(Composite));
    const out = new Float32Array(11);
    flattenObservation(Composite).observe(0, out);
    expect([...out]).toEqual([0, 0, 1, 5, 6, 1, 0, 0, 1, 0, 1]);
    const flat = new Float32Array(7);
    Composite.observe(1, flat);
    expect(readFlat(space, flat)).toEqual([
      4,
      { a: Float32Array.of(5, 6), b: Int32Array.of(1, 1) },
      Uint8Array.of(0, 1),
    ]);
    expect(() => readFlat(space, [1])).toThrow("1 elements for Tuple(");
  });

  test("fall into equal intervals, numbered row by row", () => {
    const seen = (state: number[], options: object): number[] => {
      const definition = discretizeObservation(Drift, options);
      const out = new Float32Array(definition.observation.size);
      definition.observe(state, out);
      return [...out];
    };
    expect(seen([-20, -2], { bins: [4, 3] })).toEqual([0]);
    expect(seen([20, 4], { bins: [4, 3] })).toEqual([11]);
    expect(seen([1, 1], { bins: [4, 3] })).toEqual([2 * 3 + 1]);
    expect(seen([1, 1], { bins: [4, 3], multiDiscrete: true })).toEqual([2, 1]);
    expect(seen([50, 0], { bins: 2, low: [-1, -1], high: [1, 1] })).toEqual([3]);
    expect(() => discretizeObservation(Drift, { bins: [4] })).toThrow("or 2 of them");
    const Endless = { ...Drift, observation: box([2], { low: -Infinity, high: 1 }) };
    expect(() => discretizeObservation(Endless)).toThrow("pass low and high");
  });

  test("know the time", () => {
    const times = (options: object): number[] => {
      const environment = make(timeAwareObservation(Drift, options));
      const first = environment.reset({ seed: 0 }).observation[2];
      return [first, environment.step(Float32Array.of(0)).observation[2]];
    };
    expect(times({})).toEqual([0, 1]);
    expect(times({ normalizeTime: true })).toEqual([0, Math.fround(1 / 12)]);
    expect(timeAwareObservation(Drift, { flatten: false }).observation.kind).toBe("dict");
    checkEnvironment(timeAwareObservation(Drift, { flatten: false }));
    expect(() => timeAwareObservation({ ...Drift, maxSteps: undefined })).toThrow("has no time limit");
  });

  test("are stacked, oldest first, and begin anew with each episode", () => {
    const environment = make(frameStackObservation(Drift, { size: 3 }));
    const [a] = environment.reset({ seed: 0 }).observation;
    const second = environment.step(Float32Array.of(1)).observation;
    expect([second[0], second[2]]).toEqual([a, a]);
    const third = environment.step(Float32Array.of(1)).observation;
    expect(third.slice(0, 4)).toEqual(second.slice(2));
    const again = environment.reset().observation;
    expect(new Set([again[0], again[2], again[4]]).size).toBe(1);
    expect(environment.observationSpace.shape).toEqual([3, 2]);
  });
});

/** Mean and variance of columns by their definition, with Gymnasium's 10⁻⁴ of a first vector of mean 0 and variance 1. */
function momentsOf(values: readonly number[]): { mean: number; variance: number } {
  const count = values.length + 1e-4;
  const mean = values.reduce((sum, value) => sum + value, 0) / count;
  const squares = values.reduce((sum, value) => sum + value * value, 0) + 1e-4;
  return { mean, variance: squares / count - mean * mean };
}

describe("normalizeObservation", () => {
  test("scales by the moments of all that was observed, over one environment and over many", () => {
    const raw = make(Drift);
    const scaled = normalizeObservation(make(Drift));
    const seen: number[] = [raw.reset({ seed: 4 }).observation[0]];
    scaled.reset({ seed: 4 });
    for (let step = 0; step < 6; step++) {
      seen.push(raw.step(Float32Array.of(0.5)).observation[0]);
      const { observation } = scaled.step(Float32Array.of(0.5));
      const { mean, variance } = momentsOf(seen);
      expect(observation[0]).toBeCloseTo(((seen.at(-1) as number) - mean) / Math.sqrt(variance + 1e-8), 4);
    }
    expect(scaled.statistics.count).toBeCloseTo(7, 3);

    const vector = normalizeObservation(makeVector(Drift, 4, { autoreset: "same-step" }));
    vector.reset({ seed: 0 });
    for (let step = 0; step < 30; step++) vector.step(Float32Array.of(1, -1, 2, 0));
    expect(vector.statistics.count).toBeCloseTo(31 * 4, 3);
    expect(vector.observations.every((value) => Math.abs(value) < 6)).toBe(true);
    expect(vector.singleObservationSpace.contains([1e9, -1e9])).toBe(true);
  });

  test("can be frozen, saved and gone on with", () => {
    const training = normalizeObservation(make(Drift));
    training.reset({ seed: 1 });
    training.step(Float32Array.of(1));
    training.statistics.frozen = true;
    const saved = JSON.stringify(training.statistics);
    training.step(Float32Array.of(1));
    expect(JSON.stringify(training.statistics)).toBe(saved);

    const evaluation = normalizeObservation(make(Drift));
    evaluation.statistics.restore(JSON.parse(saved));
    evaluation.statistics.frozen = true;
    evaluation.reset({ seed: 1 });
    training.reset({ seed: 1 });
    const action = Float32Array.of(1);
    expect(evaluation.step(action).observation).toEqual(training.step(action).observation);
    expect(() => evaluation.statistics.restore({ count: 1, mean: [0], variance: [1] })).toThrow("1 elements");
    expect(() => normalizeObservation(make(discretizeObservation(Drift)))).toThrow("flattenObservation first");
  });
});

describe("normalizeReward", () => {
  test("scales by the deviation of discounted returns and leaves the scores alone", () => {
    const raw = make(Drift);
    const scaled = normalizeReward(make(Drift), { gamma: 0.9 });
    raw.reset({ seed: 4 });
    scaled.reset({ seed: 4 });
    const returns: number[] = [];
    for (let step = 0; step < 6; step++) {
      const { reward, terminated } = raw.step(Float32Array.of(0.1));
      returns.push((returns.at(-1) ?? 0) * 0.9 * (terminated ? 0 : 1) + reward);
      const unit = Math.sqrt(momentsOf(returns).variance + 1e-8);
      expect(scaled.step(Float32Array.of(0.1)).reward).toBeCloseTo(reward / unit, 6);
    }
    expect(scaled.episodeReturn).toBe(raw.episodeReturn);
    expect(() => normalizeReward(raw, { gamma: 2 })).toThrow("gamma must be from 0 to 1");
  });

  test.each(["next-step", "same-step"] as const)(
    "over many with %s: a lane's return begins anew with its episode",
    (autoreset) => {
      const vector = normalizeReward(makeVector(Drift, 2, { autoreset }), { gamma: 1 });
      vector.reset({ seed: 0 });
      const actions = Float32Array.of(0, 0);
      for (let step = 0; step < 12; step++) vector.step(actions);
      expect(vector.truncated[0]).toBe(1);
      if (autoreset === "next-step") vector.step(actions);
      const saved = JSON.parse(JSON.stringify(vector.statistics));
      vector.step(actions);
      const other = normalizeReward(makeVector(Drift, 2));
      other.statistics.restore(saved);
      expect(other.statistics.toJSON()).toEqual(saved);
      vector.statistics.frozen = true;
      const before = vector.statistics.moments.count;
      vector.step(actions);
      expect(vector.statistics.moments.count).toBe(before);
      if (autoreset === "same-step") expect(saved.returns).toEqual([0, 0]);
      expect(() => other.statistics.restore({ ...saved, returns: [1] })).toThrow("1 lanes for 2");
    },
  );
});

describe("recordEpisodeStatistics", () => {
  test("keeps the last episodes of one environment, with times where there is a clock", () => {
    let now = 0;
    const environment = recordEpisodeStatistics(make(Drift), { bufferLength: 2, clock: () => now });
    for (let episode = 0; episode < 3; episode++) {
      environment.reset({ seed: episode });
      now += 1.5;
      while (!environment.terminated && !environment.truncated)
        environment.stepInto(Float32Array.of(3), new Float32Array(2));
      expect(environment.returnQueue.at(-1)).toBe(environment.episodeReturn);
    }
    expect(environment.episodeCount).toBe(3);
    expect(environment.lengthQueue).toHaveLength(2);
    expect(environment.timeQueue).toEqual([1.5, 1.5]);
  });

  test.each(["next-step", "same-step"] as const)("keeps those of many with %s", (autoreset) => {
    const vector = recordEpisodeStatistics(makeVector(Drift, 3, { autoreset }));
    vector.reset({ seed: 0 });
    let ended = 0;
    for (let step = 0; step < 60; step++) {
      vector.step(Float32Array.of(0, 3, -2));
      for (let lane = 0; lane < 3; lane++) ended += vector.terminated[lane] | vector.truncated[lane];
    }
    expect(vector.episodeCount).toBe(ended);
    expect(vector.lengthQueue).toHaveLength(ended);
    expect(Math.max(...vector.lengthQueue)).toBe(12);
    expect(() => recordEpisodeStatistics(vector, { bufferLength: 0 })).toThrow("positive whole number");
  });
});

test("renderCollection gathers a picture at the reset and after each step, until it is taken", () => {
  const environment = renderCollection(recordEpisodeStatistics(make(Drift)));
  environment.reset({ seed: 0 });
  environment.step(Float32Array.of(0));
  expect(environment.render()).toHaveLength(2);
  expect(environment.render()).toHaveLength(0);
  environment.step(Float32Array.of(0));
  expect(environment.render()[0].shapes[0]).toMatchObject({ kind: "circle" });
  expect("returnQueue" in environment).toBe(true);
  expect(() => renderCollection(make({ ...Drift, draw: undefined }))).toThrow("has no draw()");
});

test("renderCollection gathers the pictures of all lanes of a vector", () => {
  const vector = renderCollection(recordEpisodeStatistics(makeVector(Drift, 3, { autoreset: "disabled" })), {
    popFrames: false,
  });
  vector.reset({ seed: 0 });
  vector.step(Float32Array.of(0, 1, 2));
  const [start, after] = vector.render();
  expect([start.length, after.length]).toEqual([3, 3]);
  expect(after[2]).toEqual(recordDrawing(Drift, vector.state(2)));
  expect(after[2]).not.toEqual(start[2]);
  expect(vector.render()).toHaveLength(2);
  vector.reset({ mask: [1, 0, 0] });
  expect(vector.render()).toHaveLength(3);
  vector.reset();
  expect(vector.render()).toHaveLength(1);
});

test("wrappers of definitions say so where they are given something that runs, or an id", () => {
  const given = [make(Drift), makeVector(Drift, 2), "Drift-v0", undefined] as unknown as (typeof Drift)[];
  for (const wrapper of [clipAction, rescaleAction, clipReward, flattenObservation, discretizeObservation])
    for (const wrong of given) expect(() => wrapper(wrong)).toThrow(`${wrapper.name}: expected a definition, got `);
  for (const wrong of given) {
    expect(() => timeAwareObservation(wrong)).toThrow("make(timeAwareObservation(definition))");
    expect(() => frameStackObservation(wrong, { size: 2 })).toThrow("frameStackObservation: expected a definition");
    expect(() => timeLimit(wrong, { maxSteps: 2 })).toThrow("timeLimit: expected a definition");
    expect(() => transformReward(wrong, (reward) => reward)).toThrow("transformReward: expected a definition");
    expect(() => transformAction(wrong, (action) => action, Drift.action)).toThrow("expected a definition");
    expect(() => transformObservation(wrong, () => {}, Drift.observation)).toThrow("expected a definition");
  }
});

test("timeLimit cuts episodes short, or never", () => {
  const length = (maxSteps: number | null): number => {
    const environment = make(
      timeLimit({ ...Drift, step: ([x]) => ({ state: [x, 0], reward: 0, terminated: false }) }, { maxSteps }),
    );
    environment.reset({ seed: 0 });
    while (!environment.truncated && environment.episodeLength < 50) environment.step(Float32Array.of(0));
    return environment.episodeLength;
  };
  expect([length(7), length(null)]).toEqual([7, 50]);
  checkEnvironment(timeLimit(Drift, { maxSteps: 7 }));
  expect(timeLimit(Drift, { maxSteps: 7 })).toMatchObject({ id: "Drift-v0", arguments: { maxSteps: 7 } });
  expect(() => timeLimit(Drift, { maxSteps: 0 })).toThrow("maxSteps must be a positive whole number");
});

test("wrappers nest, and the whole goes on exactly from a snapshot", () => {
  const nested = timeAwareObservation(frameStackObservation(rescaleAction(clipReward(Drift)), { size: 2 }));
  expect(nested.id).toBe("TimeAwareObservation<FrameStackObservation<RescaleAction<ClipReward<Drift-v0>>>>");
  checkEnvironment(nested);
});
