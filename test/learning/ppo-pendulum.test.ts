// The score of PPO on Pendulum-v1, vectors for actions, by protocol.
import { Pendulum } from "@agon/environments";
import { findAlgorithm } from "@agon/rl";
import { expect, test } from "vitest";
import { interquartileMean, reaching, scores } from "./training.ts";

test("PPO reaches −200 on Pendulum-v1 within 100 000 steps: interquartile mean, and 4 of 5 seeds", async () => {
  const found = await scores(findAlgorithm("ppo"), Pendulum, 100_000);
  expect(interquartileMean(found)).toBeGreaterThanOrEqual(-200);
  expect(reaching(-200, found)).toBeGreaterThanOrEqual(4);
});
