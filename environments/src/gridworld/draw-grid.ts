// The picture that all grid worlds share: tiles, holes, goal, agent.
import type { Canvas } from "@agon/env";

export type Tile = "free" | "start" | "hole" | "goal" | "wall";

const fills: Readonly<Record<Tile, string>> = {
  free: "surface",
  start: "surface",
  hole: "danger",
  goal: "goal",
  wall: "wall",
};

/** Draws tiles of unit size, and the agent on the given cell. tiles: [rows][columns]. */
export const drawGrid = (canvas: Canvas, tiles: readonly (readonly Tile[])[], agent: number): void => {
  const [height, width] = [tiles.length, tiles[0].length];
  canvas.view(0, 0, width, height);
  tiles.forEach((row, y) => {
    row.forEach((tile, x) => {
      canvas.rectangle(x + 0.5, y + 0.5, 0.94, 0.94, {
        fill: fills[tile],
        stroke: "grid",
        strokeWidth: 0.02,
        cornerRadius: 0.08,
      });
      if (tile === "start") canvas.text(x + 0.5, y + 0.5, "S", { fill: "muted", size: 0.35 });
    });
  });
  canvas.circle((agent % width) + 0.5, Math.floor(agent / width) + 0.5, 0.28, "agent");
};
