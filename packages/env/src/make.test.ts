import { describe, expect, test } from "vitest";
import { box } from "./box.ts";
import { defineEnvironment } from "./define.ts";
import { discrete } from "./discrete.ts";
import type { EnvironmentDefinition } from "./environment.ts";
import { NonFiniteError } from "./errors.ts";
import { make, makeVector } from "./make.ts";

const GOAL = 9;

const Corridor = defineEnvironment({
  id: "corridor",
  observation: box([1], { low: 0, high: 1 }),
  action: discrete(["left", "right"]),
  maxSteps: 30,
  reset: (random) => ({ position: random.integer(GOAL) }),
  step({ position }, action, random) {
    const wind = random.uniform() < 0.1 ? -1 : 0;
    position = Math.min(GOAL, Math.max(0, position + (action === 1 ? 1 : -1) + wind));
    const terminated = position === GOAL;
    return { state: { position }, reward: terminated ? 1 : -0.01, terminated };
  },
  observe({ position }, out) {
    out[0] = position / GOAL;
  },
});

/** Walks right until the episode is over. */
function walk(environment: ReturnType<typeof make>) {
  for (let steps = 1; ; steps++) {
    const result = environment.step(1);
    if (result.terminated || result.truncated) return { ...result, steps };
  }
}

describe("a running environment", () => {
  test("keeps the order of reset and step", () => {
    const environment = make(Corridor);
    expect(() => environment.step(0)).toThrow("corridor: step before the first reset()");
    expect(() => environment.snapshot()).toThrow("snapshot before the first reset()");
    environment.reset({ seed: 1 });
    walk(environment);
    expect(() => environment.step(0)).toThrow(/the episode terminated at step \d+; call reset\(\)/);
    environment.reset();
    environment.step(0);
    environment.close();
    environment.close();
    expect(() => environment.step(0)).toThrow("step after close()");
  });

  test("refuses actions outside the space and names them", () => {
    const environment = make(Corridor);
    environment.reset();
    for (const action of [2, -1, 0.5, Float32Array.of(1)]) {
      expect(() => environment.step(action)).toThrow("does not fit Discrete(2)");
    }
    expect(() => environment.step(Number.NaN)).toThrow('"corridor" was given an action of NaN at step 1');
    expect(environment.episodeLength).toBe(0);
  });

  test("names what arrived, and what it wants", () => {
    const environment = make(Corridor);
    const reset = environment.reset.bind(environment) as (...given: unknown[]) => unknown;
    expect(() => reset(7)).toThrow("corridor: reset takes { seed, options }, each if wanted; got 7.");
    expect(() => reset({ sede: 7 })).toThrow("got { sede: 7 }");
    for (const [seed, shown] of [
      ["7", '"7"'],
      [7n, "7n"],
      [null, "null"],
      [-1, "-1"],
      [0.5, "0.5"],
    ])
      expect(() => reset({ seed })).toThrow(`a seed is a whole number from 0 to 2⁵³ − 1; got ${shown}.`);
    environment.reset({ seed: 1 });
    const step = environment.step.bind(environment) as (action: unknown) => unknown;
    for (const [action, shown] of [
      ["0", '"0"'],
      [null, "null"],
      [true, "true"],
      [1n, "1n"],
      [[1], "[1]"],
    ])
      expect(() => step(action)).toThrow(`corridor: action ${shown} does not fit Discrete(2).`);
    for (const junk of [{}, null, 3] as unknown as ReturnType<typeof environment.snapshot>[])
      expect(() => environment.restore(junk)).toThrow("restore takes what snapshot() gave");
    for (const junk of [5, null, {}, "CartPole-v1"] as unknown as (typeof Corridor)[]) {
      expect(() => make(junk)).toThrow("make: expected a definition, got ");
      expect(() => makeVector(junk, 2)).toThrow("makeVector: expected a definition, got ");
    }
    const vector = makeVector(Corridor, 2);
    expect(() => vector.reset({ seed: "1" as unknown as number })).toThrow('got "1".');
    vector.reset({ seed: 1 });
    expect(() => vector.step(1 as unknown as Int32Array)).toThrow("an array with the actions of 2 lanes; got 1");
    expect(() => vector.reset({ options: {}, maks: [1, 0] } as object)).toThrow("reset takes { seed, mask, options }");
  });

  test("truncates at the time limit, and at the one asked for instead", () => {
    for (const [options, limit] of [
      [{}, 30],
      [{ maxSteps: 7 }, 7],
    ] as const) {
      const environment = make(Corridor, options);
      environment.reset({ seed: 0 });
      for (let step = 1; step < limit; step++) expect(environment.step(0).truncated).toBe(false);
      expect(environment.step(0)).toMatchObject({ terminated: false, truncated: true });
      expect(() => environment.step(0)).toThrow(`the episode was truncated at step ${limit}`);
    }
    const endless = make(Corridor, { maxSteps: null });
    endless.reset();
    for (let step = 0; step < 100; step++) endless.step(0);
    expect(endless.truncated).toBe(false);
    expect(() => make(Corridor, { maxSteps: 0 })).toThrow("maxSteps must be a positive whole number");
  });

  test("may terminate and truncate in the same step", () => {
    const Both = {
      ...Corridor,
      maxSteps: 1,
      reset: () => ({ position: GOAL - 1 }),
      step: () => ({ state: { position: GOAL }, reward: 1, terminated: true }),
    };
    const environment = make(Both);
    environment.reset();
    expect(environment.step(1)).toMatchObject({ terminated: true, truncated: true });
  });

  test("tells return and length of the episode", () => {
    const environment = make(Corridor);
    environment.reset({ seed: 5 });
    const { info, steps } = walk(environment);
    const expected = 1 - 0.01 * (steps - 1);
    expect(environment.episodeReturn).toBeCloseTo(expected, 12);
    expect(info.episode).toEqual({ return: environment.episodeReturn, length: steps });
    environment.reset();
    expect([environment.episodeReturn, environment.episodeLength]).toEqual([0, 0]);
  });

  test("repeats an episode under the same seed, and goes on with its stream without one", () => {
    const [a, b] = [make(Corridor), make(Corridor)];
    const starts = (environment: typeof a) => Array.from({ length: 20 }, () => environment.reset().observation[0]);
    a.reset({ seed: 7 });
    b.reset({ seed: 7 });
    const first = starts(a);
    expect(starts(b)).toEqual(first);
    expect(new Set(first).size).toBeGreaterThan(3);
    b.reset({ seed: 8 });
    expect(starts(b)).not.toEqual(first);
    for (const seed of [-1, 0.5, Number.NaN, 2 ** 53])
      expect(() => a.reset({ seed })).toThrow("a seed is a whole number");
  });

  test("goes on from a snapshot exactly, also in another instance and through JSON", () => {
    const [original, other] = [make(Corridor), make(Corridor)];
    original.reset({ seed: 11 });
    original.step(0);
    original.step(1);
    const snapshot = JSON.parse(JSON.stringify(original.snapshot()));
    const rest = walk(original);
    const next = original.reset().observation;
    for (const environment of [original, other]) {
      environment.restore(snapshot);
      expect(environment.episodeLength).toBe(2);
      expect(walk(environment)).toEqual(rest);
      expect(environment.reset().observation).toEqual(next);
    }
  });

  test("stepInto writes into the caller's buffer and equals step", () => {
    const [a, b] = [make(Corridor), make(Corridor)];
    a.reset({ seed: 2 });
    b.reset({ seed: 2 });
    const out = new Float32Array(1);
    for (let i = 0; i < 5; i++) {
      const { observation, reward } = a.step(i % 2);
      expect(b.stepInto(i % 2, out)).toBe(reward);
      expect(out).toEqual(observation);
    }
    expect(() => b.stepInto(0, new Float32Array(2))).toThrow("observations have 1 elements; the buffer has 2");
  });

  test("returned observations are the caller's to keep", () => {
    const environment = make(Corridor);
    const { observation } = environment.reset({ seed: 0 });
    const kept = [...observation];
    const later = environment.step(1).observation;
    expect([...observation]).toEqual(kept);
    expect(later.buffer).not.toBe(observation.buffer);
  });

  test("stops at the step that gives a NaN or an infinity, naming it", () => {
    const broken = (what: Partial<EnvironmentDefinition<{ position: number }>>) => {
      const environment = make({ ...Corridor, ...what });
      environment.reset({ seed: 0 });
      environment.step(0);
      return () => environment.step(1);
    };
    let steps = 0;
    const step: typeof Corridor.step = (state) => ({
      state,
      reward: ++steps === 2 ? Number.NaN : 0,
      terminated: false,
    });
    expect(broken({ step })).toThrow('Environment "corridor" gave a reward of NaN at step 2');
    let seen = 0;
    const observe: typeof Corridor.observe = (_, out) => {
      out[0] = ++seen === 3 ? Infinity : 0;
    };
    try {
      broken({ observe })();
      expect.unreachable();
    } catch (error) {
      expect(error).toBeInstanceOf(NonFiniteError);
      expect(error).toMatchObject({ environment: "corridor", step: 2, what: "observation", value: Infinity });
    }
  });
});

