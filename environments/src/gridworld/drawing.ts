// What grids look like: one unit a cell, row 0 on top.
import type { Canvas, GridLayout } from "@agon/env";

const MARGIN = 0.12;
const TILE = 0.94;

/** The map with the agent's cell marked. */
export function drawGrid({ rows, columns, tiles }: GridLayout, cell: number, canvas: Canvas): void {
  canvas.view(-MARGIN, -MARGIN, columns + 2 * MARGIN, rows + 2 * MARGIN);
  const middle = (index: number): [number, number] => [(index % columns) + 0.5, Math.floor(index / columns) + 0.5];
  for (const [index, tile] of tiles.entries()) drawings[tile](canvas, ...middle(index));
  const fallen = tiles[cell] === "pit";
  drawAgent(canvas, ...middle(cell), fallen ? 0.5 : 1);
}

/** A spiked wheel on a cell. */
export function drawObstacle({ columns }: GridLayout, cell: number, canvas: Canvas): void {
  const [x, y] = [(cell % columns) + 0.5, Math.floor(cell / columns) + 0.5];
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
