import { expect, test } from "vitest";
import { editDistance, nearest } from "./nearest.ts";

test("the distance counts insertions, deletions, replacements and swaps", () => {
  expect(editDistance("kitten", "sitting")).toBe(3);
  expect(editDistance("dqn", "dnq")).toBe(1);
  expect(editDistance("", "abc")).toBe(3);
});

test("close names come first, and something is always offered", () => {
  const ids = ["CartPole-v1", "CliffWalking-v1", "FrozenLake-v1"];
  expect(nearest("cartpole-v0", ids)[0]).toBe("CartPole-v1");
  expect(nearest("zzzzzzzzzzzzzzzz", ids)).toHaveLength(3);
});
