// What schedules promise beyond their values: pure functions, ends that meet, exact resume, and rates that compiled steps obey.
import { compile, Parameter, scalar } from "@agon/tensor";
import { describe, expect, it } from "vitest";
import {
  cosineDecay,
  cosineWarmRestarts,
  linearWarmup,
  noam,
  oneCycle,
  oneCycleMomentum,
  polynomialDecay,
  ReduceOnPlateau,
  SGD,
  stepDecay,
  warmupCosine,
} from "../index.ts";

describe("schedules", () => {
  it("depend on the step alone, in whatever order they are asked", () => {
    const schedule = cosineWarmRestarts({ learningRate: 1, period: 3, growth: 2 });
    const forth = Array.from({ length: 30 }, (_, t) => schedule(t));
    const back = Array.from({ length: 30 }, (_, t) => schedule(29 - t)).reverse();
    expect(back).toEqual(forth);
    expect([0, 3, 9, 21].map(schedule)).toEqual([1, 1, 1, 1]);
  });
  it("keep their last rate after their end", () => {
    expect(warmupCosine({ learningRate: 1, warmup: 2, steps: 10, lowest: 0.1 })(50)).toBeCloseTo(0.1, 12);
    expect(polynomialDecay({ learningRate: 1, steps: 10 })(50)).toBe(0);
    const cycle = { highest: 1, steps: 10 };
    expect(oneCycle(cycle)(50)).toBe(oneCycle(cycle)(9));
    expect(oneCycle(cycle)(50)).toBeCloseTo(1 / 25 / 1e4, 12);
    expect(oneCycleMomentum({ steps: 10, threePhases: true })(9)).toBeCloseTo(0.95, 12);
  });
  it("move a compiled step without a new recording", () => {
    const x = new Parameter(scalar(0));
    const optimizer = new SGD([x], { learningRate: 1 });
    let recordings = 0;
    const step = compile(() => {
      recordings++;
      return optimizer.minimize(() => x.value);
    });
    const schedule = stepDecay({ learningRate: 1, every: 2, factor: 0.5 });
    for (let t = 0; t < 4; t++) {
      optimizer.learningRate = schedule(t);
      step();
    }
    expect(x.toHost()[0]).toBe(-(1 + 1 + 0.5 + 0.5));
    expect(recordings).toBe(1);
  });
});

describe("ReduceOnPlateau", () => {
  const metrics = [5, 4, 4, 4, 4, 4, 3, 3, 3, 3];
  const make = (): ReduceOnPlateau => new ReduceOnPlateau({ learningRate: 1, factor: 0.5, patience: 1 });
  it("goes on exactly from a saved state", () => {
    const whole = make();
    const rates = metrics.map((metric) => whole.observe(metric));
    const first = make();
    const begun = metrics.slice(0, 4).map((metric) => first.observe(metric));
    const second = make();
    second.restore(JSON.parse(JSON.stringify(first.state())));
    expect([...begun, ...metrics.slice(4).map((metric) => second.observe(metric))]).toEqual(rates);
    expect(rates.at(-1)).toBeLessThan(1);
  });
  it("takes a metric that is not a number for no improvement", () => {
    const plateau = make();
    expect([Number.NaN, Number.NaN, 1].map((metric) => plateau.observe(metric))).toEqual([1, 0.5, 0.5]);
  });
});

const errors: readonly [f: () => unknown, message: string][] = [
  [() => stepDecay({ learningRate: 1, every: 0 }), "stepDecay: every is 0; expected a positive number."],
  [() => cosineDecay({ learningRate: 1, steps: -1 }), "cosineDecay: steps is -1; expected a positive number."],
  [
    () => cosineWarmRestarts({ learningRate: 1, period: 2, growth: 0.5 }),
    "cosineWarmRestarts: growth is 0.5; expected 1 or more.",
  ],
  [
    () => linearWarmup({ learningRate: 1, steps: Number.NaN }),
    "linearWarmup: steps is NaN; expected a positive number.",
  ],
  [
    () => warmupCosine({ learningRate: 1, warmup: 5, steps: 5 }),
    "warmupCosine: steps − warmup is 0; expected a positive number.",
  ],
  [() => noam({ learningRate: 1, width: 0, warmup: 4 }), "noam: width is 0; expected a positive number."],
  [
    () => oneCycle({ highest: 1, steps: 10, rise: 0.6, threePhases: true }),
    "oneCycle: rise is 0.6; expected a share between 0 and 0.5.",
  ],
  [
    () => new ReduceOnPlateau({ learningRate: 1, factor: 1 }),
    "ReduceOnPlateau: factor is 1; expected a number below 1.",
  ],
];
it.each(errors)("refuses what does not fit: %s", (f, message) => expect(f).toThrow(message));
