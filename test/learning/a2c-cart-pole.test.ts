// The score of A2C on CartPole-v1 by protocol.
import { CartPole } from "@agon/environments";
import { findAlgorithm } from "@agon/rl";
import { expect, test } from "vitest";
import { reaching, scores } from "./training.ts";

test("A2C reaches 475 on CartPole-v1 within 500 000 steps, 4 of 5 seeds", async () => {
  const found = await scores(findAlgorithm("a2c"), CartPole, 500_000);
  expect(reaching(475, found)).toBeGreaterThanOrEqual(4);
});
