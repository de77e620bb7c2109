import type { Random } from "@agon/random";
import { describe, expect, test } from "vitest";
import { box } from "./box.ts";
import { checkEnvironment, type EnvironmentPromise } from "./check-environment.ts";
import { defineEnvironment } from "./define.ts";
import { discrete } from "./discrete.ts";
import type { EnvironmentDefinition, TransitionTable } from "./environment.ts";
import { BrokenPromiseError } from "./errors.ts";
import { make } from "./make.ts";

interface State {
  position: number;
}

const GOAL = 9;

const Corridor: EnvironmentDefinition<State> = defineEnvironment({
  id: "corridor",
  observation: box([1], { low: 0, high: 1 }),
  action: discrete(["left", "right"]),
  maxSteps: 100,
  reset: (random) => ({ position: random.integer(GOAL) }),
  step({ position }, action) {
    position = Math.max(0, position + (action === 1 ? 1 : -1));
    const terminated = position === GOAL;
    return { state: { position }, reward: terminated ? 1 : -0.01, terminated };
  },
  observe({ position }, out) {
    out[0] = position / GOAL;
  },
  draw({ position }, canvas) {
    canvas.circle(position, 0, 0.4, "tomato");
  },
});

test("an environment that keeps its promises passes, with a report", () => {
  const report = checkEnvironment(Corridor);
  expect(report).toMatchObject({ episodes: 20, remarks: [] });
  expect(report.steps).toBeGreaterThan(20);
});

test("says what it wants where it is asked wrongly", () => {
  class Rink {}
  const ask = checkEnvironment as (...given: unknown[]) => unknown;
  expect(() => ask()).toThrow("expected a definition, or a function that makes environments; got undefined");
  expect(() => ask("corridor")).toThrow('got "corridor"');
  expect(() => ask(make(Corridor))).toThrow("pass a function that makes new ones");
  expect(() => ask(Rink)).toThrow("pass a function: () => new Rink()");
  expect(() => ask(Corridor, { except: ["finit"] })).toThrow('there is no promise "finit"; there are form, ');
  expect(() => ask(Corridor, { episode: 3 })).toThrow("there is no option episode");
  expect(() => ask(Corridor, { episodes: 0 })).toThrow("episodes must be a positive whole number; got 0");
  expect(() => ask(Corridor, { seed: -1 })).toThrow("a seed is a whole number");
});

test("one without chance passes with a remark", () => {
  const { remarks } = checkEnvironment({ ...Corridor, reset: () => ({ position: 4 }) });
  expect(remarks).toEqual(["It never draws from its stream: every episode depends on the actions alone."]);
});

test("seeds that show in states alone are seeds", () => {
  checkEnvironment({ ...Corridor, observe: ({ position }, out) => out.fill(position === GOAL ? 1 : 0) });
});

let counter = 0;
const table = (): TransitionTable => ({
  states: 2,
  actions: 2,
  rows: [0, 1].map(() => [0, 1].map((action) => [[1, action, 0, false] as const])),
  initial: Float64Array.of(1, 0),
});
const Tabular: EnvironmentDefinition<number> = {
  id: "tabular",
  observation: discrete(2),
  action: discrete(2),
  maxSteps: 20,
  reset: () => 0,
  step: (_, action) => ({ state: action as number, reward: 0, terminated: false }),
  observe(state, out) {
    out[0] = state;
  },
  table,
};
const batch: NonNullable<typeof Corridor.batch> = {
  stateSize: 1,
  write: ({ position }, states, lane) => states.fill(position, lane, lane + 1),
  read: (states, lane) => ({ position: states[lane] }),
  reset(states, lane, random) {
    states[lane] = random.integer(GOAL);
  },
  step(states, actions, rewards, terminated, _randoms, first, last) {
    for (let lane = first; lane < last; lane++) {
      states[lane] = Math.max(0, states[lane] + (actions[lane] === 1 ? 1 : -1));
      terminated[lane] = states[lane] === GOAL ? 1 : 0;
      rewards[lane] = terminated[lane] ? 1 : -0.01;
    }
  },
  observe(states, observations, first, last) {
    for (let lane = first; lane < last; lane++) observations[lane] = states[lane] / GOAL;
  },
};

