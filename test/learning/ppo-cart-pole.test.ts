// The score of PPO on CartPole-v1 by protocol.
import { CartPole } from "@agon/environments";
import { findAlgorithm } from "@agon/rl";
import { expect, test } from "vitest";
import { reaching, scores } from "./training.ts";

test("PPO reaches 475 on CartPole-v1 within 100 000 steps, 5 of 5 seeds, solved in 2 seconds of one core", async () => {
  const found = await scores(findAlgorithm("ppo"), CartPole, 100_000, { solvedAt: 475 });
  expect(reaching(475, found)).toBe(5);
  const toSolve = found.map(({ secondsToSolve }) => secondsToSolve).sort((a, b) => a - b);
  console.info(`processor seconds until solved: ${toSolve.map((seconds) => seconds.toFixed(2)).join(", ")}`);
  expect(toSolve[2]).toBeLessThanOrEqual(2);
});
