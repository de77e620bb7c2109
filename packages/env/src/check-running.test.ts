// Each test plants one mistake in an environment that runs, and expects checkEnvironment to name it.
import { numpyGenerator, type RandomState } from "@agon/random";
import { describe, expect, test } from "vitest";
import { box } from "./box.ts";
import { checkEnvironment, type EnvironmentPromise } from "./check-environment.ts";
import type { CheckableEnvironment } from "./check-running.ts";
import { discrete } from "./discrete.ts";
import type { Action, Snapshot, StepResult } from "./environment.ts";
import { BrokenPromiseError } from "./errors.ts";
import type { ActionSpace } from "./spaces.ts";

const LIMIT = 60;

/** A stone on ice, pushed left and right, with gusts; out beyond ±10. As one would write it in Python. */
class Rink implements CheckableEnvironment {
  readonly id: string = "rink";
  readonly observationSpace = box([2], { low: [-14, 0], high: [14, 1] });
  readonly actionSpace: ActionSpace = box([1], { low: -1, high: 1 });
  protected random = numpyGenerator(0);
  protected position = 0;
  protected time = -1;
  protected over = true;
  protected closed = false;

  reset({ seed }: { seed?: number } = {}) {
    if (seed !== undefined) this.random = numpyGenerator(seed);
    this.position = this.random.uniform(-5, 5);
    this.time = 0;
    this.over = false;
    return { observation: this.observe(), info: this.info() };
  }

  step(action: Action): StepResult {
    if (this.over) throw new Error("rink: no episode is running; call reset().");
    const push = this.read(action);
    this.position += push + this.random.uniform(-0.5, 0.5);
    this.time++;
    const terminated = this.isOut();
    const truncated = this.isLate();
    this.over = terminated || truncated;
    return { observation: this.observe(), reward: this.reward(), terminated, truncated, info: this.info() };
  }

  protected read(action: Action): number {
    if (!(ArrayBuffer.isView(action) && action.length === 1 && Number.isFinite(action[0])))
      throw new Error("rink: an action is one finite number in an array.");
    return Math.min(Math.max(action[0], -1), 1);
  }

  protected isOut(): boolean {
    return Math.abs(this.position) > 10;
  }

  protected isLate(): boolean {
    return this.time >= LIMIT;
  }

  protected reward(): number {
    return -Math.abs(this.position);
  }

  protected observe(): Float32Array {
    return Float32Array.of(this.position, this.time / LIMIT);
  }

  protected info(): Record<string, unknown> {
    return { time: this.time };
  }

  snapshot(): Snapshot {
    const { position, time, over } = this;
    const state = { position, time };
    return { state, random: this.random.state(), steps: time, episodeReturn: 0, terminated: over, truncated: false };
  }

  restore({ state, random, terminated }: Snapshot): void {
    ({ position: this.position, time: this.time } = state as { position: number; time: number });
    this.random.restore(random as RandomState);
    this.over = terminated;
  }

  close(): void {
    this.closed = true;
  }
}

test("one without a mistake passes, with a report", () => {
  const report = checkEnvironment(() => new Rink());
  expect(report).toMatchObject({ episodes: 20, remarks: [] });
  expect(report.steps).toBeGreaterThan(200);
});

test("one of two starts is not taken for one that ignores its seeds", () => {
  class TwoStarts extends Rink {
    override reset(given: { seed?: number } = {}) {
      super.reset(given);
      this.position = this.random.integer(2);
      return { observation: this.observe(), info: this.info() };
    }
    /** No gusts. */
    override step(action: Action) {
      const random = this.random;
      this.random = numpyGenerator(1);
      const result = super.step(action);
      this.random = random;
      return result;
    }
    override isLate() {
      return this.time >= 3;
    }
  }
  for (let seed = 0; seed < 200; seed++) checkEnvironment(() => new TwoStarts(), { seed, episodes: 1 });
});

test("the real clock is back after a check", () => {
  const { now } = Date;
  checkEnvironment(() => new Rink());
  expect(Date.now).toBe(now);
  expect(new Date().getFullYear()).toBeGreaterThan(2001);
  expect(Object.hasOwn(performance, "now")).toBe(false);
});

let shared = 0;

