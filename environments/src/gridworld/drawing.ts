// What grids look like: one unit a cell, row 0 on top.
import type { Canvas, GridLayout } from "@agon/env";

const MARGIN = 0.12;
const TILE = 0.94;
const WIND_ROOM = 0.55;
const MOST_ARROWHEADS = 4;

export interface GridExtras {
  /** Cells with an obstacle. */
  readonly obstacles?: readonly number[];
  /** Cells by which each column pushes upward. [columns] */
  readonly wind?: readonly number[];
}

/** The map with the agent's cell marked. */
export function drawGrid(
  grid: GridLayout,
  cell: number,
  canvas: Canvas,
  { obstacles = [], wind = [] }: GridExtras = {},
): void {
  const { rows, columns, tiles } = grid;
  const windy = wind.some((strength) => strength > 0);
  canvas.view(-MARGIN, -MARGIN, columns + 2 * MARGIN, rows + 2 * MARGIN + (windy ? WIND_ROOM : 0));
  const middle = (index: number): [number, number] => [(index % columns) + 0.5, Math.floor(index / columns) + 0.5];
  for (const [index, tile] of tiles.entries()) drawings[tile](canvas, ...middle(index));
  if (windy) drawWind(grid, wind, canvas);
  for (const obstacle of obstacles) drawObstacle(canvas, ...middle(obstacle));
  const lost = tiles[cell] === "pit" || obstacles.includes(cell);
  drawAgent(canvas, ...middle(cell), lost ? 0.5 : 1);
}

/** Below each column that the wind blows in, as many arrowheads as it has strength, pointing the way it pushes. */
function drawWind({ rows }: GridLayout, wind: readonly number[], canvas: Canvas): void {
  for (const [column, strength] of wind.entries()) {
    const shown = Math.min(strength, MOST_ARROWHEADS);
    for (let i = 0; i < shown; i++) {
      const [x, tip] = [column + 0.5, rows + 0.1 + i * 0.13];
      for (const side of [-1, 1])
        canvas.line(x, tip, x + side * 0.13, tip + 0.11, { stroke: "accent", strokeWidth: 0.045 });
    }
  }
}

/** A spiked wheel on a cell. */
function drawObstacle(canvas: Canvas, x: number, y: number): void {
  for (const rotation of [0, Math.PI / 4])
    canvas.rectangle(x, y, 0.46, 0.46, { fill: "danger", rotation, cornerRadius: 0.04 });
  canvas.circle(x, y, 0.12, "background");
}

type DrawTile = (canvas: Canvas, x: number, y: number) => void;

const floor: DrawTile = (canvas, x, y) =>
  canvas.rectangle(x, y, TILE, TILE, { fill: "surface", stroke: "grid", strokeWidth: 0.015, cornerRadius: 0.1 });

const drawings: Readonly<Record<GridLayout["tiles"][number], DrawTile>> = {
  floor,
  start(canvas, x, y) {
    floor(canvas, x, y);
    canvas.rectangle(x, y, 0.62, 0.62, { stroke: "muted", strokeWidth: 0.03, cornerRadius: 0.08, opacity: 0.7 });
  },
  goal(canvas, x, y) {
    floor(canvas, x, y);
    canvas.rectangle(x, y, TILE, TILE, { fill: "goal", cornerRadius: 0.1, opacity: 0.2 });
    canvas.line(x - 0.14, y - 0.28, x - 0.14, y + 0.3, { stroke: "text", strokeWidth: 0.045 });
    canvas.polygon(
      [
        [x - 0.12, y - 0.28],
        [x + 0.26, y - 0.14],
        [x - 0.12, y + 0.02],
      ],
      { fill: "goal" },
    );
  },
  pit(canvas, x, y) {
    floor(canvas, x, y);
    canvas.circle(x, y, 0.36, { fill: "danger", opacity: 0.2 });
    canvas.circle(x, y, 0.27, { fill: "background", stroke: "danger", strokeWidth: 0.045 });
  },
  wall(canvas, x, y) {
    canvas.rectangle(x, y, TILE, TILE, { fill: "wall", cornerRadius: 0.1 });
  },
};

function drawAgent(canvas: Canvas, x: number, y: number, size: number): void {
  canvas.circle(x, y, 0.27 * size, { fill: "agent", stroke: "background", strokeWidth: 0.045 });
  for (const side of [-1, 1]) canvas.circle(x + side * 0.09 * size, y - 0.04 * size, 0.038 * size, "background");
}