test("batch rules and tables that tell the truth pass", () => {
  checkEnvironment({ ...Corridor, batch });
  checkEnvironment(Tabular);
});

type Mistake = [
  what: string,
  promise: EnvironmentPromise,
  part: Partial<EnvironmentDefinition<State>>,
  message: string,
];

const mistakes: Mistake[] = [
  [
    "an observation outside the box",
    "in-space",
    { observation: box([1], { low: 0, high: 0.5 }) },
    "outside box [0, 0.5] (element 0)",
  ],
  [
    "a NaN observation",
    "finite",
    { observe: (s, out) => out.fill(s.position > 5 ? Number.NaN : 0) },
    "observed NaN (element 0)",
  ],
  [
    "an infinite reward",
    "finite",
    { step: (s, a, r) => ({ ...Corridor.step(s, a, r), reward: 1 / 0 }) },
    "gave a reward of Infinity",
  ],
  [
    "a missing reward",
    "finite",
    { step: (s, a, r) => ({ ...Corridor.step(s, a, r), reward: undefined as unknown as number }) },
    "gave a reward of type undefined",
  ],
  [
    "an unwritten element",
    "pure-observe",
    { observation: box([2], { low: 0, high: 1 }) },
    "left element 1 of the observation unwritten",
  ],
  [
    "an observation that adds to the buffer",
    "pure-observe",
    {
      observe: (_state, out) => {
        out[0] = Number.isNaN(out[0]) ? 0 : 0.5;
      },
    },
    "in the same state",
  ],
  [
    "a mutated state",
    "pure-step",
    {
      step(s, a, r) {
        const t = Corridor.step(s, a, r);
        s.position = t.state.position;
        return { ...t, state: s };
      },
    },
    "changed an argument of step()",
  ],
  [
    "a state mutated while observing",
    "pure-observe",
    {
      observe(s, out) {
        s.position++;
        out[0] = 0;
      },
    },
    "changed the state in observe()",
  ],
  [
    "a state mutated while drawing",
    "pure-draw",
    {
      draw(s) {
        s.position++;
      },
    },
    "changed the state in draw()",
  ],
  [
    "a NaN in the drawing",
    "pure-draw",
    { draw: (_, canvas) => canvas.circle(Number.NaN, 0, 1, "red") },
    "drew with drawing.",
  ],
  [
    "a variable that outlives step",
    "pure-step",
    { step: (s, a, r) => ({ ...Corridor.step(s, a, r), reward: counter++ }) },
    "two outcomes for the same state",
  ],
  [
    "chance from elsewhere",
    "pure-reset",
    { reset: () => ({ position: counter++ % GOAL }) },
    "two starting states from the same stream",
  ],
  [
    "a seed without effect",
    "seeds",
    {
      reset(random) {
        random.uniform();
        return { position: 4 };
      },
    },
    "the same actions under 64 seeds",
  ],
  [
    "an endless episode",
    "ends",
    { maxSteps: undefined, step: (s) => ({ state: s, reward: 0, terminated: false }) },
    "did not end one of 20 episodes within 2000 steps",
  ],
  [
    "an end at once",
    "lasts",
    { step: (s, a, r) => ({ ...Corridor.step(s, a, r), terminated: true }) },
    "ended every episode in its first step",
  ],
  [
    "flags that are no booleans",
    "flags",
    { step: (s, a, r) => ({ ...Corridor.step(s, a, r), terminated: 0 as unknown as boolean }) },
    "gave terminated 0",
  ],
  [
    "a class instance as state",
    "plain-state",
    { reset: (random) => ({ position: random.integer(GOAL), seen: new Map() }) as State },
    "state.seen is a Map",
  ],
  [
    "a function in the state",
    "plain-state",
    { reset: (random) => ({ position: random.integer(GOAL), go: () => 1 }) as State },
    "state.go is a function",
  ],
  [
    "a promise from reset",
    "plain-state",
    { reset: (async () => ({ position: 0 })) as unknown as typeof Corridor.reset },
    "returned a promise from reset()",
  ],
  [
    "nothing from step",
    "form",
    { step: (() => undefined) as unknown as typeof Corridor.step },
    "returned no transition from step()",
  ],
  ["a missing function", "form", { observe: undefined }, "is no definition"],
  [
    "a NaN that JSON loses",
    "snapshot",
    {
      reset: (random: Random) => ({ position: random.integer(GOAL), best: Number.NaN }) as State,
      step(s, a, r) {
        const { best } = s as State & { best: number | null };
        const t = Corridor.step(s, a, r);
        return { ...t, reward: best === null ? 1 : 0, state: { ...t.state, best } as State };
      },
    },
    "went on differently after a snapshot",
  ],
  [
    "the clock in a reward",
    "clock",
    {
      step: (s, a, r) => ({ ...Corridor.step(s, a, r), reward: Math.floor(Date.now() / 3_600_000) }),
    },
    "played another episode at another time of day",
  ],
  [
    "an info that grows",
    "info",
    {
      step(s, a, r) {
        const { past = "" } = s as State & { past?: string };
        const t = Corridor.step(s, a, r);
        return { ...t, terminated: false, state: { ...t.state, past: `${past}${a}` } as State };
      },
      observe: (_, out) => out.fill(0),
      info: (s) => ({ past: (s as State & { past?: string }).past }),
    },
    "gave an info that grew from",
  ],
  [
    "a batch with another reward",
    "batch",
    {
      batch: {
        ...batch,
        step(...given) {
          batch.step(...given);
          given[2][0] += 1;
        },
      },
    },
    "steps otherwise in a batch (rewards.0",
  ],
  [
    "a batch that draws twice",
    "batch",
    {
      batch: {
        ...batch,
        reset(states, lane, random) {
          random.uniform();
          batch.reset(states, lane, random);
        },
      },
    },
    "steps otherwise in a batch (observations.",
  ],
  [
    "a batch read wrongly",
    "batch",
    { batch: { ...batch, read: (states, lane) => ({ position: states[lane] + 1 }) } },
    "reads another state from a batch",
  ],
];

