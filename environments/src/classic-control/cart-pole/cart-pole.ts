// CartPole-v1: balance a pole on a cart by pushing the cart left and right.
import {
  type ArgumentSpecs,
  box,
  defineEnvironment,
  discrete,
  type EnvironmentDefinition,
  type EnvironmentEntry,
} from "@agon/env";
import { drawCartPole } from "./drawing.ts";
import {
  ANGLE_LIMIT,
  type CartPoleState,
  cartPoleBatch,
  hasFallen,
  POSITION_LIMIT,
  push,
  startingState,
} from "./rules.ts";

export interface CartPoleOptions {
  /** Rewards of Sutton & Barto: 0 for each step and −1 for the fall, in place of 1 for every step. Default false. */
  readonly suttonBartoReward?: boolean;
}

/** CartPole-v1 with options. */
export function cartPole({ suttonBartoReward = false }: CartPoleOptions = {}): EnvironmentDefinition<CartPoleState> {
  const rewards = suttonBartoReward ? { standing: 0, fallen: -1 } : { standing: 1, fallen: 1 };
  // Twice the limits, so that the observation after which an episode ends lies inside.
  const bounds = [2 * POSITION_LIMIT, Infinity, 2 * ANGLE_LIMIT, Infinity];
  return defineEnvironment({
    id: "CartPole-v1",
    observation: box([4], { low: bounds.map((bound) => -bound), high: bounds }),
    action: discrete(["left", "right"]),
    maxSteps: 500,
    rewardThreshold: 475,
    reset: startingState,
    step(before, action) {
      const state = push(before, action);
      const terminated = hasFallen(state);
      return { state, reward: terminated ? rewards.fallen : rewards.standing, terminated };
    },
    observe({ position, velocity, angle, angularVelocity }, out) {
      out[0] = position;
      out[1] = velocity;
      out[2] = angle;
      out[3] = angularVelocity;
    },
    draw: drawCartPole,
    batch: cartPoleBatch(rewards),
  });
}

/** CartPole-v1 as it is registered: 1 for every step, at most 500 steps, solved from a mean return of 475. */
export const CartPole: EnvironmentDefinition<CartPoleState> = cartPole();

const cartPoleArguments: ArgumentSpecs = {
  suttonBartoReward: {
    kind: "boolean",
    default: false,
    description: "0 for each step and −1 for the fall, as in Sutton & Barto, in place of 1 for every step",
  },
};

export const cartPoleEntry: EnvironmentEntry = {
  id: "CartPole-v1",
  summary: "Balance a pole on a cart by pushing it left and right",
  arguments: cartPoleArguments,
  create: (given) => cartPole(given as CartPoleOptions) as EnvironmentDefinition,
};
