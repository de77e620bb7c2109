// Obstacles that patrol: each goes back and forth along its row or column, one cell a step, and turns at walls and edges.
import type { GridLayout, TransitionRow, TransitionTable } from "@agon/env";
import { type Direction, neighbour } from "../grid.ts";

/** Letters of the map that stand for an obstacle, with the way it goes first. The cell below is floor. */
export const obstacleLetters: Readonly<Record<string, Direction>> = { ">": "right", "<": "left", v: "down", "^": "up" };

const opposite: Readonly<Record<Direction, Direction>> = { left: "right", right: "left", up: "down", down: "up" };

/** Cells of each obstacle at each phase, after which everything begins anew. [phases][obstacles] */
export type Patrol = readonly (readonly number[])[];

/** More phases than this would make the table huge. */
const MOST_PHASES = 64;

/** Where the obstacles of a map are, from their starts until they are all back. A single phase without any where there is none. */
export function patrolOf(name: string, map: readonly string[], grid: GridLayout): Patrol {
  const starts = [...map.join("")].flatMap((letter, cell) =>
    Object.hasOwn(obstacleLetters, letter) ? [face(grid, cell, obstacleLetters[letter])] : [],
  );
  const phases: number[][] = [];
  let now = starts;
  do {
    if (phases.length === MOST_PHASES)
      throw new RangeError(
        `${name}: the obstacles need more than ${MOST_PHASES} steps until all are back where they began; give them ways whose lengths fit.`,
      );
    phases.push(now.map(({ cell }) => cell));
    now = now.map(({ cell, heading }) => face(grid, ahead(grid, cell, heading), heading));
  } while (now.some(({ cell, heading }, i) => cell !== starts[i].cell || heading !== starts[i].heading));
  return phases;
}

/** The cell one step on; the same before a wall or the edge. */
function ahead(grid: GridLayout, cell: number, heading: Direction): number {
  const next = neighbour(grid, cell, heading);
  return grid.tiles[next] === "wall" ? cell : next;
}

/** Turned round where the way ahead is shut. */
const face = (grid: GridLayout, cell: number, heading: Direction): { cell: number; heading: Direction } => ({
  cell,
  heading: ahead(grid, cell, heading) === cell ? opposite[heading] : heading,
});

/**
 * The table over (phase, cell), numbered phase · cells + cell, from the one over cells. Agent and obstacles move at once; who then stands on
 * an obstacle's cell, or has changed places with one, is caught: the reward of a pit, and the end.
 */
export function patrolledTable(still: TransitionTable, patrol: Patrol, pitReward: number): TransitionTable {
  const cells = still.states;
  if (patrol[0].length === 0) return still;
  const rows = patrol.flatMap((before, phase) => {
    const nextPhase = (phase + 1) % patrol.length;
    const after = patrol[nextPhase];
    const move = (from: number, [p, to, reward, end]: TransitionRow): TransitionRow => {
      const state = nextPhase * cells + to;
      const caught = after.some((at, i) => at === to || (at === from && before[i] === to));
      return caught ? [p, state, pitReward, true] : [p, state, reward, end];
    };
    return still.rows.map((actions, cell) =>
      before.includes(cell)
        ? actions.map(() => [[1, phase * cells + cell, 0, true]] as const)
        : actions.map((outcomes) => outcomes.map((outcome) => move(cell, outcome))),
    );
  });
  const initial = new Float64Array(rows.length);
  initial.set(still.initial);
  return { states: rows.length, actions: still.actions, rows, initial };
}
