import { numpyGenerator } from "@agon/random";
import { describe, expect, test } from "vitest";
import { box } from "./box.ts";
import { defineEnvironment } from "./define.ts";
import { discrete } from "./discrete.ts";
import type { VectorEnvironment } from "./environment.ts";
import { NonFiniteError } from "./errors.ts";
import { make, makeVector } from "./make.ts";

/** A random walk on 0 … 6 that ends at either side, with a batch form. */
const walkRules = {
  id: "walk",
  observation: box([2], { low: [0, 0], high: [6, 1] }),
  action: discrete(["left", "right"]),
  maxSteps: 12,
  reset: (random: { uniform(): number }) => ({ place: 3, mood: random.uniform() }),
  step({ place }: { place: number; mood: number }, action: number, random: { uniform(): number }) {
    const mood = random.uniform();
    const next = place + (action === 1 ? 1 : -1) * (mood < 0.2 ? -1 : 1);
    return { state: { place: next, mood }, reward: next === 6 ? 1 : 0, terminated: next === 0 || next === 6 };
  },
  observe({ place, mood }: { place: number; mood: number }, out: Float32Array) {
    out[0] = place;
    out[1] = mood;
  },
};
const Walk = defineEnvironment(walkRules);
const BatchWalk = defineEnvironment({
  ...walkRules,
  batch: {
    stateSize: 2,
    write: ({ place, mood }, states, lane) => states.set([place, mood], 2 * lane),
    read: (states, lane) => ({ place: states[2 * lane], mood: states[2 * lane + 1] }),
    reset(states, lane, random) {
      states.set([3, random.uniform()], 2 * lane);
    },
    step(states, actions, rewards, terminated, randoms, first, last) {
      for (let lane = first; lane < last; lane++) {
        const mood = randoms[lane].uniform();
        const place = states[2 * lane] + (actions[lane] === 1 ? 1 : -1) * (mood < 0.2 ? -1 : 1);
        states.set([place, mood], 2 * lane);
        rewards[lane] = place === 6 ? 1 : 0;
        terminated[lane] = place === 0 || place === 6 ? 1 : 0;
      }
    },
    observe(states, observations, first, last) {
      observations.set(states.subarray(2 * first, 2 * last), 2 * first);
    },
  },
});

const COUNT = 5;

const rowOf = (values: Float32Array, lane: number): number[] => [...values.subarray(2 * lane, 2 * lane + 2)];

/** Actions for each step, the same for every test. */
function tape(steps: number): Int32Array[] {
  const random = numpyGenerator(99);
  return Array.from({ length: steps }, () => Int32Array.from({ length: COUNT }, () => random.integer(2)));
}

const everything = (vector: VectorEnvironment) => ({
  observations: [...vector.observations],
  rewards: [...vector.rewards],
  terminated: [...vector.terminated],
  truncated: [...vector.truncated],
  started: [...vector.started],
  finalObservations: [...vector.finalObservations],
  ended: Array.from({ length: vector.count }, (_, lane) =>
    vector.terminated[lane] | vector.truncated[lane] ? [vector.episodeReturns[lane], vector.episodeLengths[lane]] : [],
  ),
});

