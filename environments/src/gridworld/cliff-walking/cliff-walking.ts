// CliffWalking-v1: walk along a cliff to the goal without stepping off.
import {
  type ArgumentSpecs,
  defineEnvironment,
  discrete,
  type EnvironmentDefinition,
  type EnvironmentEntry,
} from "@agon/env";
import { drawGrid } from "../drawing.ts";
import { type Cell, tabularRules } from "../tabular.ts";
import { cliff, cliffDirections, cliffTable } from "./rules.ts";

export interface CliffWalkingOptions {
  /** Whether a move may turn into one of the two directions beside it, each of the three with probability 1/3. Default false. */
  readonly isSlippery?: boolean;
}

/** CliffWalking-v1 with options. */
export function cliffWalking({ isSlippery = false }: CliffWalkingOptions = {}): EnvironmentDefinition<Cell> {
  const table = cliffTable({ isSlippery });
  return defineEnvironment({
    id: "CliffWalking-v1",
    observation: discrete(table.states),
    action: discrete(cliffDirections),
    grid: cliff,
    ...tabularRules(table),
    draw: (cell, canvas) => drawGrid(cliff, cell, canvas),
  });
}

/** CliffWalking-v1 as it is registered: firm ground, no time limit. */
export const CliffWalking: EnvironmentDefinition<Cell> = cliffWalking();

const cliffWalkingArguments: ArgumentSpecs = {
  isSlippery: { kind: "boolean", default: false, description: "whether moves may go astray, to either side" },
};

export const cliffWalkingEntry: EnvironmentEntry = {
  id: "CliffWalking-v1",
  summary: "Walk along a cliff to the goal without stepping off",
  arguments: cliffWalkingArguments,
  create: (given) => cliffWalking(given as CliffWalkingOptions) as EnvironmentDefinition,
};

export const cliffWalkingSlipperyEntry: EnvironmentEntry = {
  id: "CliffWalkingSlippery-v1",
  summary: "The same on slippery ground",
  arguments: { isSlippery: { ...cliffWalkingArguments.isSlippery, default: true } },
  create: (given) => cliffWalking({ isSlippery: true, ...(given as CliffWalkingOptions) }) as EnvironmentDefinition,
};
