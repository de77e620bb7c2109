// Drawings as plain text: for terminals and logs.
import { cos, sin } from "@agon/math";
import { type Point, recordDrawing, type Shape, type View } from "./drawing.ts";
import type { EnvironmentDefinition, GridLayout, Tile } from "./environment.ts";
import { centreOf } from "./svg.ts";

/** The picture of a state in letters: a grid as its map with the agent as @, anything else sampled at `columns` letters a line. */
export function toText<State>(
  definition: EnvironmentDefinition<State>,
  state: State,
  { columns = 72 }: { columns?: number } = {},
): string {
  if (definition.grid) return gridText(definition.grid, cellOf(definition, state));
  const { view, shapes } = recordDrawing(definition, state);
  return rasterise(view, shapes, columns);
}

const tileLetters: Readonly<Record<Tile, string>> = { floor: ".", start: "S", goal: "G", pit: "H", wall: "#" };

function gridText({ rows, columns, tiles }: GridLayout, agent: number): string {
  const letters = tiles.map((tile, cell) => (cell === agent ? "@" : tileLetters[tile]));
  return Array.from({ length: rows }, (_, row) => letters.slice(row * columns, (row + 1) * columns).join(" ")).join(
    "\n",
  );
}

function cellOf<State>(definition: EnvironmentDefinition<State>, state: State): number {
  const out = new Float32Array(definition.observation.size);
  definition.observe(state, out);
  return out[0];
}

const letters: Readonly<Record<string, string>> = {
  background: " ",
  surface: " ",
  grid: " ",
  text: "·",
  muted: "·",
  accent: "o",
  agent: "@",
  goal: "G",
  danger: "x",
  wall: "#",
  track: "─",
  cart: "█",
  pole: "▓",
};

/** Fainter shapes are left out: they are hints of colour. */
const FAINT = 0.3;

/** A letter is twice as high as wide. Each takes the frontmost shape under one of nine points in it. */
function rasterise(view: View, shapes: readonly Shape[], columns: number): string {
  const cell = view.width / columns;
  const rows = Math.max(1, Math.round(view.height / (2 * cell)));
  const visible = shapes.filter(({ style }) => (style.opacity ?? 1) >= FAINT);
  const lines = Array.from({ length: rows }, (_, row) =>
    Array.from({ length: columns }, (_, column) => {
      const points = samples.map(([dx, dy]): Point => [view.x + (column + dx) * cell, view.y + (row + dy) * 2 * cell]);
      const shape = visible.findLast((candidate) => points.some((point) => covers(candidate, point, cell)));
      return shape ? letterOf(shape) : " ";
    }),
  );
  for (const shape of visible) if (shape.kind === "text") write(lines, shape, { view, cell });
  return lines.map((line) => line.join("").trimEnd()).join("\n");
}

const samples: readonly Point[] = [1 / 6, 1 / 2, 5 / 6].flatMap((dx) =>
  [1 / 6, 1 / 2, 5 / 6].map((dy): Point => [dx, dy]),
);

function letterOf({ style }: Shape): string {
  const colour = style.fill ?? style.stroke ?? "text";
  return letters[colour] ?? "*";
}

function covers(shape: Shape, point: Point, cell: number): boolean {
  const [x, y] = turnBack(point, shape);
  const reach = Math.max((shape.style.strokeWidth ?? 0) / 2, cell / 3);
  /** Of a shape without a fill only the outline is there; `outside` is the distance to it, negative inside. */
  const within = (outside: number): boolean => (shape.style.fill ? outside <= 0 : Math.abs(outside) <= reach);
  switch (shape.kind) {
    case "rectangle":
      return within(Math.max(Math.abs(x - shape.x) - shape.width / 2, Math.abs(y - shape.y) - shape.height / 2));
    case "circle":
      return within(Math.sqrt((x - shape.x) ** 2 + (y - shape.y) ** 2) - shape.radius);
    case "line":
      return distanceToLine([x, y], shape) <= reach;
    case "polygon":
      return shape.style.fill !== undefined && isInside([x, y], shape.points);
    case "text":
      return false;
  }
}

/** The point in the shape's own frame, before its rotation. */
function turnBack([x, y]: Point, shape: Shape): Point {
  const { rotation, pivot } = shape.style;
  if (!rotation) return [x, y];
  const [px, py] = pivot ?? centreOf(shape);
  const [c, s] = [cos(rotation), sin(rotation)];
  return [px + c * (x - px) + s * (y - py), py - s * (x - px) + c * (y - py)];
}

function distanceToLine([x, y]: Point, { x1, y1, x2, y2 }: Shape & { kind: "line" }): number {
  const [dx, dy] = [x2 - x1, y2 - y1];
  const along = ((x - x1) * dx + (y - y1) * dy) / (dx * dx + dy * dy || 1);
  const nearest = Math.min(1, Math.max(0, along));
  return Math.sqrt((x - x1 - nearest * dx) ** 2 + (y - y1 - nearest * dy) ** 2);
}

/** Even-odd rule. */
function isInside([x, y]: Point, points: readonly Point[]): boolean {
  let inside = false;
  for (const [i, [x1, y1]] of points.entries()) {
    const [x2, y2] = points[(i + 1) % points.length];
    if (y1 > y !== y2 > y && x < x1 + ((y - y1) / (y2 - y1)) * (x2 - x1)) inside = !inside;
  }
  return inside;
}

function write(
  lines: string[][],
  { x, y, text }: Shape & { kind: "text" },
  { view, cell }: { view: View; cell: number },
): void {
  const line = lines[Math.floor((y - view.y) / (2 * cell))];
  const first = Math.round((x - view.x) / cell - text.length / 2);
  for (const [i, letter] of [...text].entries()) if (line && first + i in line) line[first + i] = letter;
}
