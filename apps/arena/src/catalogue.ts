// What there is to choose from: the registries of environments and algorithms, as the menus show them.
import type { EnvironmentDefinition } from "@agon/env";
import type { AlgorithmSpec } from "@agon/rl";
import { algorithms, environments } from "./stand-in.ts";

export { algorithms };

/** Ids of the environments, as the menu lists them. */
export const environmentIds: readonly string[] = environments.map(({ id }) => id);

export const defaultEnvironment = "CartPole-v1";

export function resolveEnvironment(id: string, _map: readonly string[] | null): EnvironmentDefinition {
  const definition = environments.find((environment) => environment.id === id);
  if (definition === undefined)
    throw new Error(`There is no environment "${id}"; known: ${environmentIds.join(", ")}.`);
  return definition;
}

export function resolveAlgorithm(name: string): AlgorithmSpec {
  const algorithm = algorithms.find((candidate) => candidate.name === name);
  if (algorithm === undefined) throw new Error(`There is no algorithm "${name}".`);
  return algorithm;
}

/** "CartPole-v1" → "CartPole". */
export function titleOf(id: string): string {
  return id.replace(/-v\d+$/, "").replace(/(?<=[a-z])(?=[A-Z0-9])/g, " ");
}

/** Steps per second that look like real time: physics runs at 50, boards are walked at 5. */
export function realTimeOf(environment: EnvironmentDefinition): number {
  return environment.observation.kind === "box" ? 50 : 5;
}

/** `wanted` if it fits, else the first algorithm that does. */
export function fittingAlgorithm(environment: EnvironmentDefinition, wanted: string): string {
  const fitting = algorithms.filter((algorithm) => algorithm.fits(environment) === null);
  const found = fitting.find(({ name }) => name === wanted) ?? fitting[0];
  if (found === undefined) throw new Error(`No algorithm plays ${environment.id}.`);
  return found.name;
}
