// What the taxi's town looks like: one unit a cell, row 0 on top.
import type { Canvas } from "@agon/env";
import { ABOARD, places, SIZE, type TaxiState, walls } from "./rules.ts";

const MARGIN = 0.14;
const TILE = 0.94;
const placeColours = ["#ef5b5b", "#3fbf6f", "#e8b93c", "#4f86ff"];

export function drawTaxi(state: TaxiState, canvas: Canvas): void {
  canvas.view(-MARGIN, -MARGIN, SIZE + 2 * MARGIN, SIZE + 2 * MARGIN);
  drawTown(canvas, state.destination);
  drawCab(canvas, state.column + 0.5, state.row + 0.5);
  drawPassenger(canvas, state);
}

function drawTown(canvas: Canvas, destination: number): void {
  for (let cell = 0; cell < SIZE * SIZE; cell++) {
    const tile = { fill: "surface", stroke: "grid", strokeWidth: 0.015, cornerRadius: 0.08 };
    canvas.rectangle((cell % SIZE) + 0.5, Math.floor(cell / SIZE) + 0.5, TILE, TILE, tile);
  }
  for (const [index, { name, row, column }] of places.entries()) {
    const [x, y, fill] = [column + 0.5, row + 0.5, placeColours[index]];
    canvas.rectangle(x, y, TILE, TILE, { fill, cornerRadius: 0.08, opacity: 0.28 });
    canvas.text(x - 0.32, y - 0.3, name, { fill: "text", size: 0.24 });
    if (index === destination) drawFlag(canvas, x, y, fill);
  }
  for (const [row, columns] of walls.entries()) {
    for (const column of columns)
      canvas.rectangle(column + 1, row + 0.5, 0.09, 1.04, { fill: "wall", cornerRadius: 0.03 });
  }
}

function drawFlag(canvas: Canvas, x: number, y: number, fill: string): void {
  canvas.rectangle(x, y, TILE, TILE, { stroke: fill, strokeWidth: 0.05, cornerRadius: 0.08 });
  canvas.line(x + 0.22, y - 0.4, x + 0.22, y - 0.04, { stroke: "text", strokeWidth: 0.035 });
  canvas.polygon(
    [
      [x + 0.24, y - 0.4],
      [x + 0.42, y - 0.31],
      [x + 0.24, y - 0.22],
    ],
    { fill },
  );
}

function drawCab(canvas: Canvas, x: number, y: number): void {
  canvas.rectangle(x, y - 0.04, 0.36, 0.2, { fill: "agent", cornerRadius: 0.07 });
  canvas.rectangle(x, y + 0.1, 0.62, 0.2, { fill: "agent", cornerRadius: 0.07 });
  for (const side of [-1, 1]) {
    canvas.rectangle(x + side * 0.08, y - 0.03, 0.12, 0.1, { fill: "background", opacity: 0.75, cornerRadius: 0.02 });
    canvas.circle(x + side * 0.18, y + 0.2, 0.075, { fill: "background", stroke: "text", strokeWidth: 0.025 });
  }
}

/** Waiting beside the stop, or on the roof of the cab. */
function drawPassenger(canvas: Canvas, { row, column, passenger }: TaxiState): void {
  const aboard = passenger === ABOARD;
  const [x, y] = aboard ? [column + 0.5, row + 0.24] : [places[passenger].column + 0.22, places[passenger].row + 0.68];
  canvas.circle(x, y - 0.06, 0.075, { fill: "text" });
  canvas.rectangle(x, y + 0.07, 0.15, 0.14, { fill: "text", cornerRadius: 0.05 });
}
