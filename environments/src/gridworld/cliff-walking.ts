// CliffWalking-v1 (Sutton & Barto 2018, example 6.6): the shortest way runs along a cliff.
import {
  defineEnvironment,
  discrete,
  type EnvironmentDefinition,
  type TransitionRow,
  type TransitionTable,
} from "@agon/env";
import { drawGrid, type Tile } from "./draw-grid.ts";
import { type GridState, resetFrom, startIn, stepBy } from "./tabular.ts";

const HEIGHT = 4;
const WIDTH = 12;
const START = 36;
const GOAL = 47;
const isCliff = (cell: number): boolean => cell > START && cell < GOAL;

/** Up, right, down, left. */
const DIRECTIONS = [
  [-1, 0],
  [0, 1],
  [1, 0],
  [0, -1],
] as const;

export interface CliffWalkingOptions {
  /** Each of the intended direction and the two beside it is taken with probability ⅓. */
  readonly isSlippery?: boolean;
  readonly id?: string;
}

const outcome = (probability: number, cell: number, direction: number): TransitionRow => {
  const [down, right] = DIRECTIONS[direction];
  const row = Math.min(Math.max(Math.floor(cell / WIDTH) + down, 0), HEIGHT - 1);
  const column = Math.min(Math.max((cell % WIDTH) + right, 0), WIDTH - 1);
  const next = row * WIDTH + column;
  return isCliff(next) ? [probability, START, -100, false] : [probability, next, -1, next === GOAL];
};

const makeTable = (isSlippery: boolean): TransitionTable => ({
  states: HEIGHT * WIDTH,
  actions: 4,
  rows: Array.from({ length: HEIGHT * WIDTH }, (_, cell) =>
    DIRECTIONS.map((_direction, action) =>
      isSlippery ? [3, 0, 1].map((turn) => outcome(1 / 3, cell, (action + turn) % 4)) : [outcome(1, cell, action)],
    ),
  ),
  initial: startIn(HEIGHT * WIDTH, [START]),
});

const tiles: readonly (readonly Tile[])[] = Array.from({ length: HEIGHT }, (_, y) =>
  Array.from({ length: WIDTH }, (_, x): Tile => {
    const cell = y * WIDTH + x;
    return cell === START ? "start" : cell === GOAL ? "goal" : isCliff(cell) ? "hole" : "free";
  }),
);

export const cliffWalking = ({
  isSlippery = false,
  id = "CliffWalking-v1",
}: CliffWalkingOptions = {}): EnvironmentDefinition<GridState> => {
  const table = makeTable(isSlippery);
  return defineEnvironment<GridState>({
    id,
    observation: discrete(table.states),
    action: discrete(["up", "right", "down", "left"]),
    reset: (random) => resetFrom(table, random),
    step: (state, action, random) => stepBy(table, state, action as number, random),
    observe: ({ cell }, out) => {
      out[0] = cell;
    },
    draw: ({ cell }, canvas) => drawGrid(canvas, tiles, cell),
    table: () => table,
  });
};

export const CliffWalking: EnvironmentDefinition<GridState> = cliffWalking();
export const CliffWalkingSlippery: EnvironmentDefinition<GridState> = cliffWalking({
  isSlippery: true,
  id: "CliffWalkingSlippery-v1",
});
