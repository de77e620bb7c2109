// @agon/environments: environments equal to Gymnasium's, as values and by id.
export { CartPole, type CartPoleOptions, cartPole } from "./classic-control/cart-pole/cart-pole.ts";
export type { CartPoleState } from "./classic-control/cart-pole/rules.ts";
export { CliffWalking, type CliffWalkingOptions, cliffWalking } from "./gridworld/cliff-walking/cliff-walking.ts";
export { FrozenLake, type FrozenLakeOptions, frozenLake } from "./gridworld/frozen-lake/frozen-lake.ts";
export { frozenLakeMaps, randomFrozenLakeMap } from "./gridworld/frozen-lake/rules.ts";
export { GridWorld, type GridWorldOptions, gridWorld } from "./gridworld/grid-world/grid-world.ts";
export { gridWorldMaps } from "./gridworld/grid-world/rules.ts";
export type { Cell } from "./gridworld/tabular.ts";
export { definition, environments, make, makeVector, register, registeredIds, registry, spec } from "./registry.ts";
