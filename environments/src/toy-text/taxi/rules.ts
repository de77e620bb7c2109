// The taxi's town (Dietterich 2000) and the table of its moves, in dry weather and in rain.
import type { TransitionRow, TransitionTable } from "@agon/env";

export const SIZE = 5;
const STATES = SIZE * SIZE * 5 * 4;

/** A bar is a wall between two cells of a row. */
const town: readonly string[] = ["..|...", "..|...", ".....", ".|..|..", ".|..|.."];

/** Columns with a wall to their right, row by row. */
export const walls: readonly (readonly number[])[] = town.map((row) => {
  const pieces = row.split("|");
  return pieces.slice(1).map((_, i) => pieces.slice(0, i + 1).join("").length - 1);
});

export interface Place {
  readonly name: string;
  readonly row: number;
  readonly column: number;
}

/** Where passengers wait and want to go. */
export const places: readonly Place[] = [
  { name: "R", row: 0, column: 0 },
  { name: "G", row: 0, column: 4 },
  { name: "Y", row: 4, column: 0 },
  { name: "B", row: 4, column: 3 },
];

/** The passenger's place while riding. */
export const ABOARD = 4;

export interface TaxiState {
  readonly row: number;
  readonly column: number;
  /** Index of the place where the passenger waits, or ABOARD. */
  readonly passenger: number;
  /** Index of a place. */
  readonly destination: number;
}

/** ((row · 5 + column) · 5 + passenger) · 4 + destination, as Gymnasium numbers the states. */
export const encode = ({ row, column, passenger, destination }: TaxiState): number =>
  ((row * SIZE + column) * 5 + passenger) * 4 + destination;

export function decode(index: number): TaxiState {
  const cell = Math.floor(index / 20);
  return {
    row: Math.floor(cell / SIZE),
    column: cell % SIZE,
    passenger: Math.floor(index / 4) % 5,
    destination: index % 4,
  };
}

export const taxiActions = ["south", "north", "east", "west", "pick up", "drop off"] as const;

type Heading = "south" | "north" | "east" | "west";

const headings: readonly Heading[] = ["south", "north", "east", "west"];

/** To the left and the right of a driver. */
const besides: Readonly<Record<Heading, readonly [left: Heading, right: Heading]>> = {
  south: ["east", "west"],
  north: ["west", "east"],
  east: ["north", "south"],
  west: ["south", "north"],
};

/** Whether neither a wall nor the edge of the town is in the way. */
function isOpen({ row, column }: TaxiState, heading: Heading): boolean {
  if (heading === "south") return row < SIZE - 1;
  if (heading === "north") return row > 0;
  if (heading === "east") return column < SIZE - 1 && !walls[row].includes(column);
  return column > 0 && !walls[row].includes(column - 1);
}

function drive(state: TaxiState, heading: Heading): TaxiState {
  if (!isOpen(state, heading)) return state;
  const { row, column } = state;
  if (heading === "south" || heading === "north") return { ...state, row: row + (heading === "south" ? 1 : -1) };
  return { ...state, column: column + (heading === "east" ? 1 : -1) };
}

/** Index of the place where the taxi stands; −1 elsewhere. */
const placeAt = ({ row, column }: TaxiState): number =>
  places.findIndex((place) => place.row === row && place.column === column);

function pickUp(state: TaxiState): TransitionRow {
  const waits = state.passenger !== ABOARD && placeAt(state) === state.passenger;
  return waits ? [1, encode({ ...state, passenger: ABOARD }), -1, false] : [1, encode(state), -10, false];
}

function dropOff(state: TaxiState): TransitionRow {
  const place = placeAt(state);
  if (state.passenger !== ABOARD || place < 0) return [1, encode(state), -10, false];
  const arrived = place === state.destination;
  return [1, encode({ ...state, passenger: place }), arrived ? 20 : -1, arrived];
}

/** P[state][action]. `straight` is the probability that a move in the rain goes where it was meant to; undefined in dry weather. */
export function taxiTable(straight?: number): TransitionTable {
  const move = (state: TaxiState, heading: Heading): TransitionRow[] => {
    const outcome = (probability: number, next: TaxiState): TransitionRow => [probability, encode(next), -1, false];
    if (straight === undefined) return [outcome(1, drive(state, heading))];
    // Where the way ahead is shut, the taxi does not slip aside either.
    const turns = isOpen(state, heading) ? besides[heading].map((side) => drive(state, side)) : [state, state];
    return [outcome(straight, drive(state, heading)), ...turns.map((next) => outcome((1 - straight) / 2, next))];
  };
  const states = Array.from({ length: STATES }, (_, index) => decode(index));
  const rows = states.map((state) => [
    ...headings.map((heading) => move(state, heading)),
    [pickUp(state)],
    [dropOff(state)],
  ]);
  const starts = states.map(({ passenger, destination }) => passenger !== ABOARD && passenger !== destination);
  const count = starts.filter(Boolean).length;
  return {
    states: STATES,
    actions: taxiActions.length,
    rows,
    initial: Float64Array.from(starts, (isStart) => (isStart ? 1 / count : 0)),
  };
}

/** 1 for each action that makes a difference in the state, 0 for the others. */
export function actionMask(state: TaxiState): number[] {
  const place = placeAt(state);
  const canPickUp = state.passenger !== ABOARD && place === state.passenger;
  const canDropOff = state.passenger === ABOARD && place >= 0;
  return [...headings.map((heading) => isOpen(state, heading)), canPickUp, canDropOff].map(Number);
}