describe("a mistake is named:", () => {
  test.each(mistakes)("%s", (_, promise, part, message) => {
    const environment = { ...Corridor, ...part } as EnvironmentDefinition<State>;
    const check = () => checkEnvironment(environment, { seed: 3, patience: 2000 });
    expect(check).toThrow(message);
    try {
      check();
    } catch (error) {
      expect(error).toBeInstanceOf(BrokenPromiseError);
      expect(error).toMatchObject({ promise, environment: "corridor" });
      expect((error as BrokenPromiseError).seed).toBeGreaterThanOrEqual(3);
      expect((error as Error).message).toMatch(/\(seed \d+\); .+ \[promise: /);
    }
  });

  test("a time limit reported as an end", () => {
    const Timed = defineEnvironment({
      ...Corridor,
      observation: box([2], { low: 0, high: 1 }),
      maxSteps: 20,
      reset: (random) => ({ position: random.integer(3), time: 0 }),
      step({ position, time }, action, random) {
        const walked = Corridor.step({ position }, action, random);
        return {
          ...walked,
          state: { ...walked.state, time: time + 1 },
          terminated: walked.terminated || time + 1 >= 20,
        };
      },
      observe({ position, time }, out) {
        out[0] = position / GOAL;
        out[1] = time / 20;
      },
    } as Parameters<typeof defineEnvironment<State & { time: number }, ReturnType<typeof discrete>>>[0]);
    expect(() => checkEnvironment(Timed)).toThrow(
      /terminated all \d+ episodes that reached its time limit of 20 steps/,
    );
    expect(() => checkEnvironment(Timed, { except: ["time-limit"] })).not.toThrow();
  });

  test.each([
    [
      "a table of other outcomes",
      () => ({ ...table(), rows: [0, 1].map(() => [0, 1].map(() => [[1, 0, 0, false] as const])) }),
      "which its table holds impossible",
    ],
    [
      "probabilities that do not add up",
      () => ({ ...table(), initial: Float64Array.of(0.5, 0.4) }),
      "the starts do not add up to 1",
    ],
    ["a start that the table forbids", () => ({ ...table(), initial: Float64Array.of(0, 1) }), "started in state 0"],
    ["a table of another size", () => ({ ...table(), states: 3 }), "3 states, but observations are Discrete(2)"],
  ])("%s", (_, wrong, message) => {
    expect(() => checkEnvironment({ ...Tabular, table: wrong })).toThrow(message);
    expect(() => checkEnvironment({ ...Tabular, table: wrong }, { except: ["table"] })).not.toThrow();
  });
});
