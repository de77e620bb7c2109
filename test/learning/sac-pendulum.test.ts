// The score of SAC on Pendulum-v1, by protocol.
import { Pendulum } from "@agon/environments";
import { findAlgorithm } from "@agon/rl";
import { expect, test } from "vitest";
import { interquartileMean, reaching, scores } from "./training.ts";

test("SAC reaches −170 on Pendulum-v1 within 20 000 steps: interquartile mean, and 4 of 5 seeds", async () => {
  const found = await scores(findAlgorithm("sac"), Pendulum, 20_000);
  expect(interquartileMean(found)).toBeGreaterThanOrEqual(-170);
  expect(reaching(-170, found)).toBeGreaterThanOrEqual(4);
});
