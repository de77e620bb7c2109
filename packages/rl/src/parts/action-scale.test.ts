// Actions as networks and as environments have them.
import { box, type EnvironmentDefinition } from "@agon/env";
import { CartPole, Pendulum } from "@agon/environments";
import { describe, expect, it } from "vitest";
import { ActionScale, needsBounds } from "./action-scale.ts";

describe("ActionScale", () => {
  const scale = new ActionScale(box([3], { low: [-3, 0, -Infinity], high: [1, 0.5, Infinity] }));

  it("takes [−1, 1] to the bounds, what is beyond to the nearer one, and leaves what is unbounded", () => {
    const out = new Float32Array(6);
    scale.enact([-1, 1, 7, 5, -5, 0], out);
    expect([...out]).toEqual([-3, 0.5, 7, 1, 0, 0]);
  });

  it("shows one deviation to each side of what is best", () => {
    const { best, low, high } = scale.thought([0, 0.5, 1], (i) => [0.5, 1, 2][i]);
    expect([...best]).toEqual([-1, 0.375, 1]);
    expect([...low]).toEqual([-2, 0.125, -1]);
    expect([...high]).toEqual([0, 0.5, 3]);
  });

  it("squashes the ends, not the deviation", () => {
    const { best, low, high } = new ActionScale(box([1], { low: -2, high: 2 })).thought([1], () => 3, Math.tanh);
    expect([low[0], best[0], high[0]].map((x) => x / 2)).toEqual(
      [-2, 1, 4].map((u) => expect.closeTo(Math.tanh(u), 6)),
    );
  });
});

it("algorithms that act within bounds say why they do not fit", () => {
  const endless = {
    ...Pendulum,
    id: "Endless-v0",
    action: box([1], { low: -Infinity, high: Infinity }),
  } as EnvironmentDefinition;
  expect(needsBounds("SAC", CartPole)).toBe("SAC needs continuous actions; CartPole-v1 has discrete ones.");
  expect(needsBounds("SAC", endless)).toBe("SAC needs bounds for every action; Endless-v0 has infinite ones.");
  expect(needsBounds("SAC", Pendulum)).toBeNull();
});
