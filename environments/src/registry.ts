// The environments of this package by id, and the functions that take an id.
import {
  type AutoresetMode,
  type Environment,
  type EnvironmentDefinition,
  type EnvironmentEntry,
  type EnvironmentOptions,
  type EnvironmentSpec,
  Registry,
  type VectorEnvironment,
} from "@agon/env";
import { multiArmedBanditEntry } from "./bandits/multi-armed-bandit/multi-armed-bandit.ts";
import { acrobotEntry } from "./classic-control/acrobot/acrobot.ts";
import { cartPoleEntry } from "./classic-control/cart-pole/cart-pole.ts";
import { mountainCarContinuousEntry, mountainCarEntry } from "./classic-control/mountain-car/mountain-car.ts";
import { pendulumEntry } from "./classic-control/pendulum/pendulum.ts";
import { cliffWalkingEntry, cliffWalkingSlipperyEntry } from "./gridworld/cliff-walking/cliff-walking.ts";
import { frozenLake8x8Entry, frozenLakeEntry } from "./gridworld/frozen-lake/frozen-lake.ts";
import { gridWorldEntry } from "./gridworld/grid-world/grid-world.ts";
import { blackjackEntry } from "./toy-text/blackjack/blackjack.ts";
import { taxiEntry } from "./toy-text/taxi/taxi.ts";

/** Everything in this package, to fill a registry of one's own: `new Registry([...environments, Corridor])`. */
export const environments: readonly (EnvironmentEntry | EnvironmentDefinition)[] = [
  cartPoleEntry,
  mountainCarEntry,
  mountainCarContinuousEntry,
  acrobotEntry,
  pendulumEntry,
  frozenLakeEntry,
  frozenLake8x8Entry,
  cliffWalkingEntry,
  cliffWalkingSlipperyEntry,
  taxiEntry,
  blackjackEntry,
  gridWorldEntry,
  multiArmedBanditEntry,
];

/** The registry behind `make` and its companions below. */
export const registry: Registry = new Registry(environments);

/** A running environment: `make("FrozenLake-v1", { isSlippery: false })`, or from a definition. */
export const make = (environment: string | EnvironmentDefinition, options?: EnvironmentOptions): Environment =>
  registry.make(environment, options);

/** `count` lanes of an environment over shared arrays. */
export const makeVector = (
  environment: string | EnvironmentDefinition,
  count: number,
  options?: EnvironmentOptions & { readonly autoreset?: AutoresetMode },
): VectorEnvironment => registry.makeVector(environment, count, options);

/** The definition that an id and options stand for: what agents are built on. */
export const definition = (id: string, options?: EnvironmentOptions): EnvironmentDefinition =>
  registry.definition(id, options);

/** What is known about an id without running it: spaces, limit, threshold, arguments. */
export const spec = (id: string): EnvironmentSpec => registry.spec(id);

/** Adds an environment of one's own to `registry`. */
export const register = (environment: EnvironmentDefinition | EnvironmentEntry): void => registry.register(environment);

export const registeredIds = (): string[] => registry.registeredIds();
