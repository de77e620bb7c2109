// The scores of DQN's switches on CartPole-v1 by protocol.
import { CartPole } from "@agon/environments";
import { findAlgorithm } from "@agon/rl";
import { expect, test } from "vitest";
import { reaching, scores } from "./training.ts";

test.each([{ dueling: true }, { prioritised: true }, { dueling: true, prioritised: true }])(
  "DQN with %o reaches 475 on CartPole-v1 within 50 000 steps, 4 of 5 seeds",
  async (switches) => {
    const found = await scores(findAlgorithm("dqn"), CartPole, 50_000, switches);
    expect(reaching(475, found)).toBeGreaterThanOrEqual(4);
  },
);
