// FrozenLake-v1: cross a slippery lake without falling into a hole.
import {
  type ArgumentSpecs,
  defineEnvironment,
  discrete,
  type EnvironmentDefinition,
  type EnvironmentEntry,
} from "@agon/env";
import { drawGrid } from "../drawing.ts";
import { parseMap } from "../grid.ts";
import { type Cell, tabularRules } from "../tabular.ts";
import {
  frozenLakeDirections,
  frozenLakeLetters,
  frozenLakeMaps,
  frozenLakeTable,
  type FrozenLakeMapName,
} from "./rules.ts";

export interface FrozenLakeOptions {
  /** One of the two known maps; default "4x4". */
  readonly mapName?: FrozenLakeMapName;
  /** A map of one's own, row by row: S start, F frozen, H hole, G goal. Takes the place of `mapName`. */
  readonly desc?: readonly string[] | null;
  /** Whether moves may go astray; default true. */
  readonly isSlippery?: boolean;
  /** On slippery ice, the probability that a move goes where it was meant to; default 1/3. */
  readonly successRate?: number;
  /** Rewards for reaching the goal, a hole, the ice; default [1, 0, 0]. */
  readonly rewardSchedule?: readonly [goal: number, hole: number, frozen: number];
}

/** FrozenLake-v1 with options. */
export function frozenLake(options: FrozenLakeOptions = {}): EnvironmentDefinition<Cell> {
  const { mapName = "4x4", desc, isSlippery = true, successRate = 1 / 3, rewardSchedule = [1, 0, 0] } = options;
  const map: readonly string[] | undefined = desc ?? frozenLakeMaps[mapName];
  if (!map)
    throw new RangeError(
      `FrozenLake: mapName must be one of ${Object.keys(frozenLakeMaps).join(", ")}; got ${mapName}.`,
    );
  if (!(successRate >= 0 && successRate <= 1)) {
    throw new RangeError(`FrozenLake: successRate must be a probability from 0 to 1; got ${successRate}.`);
  }
  if (rewardSchedule.length !== 3 || !rewardSchedule.every(Number.isFinite)) {
    throw new RangeError(
      `FrozenLake: rewardSchedule takes three numbers, for goal, hole and ice; got ${JSON.stringify(rewardSchedule)}.`,
    );
  }
  const lake = parseMap("FrozenLake", map, frozenLakeLetters);
  const table = frozenLakeTable(lake, { isSlippery, successRate, rewardSchedule });
  return defineEnvironment({
    id: "FrozenLake-v1",
    observation: discrete(table.states),
    action: discrete(frozenLakeDirections),
    maxSteps: 100,
    rewardThreshold: 0.7,
    grid: lake,
    map,
    ...tabularRules(table),
    draw: (cell, canvas) => drawGrid(lake, cell, canvas),
  });
}

/** FrozenLake-v1 as it is registered: the slippery 4×4 lake, at most 100 steps. */
export const FrozenLake: EnvironmentDefinition<Cell> = frozenLake();

const frozenLakeArguments: ArgumentSpecs = {
  mapName: {
    kind: "string",
    default: "4x4",
    choices: Object.keys(frozenLakeMaps),
    description: "one of the known maps",
  },
  desc: {
    kind: "strings",
    default: null,
    description: "a map of one's own, row by row: S start, F frozen, H hole, G goal",
  },
  isSlippery: { kind: "boolean", default: true, description: "whether moves may go astray" },
  successRate: {
    kind: "number",
    default: 1 / 3,
    minimum: 0,
    maximum: 1,
    description: "on slippery ice, the probability that a move goes where it was meant to",
  },
  rewardSchedule: {
    kind: "numbers",
    default: [1, 0, 0],
    description: "rewards for reaching the goal, a hole, the ice",
  },
};

export const frozenLakeEntry: EnvironmentEntry = {
  id: "FrozenLake-v1",
  summary: "Cross a slippery lake of 4×4 cells without falling into a hole",
  arguments: frozenLakeArguments,
  create: (given) => frozenLake(given as FrozenLakeOptions) as EnvironmentDefinition,
};

export const frozenLake8x8Entry: EnvironmentEntry = {
  id: "FrozenLake8x8-v1",
  summary: "The same on 8×8 cells",
  arguments: { ...frozenLakeArguments, mapName: { ...frozenLakeArguments.mapName, default: "8x8" } },
  create: (given) =>
    ({
      ...frozenLake({ mapName: "8x8", ...(given as FrozenLakeOptions) }),
      maxSteps: 200,
      rewardThreshold: 0.85,
    }) as EnvironmentDefinition,
};
