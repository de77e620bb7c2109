import { describe, expect, test } from "vitest";
import { box } from "./box.ts";
import { defineEnvironment } from "./define.ts";
import { discrete } from "./discrete.ts";
import { EnvironmentArgumentError, UnknownEnvironmentError } from "./errors.ts";
import { nearestNames } from "./nearest.ts";
import { type EnvironmentEntry, Registry } from "./registry.ts";

const counter = ({ stepSize = 1 }: { stepSize?: number } = {}) =>
  defineEnvironment({
    id: "Counter-v2",
    observation: box([1], { low: 0, high: Infinity }),
    action: discrete(1),
    maxSteps: 10,
    reset: () => 0,
    step: (count) => ({ state: count + stepSize, reward: stepSize, terminated: false }),
    observe(count, out) {
      out[0] = count;
    },
  });

const entry: EnvironmentEntry = {
  id: "Counter-v2",
  summary: "Counts",
  arguments: {
    stepSize: { kind: "number", default: 1, minimum: 0, description: "what a step adds" },
    isLoud: { kind: "boolean", default: false, description: "no effect" },
    mode: { kind: "string", default: "up", choices: ["up", "down"], description: "no effect" },
    map: { kind: "strings", default: null, description: "no effect" },
  },
  create: (given) => counter(given) as ReturnType<EnvironmentEntry["create"]>,
};

const registry = new Registry([entry, { ...entry, id: "Counter-v1" }, { ...entry, id: "games/Counter-v10" }]);

describe("a registry", () => {
  test("makes environments by id with arguments in either spelling", () => {
    for (const options of [{ stepSize: 3 }, { step_size: 3 }]) {
      const environment = registry.make("Counter-v2", options);
      environment.reset();
      expect(environment.step(0).reward).toBe(3);
      expect(environment.definition.arguments).toEqual({ stepSize: 3 });
    }
    const vector = registry.makeVector("Counter-v2", 2, { step_size: 5, autoreset: "same-step" });
    vector.reset();
    vector.step(Int32Array.of(0, 0));
    expect([...vector.rewards, vector.autoreset]).toEqual([5, 5, "same-step"]);
  });

  test("makes environments from definitions too", () => {
    expect(registry.make(counter()).definition.maxSteps).toBe(10);
    expect(registry.make(counter(), { maxSteps: 3 }).definition.maxSteps).toBe(3);
    expect(() => registry.make(counter(), { stepSize: 3 })).toThrow(
      "a definition is already built and takes no argument stepSize",
    );
  });

  test("takes a time limit in any of its spellings", () => {
    for (const key of ["maxSteps", "max_steps", "maxEpisodeSteps", "max_episode_steps"]) {
      expect(registry.definition("Counter-v2", { [key]: 4 })).toMatchObject({
        maxSteps: 4,
        arguments: { maxSteps: 4 },
      });
    }
    expect(registry.definition("Counter-v2", { max_episode_steps: -1 }).maxSteps).toBeUndefined();
    expect(() => registry.definition("Counter-v2", { maxSteps: "4" })).toThrow(EnvironmentArgumentError);
  });

  test("a definition's id and arguments build it again", () => {
    const { id, arguments: given } = registry.definition("Counter-v1", { step_size: 2, isLoud: false, maxSteps: 7 });
    expect([id, given]).toEqual(["Counter-v1", { stepSize: 2, maxSteps: 7 }]);
    expect(registry.definition(id, JSON.parse(JSON.stringify(given)))).toMatchObject({
      id,
      maxSteps: 7,
      arguments: given,
    });
  });

  test("tells about an id without running it", () => {
    expect(registry.spec("Counter-v2")).toMatchObject({
      id: "Counter-v2",
      summary: "Counts",
      maxSteps: 10,
      arguments: entry.arguments,
    });
    expect(registry.registeredIds()).toEqual(["Counter-v2", "Counter-v1", "games/Counter-v10"]);
  });

  test("takes an id without a version for the latest one", () => {
    expect(registry.make("Counter").id).toBe("Counter-v2");
    expect(registry.make("games/Counter").id).toBe("games/Counter-v10");
  });

  test("answers a wrong version with the latest", () => {
    expect(() => registry.make("Counter-v3")).toThrow(
      'There is no environment "Counter-v3"; the latest version is "Counter-v2".',
    );
  });

  test("answers an unknown id with the nearest ones", () => {
    try {
      registry.make("conter-v2");
      expect.unreachable();
    } catch (error) {
      expect(error).toBeInstanceOf(UnknownEnvironmentError);
      expect(error).toMatchObject({ id: "conter-v2", suggestions: ["Counter-v2", "Counter-v1"] });
      expect((error as Error).message).toBe(
        'There is no environment "conter-v2"; did you mean "Counter-v2" or "Counter-v1"?',
      );
    }
    expect(() => registry.make("Chess-v1")).toThrow("there are Counter-v2, Counter-v1, games/Counter-v10.");
    expect(() => new Registry().make("Chess-v1")).toThrow("there are none registered yet");
  });

  test.each([
    [
      { stepsize: 1 },
      "there is no argument stepsize; did you mean stepSize? It takes stepSize, isLoud, mode, map, maxSteps.",
    ],
    [{ stepSize: "1" }, 'argument stepSize must be a number of at least 0; got "1".'],
    [{ step_size: -1 }, "argument step_size must be a number of at least 0; got -1."],
    [{ isLoud: 1 }, "argument isLoud must be true or false; got 1."],
    [{ mode: "sideways" }, 'argument mode must be one of "up", "down"; got "sideways".'],
    [{ mode: null }, 'argument mode must be one of "up", "down"; got null.'],
    [{ map: "SG" }, 'argument map must be a list of strings, or null; got "SG".'],
    [{ stepSize: 1, step_size: 2 }, "argument stepSize is given twice, as stepSize and as step_size."],
    [{ toString: 1 }, "there is no argument toString"],
  ])("says what is wrong with %o", (options, message) => {
    expect(() => registry.make("Counter-v2", options)).toThrow(message);
    expect(() => registry.make("Counter-v2", options)).toThrow(EnvironmentArgumentError);
  });

  test("refuses ids without a version and ids it has", () => {
    const own = new Registry([entry]);
    expect(() =>
      own.register({ ...counter(), id: "corridor" } as EnvironmentEntry & ReturnType<typeof counter>),
    ).toThrow('an id has the form "Name-vN"');
    expect(() => own.register(entry)).toThrow("Counter-v2 is registered already");
  });
});

test("nearest names forgive case, punctuation and a missing end", () => {
  const names = ["CartPole-v1", "FrozenLake-v1", "FrozenLake8x8-v1", "CliffWalking-v1"];
  expect(nearestNames("cart_pole_v1", names)).toEqual(["CartPole-v1"]);
  expect(nearestNames("Frozen", names)).toEqual(["FrozenLake-v1", "FrozenLake8x8-v1"]);
  expect(nearestNames("Pong-v5", names)).toEqual([]);
});
