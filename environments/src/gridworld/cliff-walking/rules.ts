// The grid of Sutton & Barto's Example 6.6 and the table of its moves.
import type { GridLayout, TransitionRow, TransitionTable } from "@agon/env";
import { type Direction, neighbour, parseMap, slipDirections, uniformStart } from "../grid.ts";

/** Four rows of twelve: the cliff lies between the start and the goal. */
export const cliff: GridLayout = parseMap(
  "CliffWalking",
  ["............", "............", "............", "SCCCCCCCCCCG"],
  { S: "start", C: "pit", G: "goal", ".": "floor" },
);

const START = cliff.tiles.indexOf("start");

/** Actions 0 to 3. */
export const cliffDirections: readonly Direction[] = ["up", "right", "down", "left"];

/** P[cell][direction]. Stepping off the cliff costs 100 and leads back to the start; every other step costs 1. */
export function cliffTable({ isSlippery }: { isSlippery: boolean }): TransitionTable {
  const arrive = (probability: number, cell: number, direction: Direction): TransitionRow => {
    const next = neighbour(cliff, cell, direction);
    if (cliff.tiles[next] === "pit") return [probability, START, -100, false];
    return [probability, next, -1, cliff.tiles[next] === "goal"];
  };
  const outcomes = (cell: number, action: number): TransitionRow[] =>
    isSlippery
      ? slipDirections(cliffDirections, action).map((direction) => arrive(1 / 3, cell, direction))
      : [arrive(1, cell, cliffDirections[action])];
  const rows = cliff.tiles.map((_, cell) => cliffDirections.map((_, action) => outcomes(cell, action)));
  return { states: rows.length, actions: 4, rows, initial: uniformStart(cliff) };
}
