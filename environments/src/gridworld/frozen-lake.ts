// FrozenLake-v1: cross a frozen lake without falling into a hole; the ice may be slippery.
import {
  type Canvas,
  defineEnvironment,
  discrete,
  type EnvironmentDefinition,
  type TransitionRow,
  type TransitionTable,
} from "@agon/env";
import { drawGrid } from "./draw-grid.ts";
import { type GridState, resetFrom, startIn, stepBy } from "./tabular.ts";

/** S start, F frozen, H hole, G goal. */
export const frozenLakeMaps: Readonly<Record<string, readonly string[]>> = {
  "4x4": ["SFFF", "FHFH", "FFFH", "HFFG"],
  "8x8": ["SFFFFFFF", "FFFFFFFF", "FFFHFFFF", "FFFFFHFF", "FFFHFFFF", "FHHFFFHF", "FHFFHFHF", "FFFHFFFG"],
};

export interface FrozenLakeOptions {
  /** Name of a map, "4x4" or "8x8". */
  readonly mapName?: string;
  /** A map of one's own, row by row. */
  readonly desc?: readonly string[];
  /** The intended direction is taken with probability successRate, else one of the two beside it. */
  readonly isSlippery?: boolean;
  readonly successRate?: number;
  readonly id?: string;
  /** Time limit in steps. */
  readonly maxSteps?: number;
}

const LEFT = 0;
const DOWN = 1;
const RIGHT = 2;

const checkMap = (map: readonly string[]): void => {
  const bad = map.find((row) => row.length !== map[0].length || !/^[SFHG]+$/.test(row));
  if (bad !== undefined || map.length === 0)
    throw new Error(
      `FrozenLake: row "${bad ?? ""}" of the map; expected rows of one length, of the letters S, F, H, G.`,
    );
  if (!map.some((row) => row.includes("S"))) throw new Error("FrozenLake: the map has no start, S.");
};

const makeTable = (map: readonly string[], isSlippery: boolean, successRate: number): TransitionTable => {
  const [height, width] = [map.length, map[0].length];
  const letters = map.join("");
  const moved = (cell: number, direction: number): number => {
    const [row, column] = [Math.floor(cell / width), cell % width];
    if (direction === LEFT) return row * width + Math.max(column - 1, 0);
    if (direction === DOWN) return Math.min(row + 1, height - 1) * width + column;
    if (direction === RIGHT) return row * width + Math.min(column + 1, width - 1);
    return Math.max(row - 1, 0) * width + column;
  };
  const outcome = (probability: number, cell: number, direction: number): TransitionRow => {
    const next = moved(cell, direction);
    return [probability, next, Number(letters[next] === "G"), "GH".includes(letters[next])];
  };
  const beside = (1 - successRate) / 2;
  const rows = [...letters].map((letter, cell) =>
    [0, 1, 2, 3].map((action): TransitionRow[] => {
      if ("GH".includes(letter)) return [[1, cell, 0, true]];
      if (!isSlippery) return [outcome(1, cell, action)];
      return [
        outcome(beside, cell, (action + 3) % 4),
        outcome(successRate, cell, action),
        outcome(beside, cell, (action + 1) % 4),
      ];
    }),
  );
  const starts = [...letters].flatMap((letter, cell) => (letter === "S" ? [cell] : []));
  return { states: letters.length, actions: 4, rows, initial: startIn(letters.length, starts) };
};

export const frozenLake = ({
  mapName = "4x4",
  desc,
  isSlippery = true,
  successRate = 1 / 3,
  id = "FrozenLake-v1",
  maxSteps = 100,
}: FrozenLakeOptions = {}): EnvironmentDefinition<GridState> => {
  const map = desc ?? frozenLakeMaps[mapName];
  if (!map)
    throw new Error(`FrozenLake: unknown map "${mapName}"; known are ${Object.keys(frozenLakeMaps).join(", ")}.`);
  checkMap(map);
  const table = makeTable(map, isSlippery, successRate);
  const kinds = { S: "start", F: "free", H: "hole", G: "goal" } as const;
  return defineEnvironment<GridState>({
    id,
    observation: discrete(table.states),
    action: discrete(["left", "down", "right", "up"]),
    maxSteps,
    rewardThreshold: 0.7,
    reset: (random) => resetFrom(table, random),
    step: (state, action, random) => stepBy(table, state, action as number, random),
    observe: ({ cell }, out) => {
      out[0] = cell;
    },
    draw: ({ cell }: GridState, canvas: Canvas) =>
      drawGrid(
        canvas,
        map.map((row) => [...row].map((letter) => kinds[letter as keyof typeof kinds])),
        cell,
      ),
    table: () => table,
  });
};

export const FrozenLake: EnvironmentDefinition<GridState> = frozenLake();
export const FrozenLake8x8: EnvironmentDefinition<GridState> = frozenLake({
  mapName: "8x8",
  id: "FrozenLake8x8-v1",
  maxSteps: 200,
});