describe("defineEnvironment", () => {
  const valid = { ...Corridor };

  test.each([
    [{ id: "" }, "id must be a name"],
    [{ observation: [1] }, "observation must be a space"],
    [
      { action: box([1], { low: 0, high: 1, type: "float64" }) },
      "action must be a space: discrete(…) or box(…) of float32",
    ],
    [{ reset: undefined }, "reset must be a function; got undefined"],
    [{ draw: 3 }, "draw must be a function where given; got 3"],
    [{ maxSteps: 0 }, "maxSteps must be a positive whole number"],
    [{ maxStep: 5 }, "there is no field maxStep"],
  ])("says what is wrong with %o", (fault, message) => {
    expect(() =>
      defineEnvironment({ ...valid, ...fault } as unknown as Parameters<typeof defineEnvironment>[0]),
    ).toThrow(message);
  });

  test("gives box environments vectors to act with", () => {
    const Slider = defineEnvironment({
      id: "slider",
      observation: box([1], { low: -1, high: 1 }),
      action: box([1], { low: -1, high: 1 }),
      reset: () => 0,
      step: (state, [push]) => ({
        state: Math.min(1, Math.max(-1, state + push)),
        reward: -Math.abs(state),
        terminated: false,
      }),
      observe(state, out) {
        out[0] = state;
      },
    });
    const environment = make(Slider);
    environment.reset();
    expect(environment.step(Float32Array.of(5)).observation[0]).toBe(1); // bounds are the environment's to clip
    expect(() => environment.step(0)).toThrow("does not fit Box");
    expect(() => environment.step(Float32Array.of(Number.NaN))).toThrow("was given an action of NaN at step 2");
  });
});
