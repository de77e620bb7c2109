// Which algorithm the menus fall back on.
import { registry } from "@agon/environments";
import { expect, test } from "vitest";
import { fittingAlgorithm } from "./catalogue.ts";

const pendulum = registry.definition("Pendulum-v1");
const pole = registry.definition("CartPole-v1");

test("what is wanted is taken where it fits, else the first that does, and a rival is another one", () => {
  expect(fittingAlgorithm(pole, "a2c")).toBe("a2c");
  expect(fittingAlgorithm(pendulum, "dqn")).toBe("ppo");
  expect(fittingAlgorithm(pendulum, "a2c", "ppo")).toBe("sac");
  expect(fittingAlgorithm(pole, "value-iteration", "dqn")).toBe("ppo");
});
