// Returns and advantages where episodes end; their values are compared with published code's in test/parity.
import { describe, expect, it } from "vitest";
import { discountedReturns, generalisedAdvantages } from "./returns.ts";

describe("returns", () => {
  it("discount and start anew after an end", () => {
    expect([...discountedReturns([1, 1, 1, 1], [0, 1, 0, 1], 0.5, [0, 0, 0, 8])]).toEqual([1.5, 1, 3.5, 5]);
    expect([...discountedReturns([1, 1], [0, 0], 0.5)]).toEqual([1.5, 1]);
  });
  it("bootstrap through truncation but not through termination", () => {
    const rollout = (terminated: number, truncated: number) =>
      generalisedAdvantages(
        { rewards: [1], values: [0], nextValues: [10], terminated: [terminated], truncated: [truncated] },
        1,
        0.5,
        1,
      ).returns[0];
    expect([rollout(1, 0), rollout(0, 1), rollout(0, 0)]).toEqual([1, 6, 6]);
  });
});
