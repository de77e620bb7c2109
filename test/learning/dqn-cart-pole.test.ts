// The score of DQN on CartPole-v1 by protocol.
import { CartPole } from "@agon/environments";
import { findAlgorithm } from "@agon/rl";
import { expect, test } from "vitest";
import { reaching, scores } from "./training.ts";

test("DQN reaches 475 on CartPole-v1 within 50 000 steps, 4 of 5 seeds, in at most 30 seconds of one core each", async () => {
  const found = await scores(findAlgorithm("dqn"), CartPole, 50_000);
  expect(reaching(475, found)).toBeGreaterThanOrEqual(4);
  for (const { seed, seconds } of found) expect(seconds, `seed ${seed}`).toBeLessThanOrEqual(30);
});
