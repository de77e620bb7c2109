// @agon/environments: environments equal to Gymnasium's, step by step.
export { CartPole, type CartPoleOptions, type CartPoleState, cartPole } from "./classic-control/cart-pole.ts";
export {
  CliffWalking,
  type CliffWalkingOptions,
  CliffWalkingSlippery,
  cliffWalking,
} from "./gridworld/cliff-walking.ts";
export {
  FrozenLake,
  FrozenLake8x8,
  type FrozenLakeOptions,
  frozenLake,
  frozenLakeMaps,
} from "./gridworld/frozen-lake.ts";
export type { GridState } from "./gridworld/tabular.ts";