describe.each([
  ["plain rules", Walk],
  ["batch rules", BatchWalk],
] as const)("a vector environment on %s", (_, definition) => {
  test("next-step: each lane is a single environment seeded seed + lane, restarted one step after its end", () => {
    const vector = makeVector(definition, COUNT);
    const singles = Array.from({ length: COUNT }, () => make(Walk));
    expect(vector.autoreset).toBe("next-step");
    vector.reset({ seed: 40 });
    for (const [lane, single] of singles.entries()) {
      expect(rowOf(vector.observations, lane)).toEqual([...single.reset({ seed: 40 + lane }).observation]);
    }
    let restarts = 0;
    for (const actions of tape(200)) {
      vector.step(actions);
      for (const [lane, single] of singles.entries()) {
        if (single.terminated || single.truncated) {
          restarts++;
          expect(rowOf(vector.observations, lane)).toEqual([...single.reset().observation]);
          expect([vector.rewards[lane], vector.terminated[lane], vector.truncated[lane], vector.started[lane]]).toEqual(
            [0, 0, 0, 1],
          );
          continue;
        }
        const { observation, reward, terminated, truncated } = single.step(actions[lane]);
        expect(rowOf(vector.observations, lane)).toEqual([...observation]);
        expect([vector.rewards[lane], vector.terminated[lane], vector.truncated[lane], vector.started[lane]]).toEqual([
          reward,
          +terminated,
          +truncated,
          0,
        ]);
        expect(vector.state(lane)).toEqual(single.state);
        if (!terminated && !truncated) continue;
        expect([vector.episodeReturns[lane], vector.episodeLengths[lane]]).toEqual([
          single.episodeReturn,
          single.episodeLength,
        ]);
      }
    }
    expect(restarts).toBeGreaterThan(50);
  });

  test("same-step: the last observation is kept, and the new episode's first one stands in its place", () => {
    const vector = makeVector(definition, COUNT, { autoreset: "same-step" });
    const singles = Array.from({ length: COUNT }, () => make(Walk));
    vector.reset({ seed: 4 });
    for (const [lane, single] of singles.entries()) single.reset({ seed: 4 + lane });
    for (const actions of tape(200)) {
      vector.step(actions);
      for (const [lane, single] of singles.entries()) {
        const { observation, reward, terminated, truncated } = single.step(actions[lane]);
        expect([vector.rewards[lane], vector.terminated[lane], vector.truncated[lane]]).toEqual([
          reward,
          +terminated,
          +truncated,
        ]);
        if (terminated || truncated) {
          expect(rowOf(vector.finalObservations, lane)).toEqual([...observation]);
          expect([vector.episodeReturns[lane], vector.episodeLengths[lane]]).toEqual([
            single.episodeReturn,
            single.episodeLength,
          ]);
          expect(rowOf(vector.observations, lane)).toEqual([...single.reset().observation]);
        } else expect(rowOf(vector.observations, lane)).toEqual([...observation]);
      }
    }
  });

  test("disabled: lanes that have ended must be reset by mask, and only those are", () => {
    const vector = makeVector(definition, COUNT, { autoreset: "disabled" });
    expect(() => vector.reset({ mask: [1, 0, 0, 0, 0] })).toThrow("the first reset must be of all lanes");
    vector.reset({ seed: 1 });
    const actions = tape(40);
    let k = 0;
    while (!vector.terminated.includes(1) && !vector.truncated.includes(1)) vector.step(actions[k++]);
    expect(() => vector.step(actions[k])).toThrow(/the episodes of lanes .* are over; call reset\(\{ mask \}\)/);
    const mask = vector.terminated.map((flag, lane) => flag | vector.truncated[lane]);
    const before = Array.from({ length: COUNT }, (_, lane) => vector.state(lane));
    vector.reset({ mask });
    for (let lane = 0; lane < COUNT; lane++) {
      if (mask[lane]) expect(vector.state(lane)).toMatchObject({ place: 3 });
      else expect(vector.state(lane)).toEqual(before[lane]);
    }
    vector.step(actions[k]);
    expect(() => vector.reset({ mask: [1] })).toThrow("the reset mask has 1 flags for 5 lanes");
  });

  test.each(["next-step", "same-step"] as const)(
    "%s: a snapshot goes on exactly, also in another instance and through JSON",
    (autoreset) => {
      const vector = makeVector(definition, COUNT, { autoreset });
      vector.reset({ seed: 21 });
      const actions = tape(120);
      for (const row of actions.slice(0, 33)) vector.step(row);
      const snapshot = JSON.parse(JSON.stringify(vector.snapshot()));
      const observed = [...vector.observations];
      const play = (target: VectorEnvironment) =>
        actions.slice(33).map((row) => {
          target.step(row);
          const { finalObservations: _, ...rest } = everything(target);
          return rest;
        });
      const rest = play(vector);
      for (const target of [vector, makeVector(definition, COUNT, { autoreset })]) {
        target.restore(snapshot);
        expect([...target.observations]).toEqual(observed);
        expect(play(target)).toEqual(rest);
      }
    },
  );

  test("refuses to step before a reset, with wrong actions, or after close", () => {
    const vector = makeVector(definition, COUNT);
    expect(() => vector.step(new Int32Array(COUNT))).toThrow("walk: step before the first reset()");
    vector.reset();
    expect(() => vector.step(new Int32Array(4))).toThrow("4 action elements for 5 lanes of Discrete(2)");
    expect(() => vector.step(Int32Array.of(0, 1, 2, 0, 0))).toThrow("action 2 of lane 2 does not fit Discrete(2)");
    expect(() => vector.step(Int32Array.of(0, -1, 0, 0, 0))).toThrow("action -1 of lane 1 does not fit");
    expect(() => vector.step(new Float32Array(COUNT))).toThrow("come as an Int32Array");
    vector.close();
    expect(() => vector.step(new Int32Array(COUNT))).toThrow("step after close()");
  });

  test("the same seed gives the same lanes; without one the streams go on", () => {
    const [a, b] = [makeVector(definition, COUNT), makeVector(definition, COUNT)];
    const first = [...a.reset({ seed: 3 })];
    expect([...b.reset({ seed: 3 })]).toEqual(first);
    expect([...a.reset()]).not.toEqual(first);
    expect([...a.reset({ seed: 3 })]).toEqual(first);
    expect([...b.reset()]).toEqual([...a.reset()]);
  });
});

