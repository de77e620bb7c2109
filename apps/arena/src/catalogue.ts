// What there is to choose from: the registries of environments and algorithms, as the menus show them.
import type { EnvironmentDefinition } from "@agon/env";
import { registry } from "@agon/environments";
import { type AlgorithmSpec, algorithms } from "@agon/rl";
import { type Field, fieldOfArgument, fieldOfOption, type Values } from "./page/fields.ts";

export { algorithms };

export const defaultEnvironment = "CartPole-v1";
export const defaultAlgorithm = "dqn";

/** Ids of the environments that some algorithm plays, as the menu lists them. */
export const environmentIds: readonly string[] = registry.registeredIds().filter((id) => {
  const definition = registry.definition(id);
  return algorithms.some((algorithm) => algorithm.fits(definition) === null);
});

const definitions = new Map<string, EnvironmentDefinition>();

/** The environment with these arguments: the same object whenever they are the same. */
export function resolveEnvironment(id: string, given: Values): EnvironmentDefinition {
  const key = JSON.stringify([id, given]);
  const known = definitions.get(key);
  if (known !== undefined) return known;
  const definition = registry.definition(id, given);
  definitions.set(key, definition);
  return definition;
}

export function resolveAlgorithm(name: string): AlgorithmSpec {
  const algorithm = algorithms.find((candidate) => candidate.name === name);
  if (algorithm === undefined) throw new Error(`There is no algorithm "${name}".`);
  return algorithm;
}

/** `wanted` if it fits, else the first algorithm that does, one other than `avoided` if there is one. */
export function fittingAlgorithm(environment: EnvironmentDefinition, wanted: string, avoided?: string): string {
  const fitting = algorithms.filter((algorithm) => algorithm.fits(environment) === null);
  const found =
    fitting.find(({ name }) => name === wanted) ?? fitting.find(({ name }) => name !== avoided) ?? fitting[0];
  if (found === undefined) throw new Error(`No algorithm plays ${environment.id}.`);
  return found.name;
}

/** The arguments of an environment, for editing. */
export function argumentFields(id: string): readonly Field[] {
  return Object.entries(registry.spec(id).arguments).map(([key, argument]) => fieldOfArgument(key, argument));
}

/** The options of an algorithm, for editing. */
export function optionFields(name: string): readonly Field[] {
  return resolveAlgorithm(name).options.map(fieldOfOption);
}

/** One line about an environment. */
export function summaryOf(id: string): string {
  return registry.spec(id).summary;
}

/** "CartPole-v1" → "Cart Pole", "FrozenLake8x8-v1" → "Frozen Lake 8×8". */
export function titleOf(id: string): string {
  const name = id.replace(/-v\d+$/, "").replace(/(?<=\d)x(?=\d)/g, "×");
  return name.replace(/(?<=[a-z])(?=[A-Z\d])/g, " ");
}

/** Steps per second that look like real time: physics runs at 50, boards are walked at 5. */
export function realTimeOf(environment: EnvironmentDefinition): number {
  return environment.observation.kind === "box" ? 50 : 5;
}
