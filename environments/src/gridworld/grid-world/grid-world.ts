// GridWorld-v0: a grid to be drawn by hand, with walls, pits, goals, slips, wind and moving obstacles.
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
import { patrolledTable, patrolOf } from "./obstacles.ts";
import {
  gridWorldDirections,
  type GridWorldMapName,
  gridWorldLetters,
  gridWorldMaps,
  gridWorldTable,
} from "./rules.ts";

export interface GridWorldOptions {
  /** One of the known maps: "maze" (default), "classic", "windy", "rooms", "street". */
  readonly mapName?: GridWorldMapName;
  /**
   * A map of one's own, row by row: S start, G goal, H pit, # wall, . floor; > < v ^ obstacles that patrol, beginning that way. Takes the
   * place of `mapName`.
   */
  readonly map?: readonly string[] | null;
  /** Probability that a move turns into one of the two directions beside it, half each; default 0. */
  readonly slip?: number;
  /** Cells by which each column pushes upward whoever moves from it; default none, or the map's own. [columns] */
  readonly wind?: readonly number[] | null;
  /** Reward of a step that reaches neither goal nor pit; default −0.04. */
  readonly stepReward?: number;
  /** Default 1. */
  readonly goalReward?: number;
  /** Default −1. */
  readonly pitReward?: number;
}

/** GridWorld-v0 with options: `gridWorld({ map: ["..G", ".#H", "S.."], slip: 0.2 })`. */
export function gridWorld(options: GridWorldOptions = {}): EnvironmentDefinition<Cell> {
  const { mapName = "maze", slip = 0, stepReward = -0.04, goalReward = 1, pitReward = -1 } = options;
  const known = gridWorldMaps[mapName];
  if (!known)
    throw new RangeError(`GridWorld: mapName must be one of ${Object.keys(gridWorldMaps).join(", ")}; got ${mapName}.`);
  const map = options.map ?? known.map;
  const grid = parseMap("GridWorld", map, gridWorldLetters);
  const calm = Array.from({ length: grid.columns }, () => 0);
  const wind = options.wind ?? (options.map ? calm : (known.wind ?? calm));
  if (wind.length !== grid.columns || !wind.every((strength) => Number.isSafeInteger(strength) && strength >= 0)) {
    throw new RangeError(
      `GridWorld: wind takes a whole number of cells for each of the ${grid.columns} columns; got ${JSON.stringify(wind)}.`,
    );
  }
  if (!(slip >= 0 && slip <= 1))
    throw new RangeError(`GridWorld: slip must be a probability from 0 to 1; got ${slip}.`);
  for (const [name, reward] of Object.entries({ stepReward, goalReward, pitReward }))
    if (!Number.isFinite(reward)) throw new RangeError(`GridWorld: ${name} must be a finite number; got ${reward}.`);
  const still = gridWorldTable(grid, { slip, wind, stepReward, goalReward, pitReward });
  const patrol = patrolOf("GridWorld", map, grid);
  const table = patrolledTable(still, patrol, pitReward);
  return defineEnvironment({
    id: "GridWorld-v0",
    observation: discrete(table.states),
    action: discrete(gridWorldDirections),
    maxSteps: 200,
    ...(table === still && { grid }),
    map,
    ...tabularRules(table),
    draw(state, canvas) {
      const cells = grid.tiles.length;
      drawGrid(grid, state % cells, canvas, { obstacles: patrol[Math.floor(state / cells)], wind });
    },
  });
}

/** GridWorld-v0 as it is registered: the maze of Sutton & Barto's Figure 8.2, at most 200 steps. */
export const GridWorld: EnvironmentDefinition<Cell> = gridWorld();

const gridWorldArguments: ArgumentSpecs = {
  mapName: {
    kind: "string",
    default: "maze",
    choices: Object.keys(gridWorldMaps),
    description: "one of the known maps",
  },
  map: {
    kind: "strings",
    default: null,
    description:
      "a map of one's own, row by row: S start, G goal, H pit, # wall, . floor, > < v ^ obstacles that patrol",
  },
  slip: {
    kind: "number",
    default: 0,
    minimum: 0,
    maximum: 1,
    description: "probability that a move turns into one of the two directions beside it",
  },
  wind: {
    kind: "numbers",
    default: null,
    description: "cells by which each column pushes upward whoever moves from it",
  },
  stepReward: { kind: "number", default: -0.04, description: "reward of a step that reaches neither goal nor pit" },
  goalReward: { kind: "number", default: 1, description: "reward for reaching a goal" },
  pitReward: { kind: "number", default: -1, description: "reward for falling into a pit" },
};

export const gridWorldEntry: EnvironmentEntry = {
  id: "GridWorld-v0",
  summary: "A grid to be drawn by hand: walls, pits, goals, slips, wind and moving obstacles",
  arguments: gridWorldArguments,
  create: (given) => gridWorld(given as GridWorldOptions) as EnvironmentDefinition,
};
