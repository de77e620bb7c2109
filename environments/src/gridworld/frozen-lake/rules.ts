// The maps of the frozen lake and the table of its slippery moves.
import type { GridLayout, Tile, TransitionRow, TransitionTable } from "@agon/env";
import { numpyGenerator } from "@agon/random";
import { type Direction, neighbour, slipDirections, uniformStart } from "../grid.ts";

export const frozenLakeLetters: Readonly<Record<string, Tile>> = { S: "start", F: "floor", H: "pit", G: "goal" };

export type FrozenLakeMapName = "4x4" | "8x8";

export const frozenLakeMaps: Readonly<Record<FrozenLakeMapName, readonly string[]>> = {
  "4x4": ["SFFF", "FHFH", "FFFH", "HFFG"],
  "8x8": ["SFFFFFFF", "FFFFFFFF", "FFFHFFFF", "FFFFFHFF", "FFFHFFFF", "FHHFFFHF", "FHFFHFHF", "FFFHFFFG"],
};

/** Actions 0 to 3. */
export const frozenLakeDirections: readonly Direction[] = ["left", "down", "right", "up"];

export interface LakeRules {
  readonly isSlippery: boolean;
  /** On slippery ice, the probability that a move goes where it was meant to; the rest is shared by the two directions beside it. */
  readonly successRate: number;
  /** Rewards for reaching the goal, a hole, the ice. */
  readonly rewardSchedule: readonly [goal: number, hole: number, frozen: number];
}

/** P[cell][direction]; holes and the goal keep the agent, for nothing. */
export function frozenLakeTable(
  lake: GridLayout,
  { isSlippery, successRate, rewardSchedule }: LakeRules,
): TransitionTable {
  const [goal, hole, frozen] = rewardSchedule;
  const slipRate = (1 - successRate) / 2;
  const arrive = (probability: number, cell: number, direction: Direction): TransitionRow => {
    const next = neighbour(lake, cell, direction);
    const tile = lake.tiles[next];
    if (tile === "goal") return [probability, next, goal, true];
    return tile === "pit" ? [probability, next, hole, true] : [probability, next, frozen, false];
  };
  const outcomes = (cell: number, action: number): TransitionRow[] => {
    if (lake.tiles[cell] === "goal" || lake.tiles[cell] === "pit") return [[1, cell, 0, true]];
    if (!isSlippery) return [arrive(1, cell, frozenLakeDirections[action])];
    const probabilities = [slipRate, successRate, slipRate];
    return slipDirections(frozenLakeDirections, action).map((direction, i) =>
      arrive(probabilities[i], cell, direction),
    );
  };
  const rows = lake.tiles.map((_, cell) => frozenLakeDirections.map((_, action) => outcomes(cell, action)));
  return { states: rows.length, actions: 4, rows, initial: uniformStart(lake) };
}

/**
 * A random map with a way from the start, top left, to the goal, bottom right; each other cell is frozen with probability `frozen`.
 * The map that Gymnasium's `generate_random_map(size, p, seed)` gives.
 */
export function randomFrozenLakeMap({
  size = 8,
  frozen = 0.8,
  seed,
}: {
  size?: number;
  frozen?: number;
  seed: number;
}): string[] {
  if (!Number.isSafeInteger(size) || size < 2)
    throw new RangeError(`randomFrozenLakeMap: size must be at least 2; got ${size}.`);
  if (!(frozen > 0)) throw new RangeError(`randomFrozenLakeMap: frozen must be a probability above 0; got ${frozen}.`);
  const random = numpyGenerator(seed);
  for (;;) {
    const cells: string[] = Array.from({ length: size * size }, () => (random.uniform() < frozen ? "F" : "H"));
    cells[0] = "S";
    cells[size * size - 1] = "G";
    if (reachesGoal(cells, size))
      return Array.from({ length: size }, (_, row) => cells.slice(row * size, (row + 1) * size).join(""));
  }
}

function reachesGoal(cells: readonly string[], size: number): boolean {
  const lake = { rows: size, columns: size, tiles: [] };
  const seen = new Set([0]);
  for (const cell of seen) {
    for (const direction of frozenLakeDirections) {
      const next = neighbour(lake, cell, direction);
      if (cells[next] === "G") return true;
      if (cells[next] !== "H") seen.add(next);
    }
  }
  return false;
}