/** In the words of the issue that asked for them. */
const mistakes: readonly [what: string, promise: EnvironmentPromise, Environment: new () => Rink, finding: string][] = [
  [
    "wrong reset shape",
    "shape",
    class extends Rink {
      override reset(given = {}) {
        return { ...super.reset(given), observation: new Float32Array(3) };
      }
    },
    "returned an observation of 3 elements from reset()",
  ],
  [
    "dtype",
    "dtype",
    class extends Rink {
      override observe() {
        return Float64Array.of(this.position, 0) as unknown as Float32Array;
      }
    },
    "of type Float64Array from reset()",
  ],
  [
    "shape",
    "shape",
    class extends Rink {
      override observe() {
        return this.time === 7 ? Float32Array.of(0) : super.observe();
      }
    },
    "returned an observation of 1 elements from step()",
  ],
  [
    "out of bounds",
    "in-space",
    class extends Rink {
      override observe() {
        return Float32Array.of(2 * this.position, 0);
      }
    },
    "outside box [-14, 14] (element 0)",
  ],
  [
    "NaN observation",
    "finite",
    class extends Rink {
      override observe() {
        return Float32Array.of(Math.sqrt(this.position + 5), 0);
      }
    },
    "observed NaN (element 0)",
  ],
  [
    "infinite reward",
    "finite",
    class extends Rink {
      override reward() {
        return 1 / Math.max(0, this.position);
      }
    },
    "gave a reward of Infinity",
  ],
  [
    "reward no number",
    "finite",
    class extends Rink {
      override reward() {
        return `${this.position}` as unknown as number;
      }
    },
    "gave a reward of type string",
  ],
  [
    "terminated no boolean",
    "flags",
    class extends Rink {
      override isOut() {
        return +super.isOut() as unknown as boolean;
      }
    },
    "gave terminated as 0",
  ],
  [
    "truncated missing",
    "flags",
    class extends Rink {
      override step(action: Action) {
        return { ...super.step(action), truncated: undefined as unknown as boolean };
      }
    },
    "gave truncated as undefined",
  ],
  [
    "time limit reported as termination",
    "time-limit",
    class extends Rink {
      override isOut() {
        return super.isOut() || this.time >= LIMIT;
      }
      override isLate() {
        return false;
      }
    },
    "longest of its episodes all in step 60",
  ],
  [
    "seed ignored",
    "reproducible",
    class extends Rink {
      override reset() {
        return super.reset();
      }
    },
    "when the seed was given a second time",
  ],
  [
    "reseeded at every reset",
    "reseeding",
    class extends Rink {
      #seed = 0;
      override reset({ seed = this.#seed }: { seed?: number } = {}) {
        this.#seed = seed;
        return super.reset({ seed });
      }
    },
    "the same episode 64 times in a row without a seed",
  ],
  [
    "one stream for all seeds",
    "seeds",
    class extends Rink {
      override reset({ seed }: { seed?: number } = {}) {
        return super.reset({ seed: seed === undefined ? undefined : 12345 });
      }
    },
    "the same episode with the same actions under 64 seeds",
  ],
  [
    "state shared by two instances",
    "isolated",
    class extends Rink {
      override reset(given = {}) {
        const start = super.reset(given);
        shared = 0;
        return start;
      }
      override reward() {
        shared++;
        return super.reward() + shared / 1000;
      }
    },
    "while a second instance ran beside it",
  ],
  [
    "returned buffer reused",
    "fresh-buffers",
    class extends Rink {
      readonly #buffer = new Float32Array(2);
      override observe() {
        this.#buffer.set(super.observe());
        return this.#buffer;
      }
    },
    "wrote into an observation that it had returned",
  ],
  [
    "action mutated",
    "actions",
    class extends Rink {
      override read(action: Action) {
        const push = super.read(action);
        (action as Float32Array)[0] = push / 2;
        return push;
      }
    },
    "changed the action that it was given (action.0",
  ],
  [
    "step after the end allowed",
    "order",
    class extends Rink {
      override step(action: Action) {
        if (this.time >= 0) this.over = false;
        return super.step(action);
      }
    },
    "took another step after the end of its episode",
  ],
  [
    "never ends",
    "ends",
    class extends Rink {
      override step(action: Action) {
        const result = super.step(action);
        this.over = false;
        this.position = Math.max(-9, Math.min(9, this.position));
        return { ...result, terminated: false, truncated: false, observation: Float32Array.of(0, 0), info: {} };
      }
    },
    "did not end one of 20 episodes within 2000 steps",
  ],
  [
    "ends at once",
    "lasts",
    class extends Rink {
      override isOut() {
        return Math.abs(this.position) < 10;
      }
    },
    "ended every episode in its first step",
  ],
  [
    "state leaks through reset",
    "clean-reset",
    class extends Rink {
      #best = -Infinity;
      override reward() {
        this.#best = Math.max(this.#best, this.position);
        return this.#best;
      }
    },
    "played another episode after others than at first",
  ],
  [
    "wall clock used",
    "clock",
    class extends Rink {
      override reward() {
        return new Date().getSeconds() / 60;
      }
    },
    "at another time of day",
  ],
  [
    "invalid action accepted",
    "actions",
    class extends Rink {
      override readonly actionSpace = discrete(2);
      override read(action: Action) {
        return action === 1 ? 1 : -1;
      }
    },
    "took 2 for an action of Discrete(2)",
  ],
  [
    "clone not exact",
    "snapshot",
    class extends Rink {
      override snapshot() {
        const snapshot = super.snapshot();
        return { ...snapshot, state: { position: Math.fround(this.position), time: this.time } };
      }
    },
    "went on differently after a snapshot was restored from JSON",
  ],
  [
    "info growing",
    "info",
    class extends Rink {
      readonly #history: number[] = [];
      override info() {
        this.#history.push(this.position);
        return { history: this.#history };
      }
    },
    "gave an info that grew from",
  ],
  [
    "close twice throws",
    "close",
    class extends Rink {
      override close() {
        if (this.closed) throw new Error("already closed");
        super.close();
      }
    },
    "threw when it was closed twice: already closed",
  ],
];

/** Further ways to make the same mistakes. */
const variants: typeof mistakes = [
  [
    "the hour of the day used",
    "clock",
    class extends Rink {
      override reward() {
        return new Date().getHours();
      }
    },
    "at another time of day",
  ],
  [
    "time between steps used",
    "clock",
    class extends Rink {
      #last = 0;
      override reset(given = {}) {
        this.#last = performance.now();
        return super.reset(given);
      }
      override reward() {
        const passed = performance.now() - this.#last;
        this.#last += passed;
        return super.reward() + passed;
      }
    },
    "at another time of day",
  ],
];

describe("a planted mistake is named, with its cause and a seed that shows it again:", () => {
  test("there are 25 of them", () => {
    expect(new Set(mistakes.map(([what]) => what)).size).toBe(25);
  });

  test.each([...mistakes, ...variants])("%s", (_, promise, Environment, finding) => {
    const found = (seed: number): BrokenPromiseError => {
      try {
        checkEnvironment(() => new Environment(), { seed, patience: 2000 });
      } catch (error) {
        return error as BrokenPromiseError;
      }
      throw new Error("nothing was found");
    };
    const error = found(3);
    expect(error).toBeInstanceOf(BrokenPromiseError);
    expect(error).toMatchObject({ promise, environment: "rink" });
    expect(error.message).toContain(finding);
    expect(error.message).toMatch(/\(seed \d+\); .{20,} \[promise: [a-z-]+\]$/);
    expect(found(error.seed)).toMatchObject({ promise });
  });
});

describe("smaller mistakes:", () => {
  test.each<[what: string, promise: EnvironmentPromise, Environment: new () => Rink]>([
    [
      "an info that grows from episode to episode",
      "info",
      class extends Rink {
        #episodes = "";
        override reset(given = {}) {
          this.#episodes += "x";
          return super.reset(given);
        }
        override info() {
          return { episodes: this.#episodes };
        }
      },
    ],
    [
      "chance from elsewhere",
      "reproducible",
      class extends Rink {
        override reward() {
          return Math.random();
        }
      },
    ],
    [
      "performance.now in an observation",
      "clock",
      class extends Rink {
        override observe() {
          return Float32Array.of(0, (performance.now() % 1e6) / 1e6);
        }
      },
    ],
    [
      "a step before the first reset",
      "order",
      class extends Rink {
        override over = false;
      },
    ],
    [
      "no info",
      "info",
      class extends Rink {
        override info() {
          return undefined as unknown as Record<string, unknown>;
        }
      },
    ],
    [
      "no observation from reset",
      "form",
      class extends Rink {
        override reset(given = {}) {
          return super.reset(given).observation as unknown as ReturnType<Rink["reset"]>;
        }
      },
    ],
  ])("%s", (_, promise, Environment) => {
    expect(() => checkEnvironment(() => new Environment())).toThrow(`[promise: ${promise}]`);
    expect(() => checkEnvironment(() => new Environment(), { except: [promise] })).not.toThrow(promise);
  });
});
