// Evaluation: on an environment of its own, and never without end.
import { box, defineEnvironment, discrete } from "@agon/env";
import { CliffWalking } from "@agon/environments";
import { describe, expect, it } from "vitest";
import { evaluate } from "./index.ts";

describe("evaluate", () => {
  it("plays on an environment of its own", async () => {
    const walk = defineEnvironment({
      id: "walk",
      observation: box([1], { low: 0, high: 3 }),
      action: discrete(1),
      reset: (): { at: number } => ({ at: 0 }),
      step: ({ at }) => ({ state: { at: at + 1 }, reward: 2, terminated: at + 1 === 3 }),
      observe: ({ at }, out) => {
        out[0] = at;
      },
    });
    const score = await evaluate({ act: () => 0 }, walk, { episodes: 4 });
    expect(score).toEqual({ episodes: 4, mean: 6, std: 0, standardError: 0, returns: [6, 6, 6, 6] });
  });
});

it("evaluation ends also where policy and environment never would", async () => {
  const { mean } = await evaluate({ act: () => 0 }, CliffWalking, { episodes: 1, maxSteps: 50 });
  expect(mean).toBe(-50);
});
