// @agon/environments: environments equal to Gymnasium's, as values and by id.
export {
  MultiArmedBandit,
  type MultiArmedBanditOptions,
  multiArmedBandit,
} from "./bandits/multi-armed-bandit/multi-armed-bandit.ts";
export type { BanditState } from "./bandits/multi-armed-bandit/rules.ts";
export { Acrobot, type AcrobotOptions, acrobot } from "./classic-control/acrobot/acrobot.ts";
export type { AcrobotEquations, AcrobotState } from "./classic-control/acrobot/rules.ts";
export { CartPole, type CartPoleOptions, cartPole } from "./classic-control/cart-pole/cart-pole.ts";
export type { CartPoleState } from "./classic-control/cart-pole/rules.ts";
export {
  MountainCar,
  MountainCarContinuous,
  type MountainCarOptions,
  mountainCar,
  mountainCarContinuous,
} from "./classic-control/mountain-car/mountain-car.ts";
export type { MountainCarState } from "./classic-control/mountain-car/rules.ts";
export { Pendulum, type PendulumOptions, pendulum } from "./classic-control/pendulum/pendulum.ts";
export type { PendulumState } from "./classic-control/pendulum/rules.ts";
export { CliffWalking, type CliffWalkingOptions, cliffWalking } from "./gridworld/cliff-walking/cliff-walking.ts";
export { FrozenLake, type FrozenLakeOptions, frozenLake } from "./gridworld/frozen-lake/frozen-lake.ts";
export { frozenLakeMaps, randomFrozenLakeMap } from "./gridworld/frozen-lake/rules.ts";
export { GridWorld, type GridWorldOptions, gridWorld } from "./gridworld/grid-world/grid-world.ts";
export { gridWorldMaps } from "./gridworld/grid-world/rules.ts";
export type { Cell } from "./gridworld/tabular.ts";
export { Blackjack, type BlackjackOptions, blackjack } from "./toy-text/blackjack/blackjack.ts";
export type { BlackjackState } from "./toy-text/blackjack/rules.ts";
export { Taxi, type TaxiOptions, taxi } from "./toy-text/taxi/taxi.ts";
export { definition, environments, make, makeVector, register, registeredIds, registry, spec } from "./registry.ts";