test("batch and plain rules give the same arrays in every mode", () => {
  for (const autoreset of ["next-step", "same-step"] as const) {
    const [plain, batch] = [makeVector(Walk, COUNT, { autoreset }), makeVector(BatchWalk, COUNT, { autoreset })];
    plain.reset({ seed: 0 });
    batch.reset({ seed: 0 });
    for (const actions of tape(300)) {
      plain.step(actions);
      batch.step(actions);
      expect(everything(batch)).toEqual(everything(plain));
    }
  }
});

test("a box action reaches each lane as a vector of its own", () => {
  const Slider = defineEnvironment({
    id: "slider",
    observation: box([2], { low: -10, high: 10 }),
    action: box([2], { low: -1, high: 1 }),
    reset: () => [0, 0],
    step: ([x, y], push) => ({ state: [x + push[0], y + push[1]], reward: push.length, terminated: false }),
    observe(state, out) {
      out.set(state);
    },
  });
  const vector = makeVector(Slider, 2);
  vector.reset();
  vector.step(Float32Array.of(1, 2, 3, 4));
  vector.step(Float32Array.of(1, 2, 3, 4));
  expect([...vector.observations]).toEqual([2, 4, 6, 8]);
  expect([...vector.rewards]).toEqual([2, 2]);
  expect(() => vector.step(Float32Array.of(1, Number.NaN, 3, 4))).toThrow(
    "was given an action of NaN at step 3 of lane 0",
  );
});

test.each([
  ["reward", Number.NaN],
  ["reward", -Infinity],
  ["observation", Number.NaN],
  ["observation", Infinity],
] as const)("a %s of %d in one lane stops the step, naming lane and step", (what, value) => {
  const Faulty = defineEnvironment({
    id: "faulty",
    observation: box([2], { low: 0, high: 100 }),
    action: discrete(2),
    reset: () => 0,
    step(count, action) {
      const broken = action === 1 && what === "reward";
      return { state: action === 1 && !broken ? -1 : count + 1, reward: broken ? value : 1e308, terminated: false };
    },
    observe(count, out) {
      out[0] = 0;
      out[1] = count < 0 ? value : count;
    },
  });
  const vector = makeVector(Faulty, 4);
  vector.reset();
  vector.step(Int32Array.of(0, 0, 0, 0)); // large finite rewards overflow only their sum
  try {
    vector.step(Int32Array.of(0, 0, 1, 0));
    expect.unreachable();
  } catch (error) {
    expect(error).toBeInstanceOf(NonFiniteError);
    expect(error).toMatchObject({ environment: "faulty", step: 2, what, value, lane: 2 });
  }
});

test("makeVector says what is wrong with its arguments", () => {
  expect(() => makeVector(Walk, 0)).toThrow("count must be a positive whole number of lanes; got 0");
  expect(() => makeVector(Walk, 2, { autoreset: "later" as "disabled" })).toThrow(
    'autoreset must be one of "next-step", "same-step", "disabled"; got "later"',
  );
});
