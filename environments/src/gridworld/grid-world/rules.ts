// Maps to walk on, and the table of moves with slips and wind.
import type { GridLayout, Tile, TransitionRow, TransitionTable } from "@agon/env";
import { obstacleLetters } from "./obstacles.ts";
import { type Direction, neighbour, slipDirections, uniformStart } from "../grid.ts";

export const gridWorldLetters: Readonly<Record<string, Tile>> = {
  S: "start",
  G: "goal",
  H: "pit",
  "#": "wall",
  ".": "floor",
  F: "floor",
  " ": "floor",
  ...Object.fromEntries(Object.keys(obstacleLetters).map((letter) => [letter, "floor" as const])),
};

export interface GridMap {
  readonly map: readonly string[];
  readonly wind?: readonly number[];
}

export type GridWorldMapName = "maze" | "classic" | "windy" | "rooms" | "street";

export const gridWorldMaps: Readonly<Record<GridWorldMapName, GridMap>> = {
  /** Sutton & Barto, Figure 8.2. */
  maze: { map: [".......#G", "..#....#.", "S.#....#.", "..#......", ".....#...", "........."] },
  /** Russell & Norvig, Figure 17.1. */
  classic: { map: ["...G", ".#.H", "S..."] },
  /** Sutton & Barto, Example 6.5. */
  windy: {
    map: ["..........", "..........", "..........", "S......G..", "..........", "..........", ".........."],
    wind: [0, 0, 0, 1, 1, 1, 2, 2, 1, 0],
  },
  /** Four rooms with a door between neighbours, after Sutton, Precup & Singh (1999), Figure 2. */
  rooms: {
    map: [
      ".....#....G",
      ".....#.....",
      "...........",
      ".....#.....",
      ".....#.....",
      "#.####.....",
      ".....###.##",
      ".....#.....",
      ".....#.....",
      "...........",
      "S....#.....",
    ],
  },
  /** Three lanes with traffic between two pavements, and a goal on either side of the island beyond. */
  street: { map: ["G..#..G", ">......", "...<...", "......>", "...S..."] },
};

/** Actions 0 to 3. */
export const gridWorldDirections: readonly Direction[] = ["left", "down", "right", "up"];

export interface GridWorldRules {
  /** Probability that a move turns into one of the two directions beside it, half each. */
  readonly slip: number;
  /** Cells by which each column pushes upward whoever moves from it. [columns] */
  readonly wind: readonly number[];
  readonly stepReward: number;
  readonly goalReward: number;
  readonly pitReward: number;
}

/** P[cell][direction]; goals and pits keep the agent, for nothing; walls and the edge stop it. */
export function gridWorldTable(grid: GridLayout, rules: GridWorldRules): TransitionTable {
  const { slip, stepReward, goalReward, pitReward } = rules;
  const arrive = (probability: number, cell: number, direction: Direction): TransitionRow => {
    const next = blow(grid, walk(grid, cell, direction), rules.wind[cell % grid.columns]);
    if (grid.tiles[next] === "goal") return [probability, next, goalReward, true];
    return grid.tiles[next] === "pit" ? [probability, next, pitReward, true] : [probability, next, stepReward, false];
  };
  const outcomes = (cell: number, action: number): TransitionRow[] => {
    if (["goal", "pit", "wall"].includes(grid.tiles[cell])) return [[1, cell, 0, true]];
    if (slip === 0) return [arrive(1, cell, gridWorldDirections[action])];
    const probabilities = [slip / 2, 1 - slip, slip / 2];
    return slipDirections(gridWorldDirections, action).map((direction, i) => arrive(probabilities[i], cell, direction));
  };
  const rows = grid.tiles.map((_, cell) => gridWorldDirections.map((_, action) => outcomes(cell, action)));
  return { states: rows.length, actions: 4, rows, initial: uniformStart(grid) };
}

function walk(grid: GridLayout, cell: number, direction: Direction): number {
  const next = neighbour(grid, cell, direction);
  return grid.tiles[next] === "wall" ? cell : next;
}

/** Upward by the strength of the wind, as far as walls allow; a goal or a pit on the way holds the agent no more than it did on foot. */
function blow(grid: GridLayout, cell: number, strength: number): number {
  let landed = cell;
  for (let i = 0; i < strength; i++) landed = walk(grid, landed, "up");
  return landed;
}
