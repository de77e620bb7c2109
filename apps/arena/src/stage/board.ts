// Small worlds on a board: where each state lies, and what to paint for its value and for the policy.
import type { Canvas, EnvironmentDefinition, TransitionTable } from "@agon/env";
import type { ValueMap } from "../protocol.ts";
import { inkOn, type Palette, rampColour } from "./palette.ts";

type Point = readonly [x: number, y: number];

export interface Board {
  readonly columns: number;
  /** The states an agent decides in: reached by its moves, and not the end of an episode. */
  readonly decisions: readonly number[];
  /** Direction of each action on the board, from its label; null where the label names none. */
  readonly directions: readonly (Point | null)[];
}

/** The board of an environment whose states are the cells of its grid; null for any other. */
export function boardOf({ grid, action, table }: EnvironmentDefinition): Board | null {
  if (grid === undefined || table === undefined || action.kind !== "discrete") return null;
  return {
    columns: grid.columns,
    decisions: decisionStates(table()),
    directions: Array.from({ length: action.n }, (_, index) => directionOf(action.labels?.[index])),
  };
}

/** Paints the value of every state that the agent has learned something about, and an arrow where its policy leads. */
export function paintValues(canvas: Canvas, board: Board, map: ValueMap, palette: Palette): void {
  const actions = board.directions.length;
  const known = knownStates(board, map);
  const { low, high } = rangeOf(known, map);
  const range = high - low || 1;
  for (const state of known) {
    const x = (state % board.columns) + 0.5;
    const y = Math.floor(state / board.columns) + 0.5;
    const share = (map.values[state] - low) / range;
    const tile = rampColour(palette.heat, share);
    canvas.rectangle(x, y, 0.92, 0.92, { fill: tile, cornerRadius: 0.1 });
    const direction = board.directions[greedyAction(map.actions, state * actions, actions)];
    if (direction !== null) paintArrow(canvas, x, y, direction, inkOn(tile));
  }
}

/** The least and the greatest of the values painted; null while the agent has learned nothing. */
export function valueRange(board: Board, map: ValueMap): { readonly low: number; readonly high: number } | null {
  const known = knownStates(board, map);
  return known.length === 0 ? null : rangeOf(known, map);
}

function knownStates({ decisions, directions }: Board, { actions }: ValueMap): readonly number[] {
  return decisions.filter((state) => isKnown(actions, state * directions.length, directions.length));
}

function rangeOf(states: readonly number[], { values }: ValueMap): { readonly low: number; readonly high: number } {
  const painted = states.map((state) => values[state]);
  return { low: Math.min(...painted), high: Math.max(...painted) };
}

/** States reached from the start without an episode ending on the way. */
function decisionStates({ rows, initial }: TransitionTable): readonly number[] {
  const reached = new Set<number>();
  const open: number[] = [];
  const reach = (state: number): void => {
    if (reached.has(state)) return;
    reached.add(state);
    open.push(state);
  };
  initial.forEach((probability, state) => {
    if (probability > 0) reach(state);
  });
  for (let state = open.pop(); state !== undefined; state = open.pop()) {
    for (const [probability, next, , terminated] of rows[state].flat()) {
      if (probability > 0 && !terminated) reach(next);
    }
  }
  return [...reached].sort((a, b) => a - b);
}

const directions: Readonly<Record<string, Point>> = {
  left: [-1, 0],
  west: [-1, 0],
  right: [1, 0],
  east: [1, 0],
  up: [0, -1],
  north: [0, -1],
  down: [0, 1],
  south: [0, 1],
};

function directionOf(label: string | undefined): Point | null {
  return directions[label?.toLowerCase() ?? ""] ?? null;
}

/** An agent knows nothing of a state as long as all its actions look the same. */
function isKnown(actions: Float32Array, first: number, count: number): boolean {
  for (let action = 0; action < count; action++) if (actions[first + action] !== actions[first]) return true;
  return actions[first] !== 0;
}

function greedyAction(actions: Float32Array, first: number, count: number): number {
  let best = 0;
  for (let action = 1; action < count; action++) if (actions[first + action] > actions[first + best]) best = action;
  return best;
}

function paintArrow(canvas: Canvas, x: number, y: number, [dx, dy]: Point, colour: string): void {
  const at = (forward: number, aside: number): Point => [x + dx * forward - dy * aside, y + dy * forward + dx * aside];
  const outline = [
    at(0.3, 0),
    at(0.08, 0.17),
    at(0.08, 0.055),
    at(-0.26, 0.055),
    at(-0.26, -0.055),
    at(0.08, -0.055),
    at(0.08, -0.17),
  ];
  canvas.polygon(outline, { fill: colour, opacity: 0.75 });
}
