// What the valley and its car look like: the horizontal axis as it is, heights as Gymnasium pictures them.
import type { Canvas, Point } from "@agon/env";
import { cos, sin } from "@agon/math";
import { LEFT_END, type MountainCarState, RIGHT_END } from "./rules.ts";

const VIEW = { x: -1.25, y: -1.3, width: 1.9, height: 1.35 };
const CAR = { length: 0.15, height: 0.065, wheel: 0.028 };
const POLE = 0.22;

/** y grows downward: the hills are negative. */
const ground = (x: number): number => -(0.45 * sin(3 * x) + 0.55);

export function drawMountainCar({ position }: MountainCarState, canvas: Canvas, goal: number): void {
  canvas.view(VIEW.x, VIEW.y, VIEW.width, VIEW.height);
  drawHills(canvas);
  drawFlag(canvas, goal);
  drawCar(canvas, position);
}

function drawHills(canvas: Canvas): void {
  const right = VIEW.x + VIEW.width;
  const bottom = VIEW.y + VIEW.height;
  const ridge = Array.from({ length: 61 }, (_, i): Point => {
    const x = VIEW.x + (i / 60) * VIEW.width;
    return [x, ground(x)];
  });
  canvas.polygon([[VIEW.x, bottom], ...ridge, [right, bottom]], { fill: "surface" });
  for (const [i, [x, y]] of ridge.entries()) {
    if (i === 0) continue;
    const [x0, y0] = ridge[i - 1];
    canvas.line(x0, y0, x, y, { stroke: "track", strokeWidth: 0.012 });
  }
  for (const end of [LEFT_END, RIGHT_END]) {
    canvas.line(end, ground(end), end, ground(end) - 0.16, { stroke: "wall", strokeWidth: 0.02 });
  }
}

function drawFlag(canvas: Canvas, goal: number): void {
  const foot = ground(goal);
  const top = foot - POLE;
  canvas.line(goal, foot, goal, top, { stroke: "text", strokeWidth: 0.012 });
  const cloth: readonly Point[] = [
    [goal + 0.006, top],
    [goal + 0.1, top + 0.035],
    [goal + 0.006, top + 0.07],
  ];
  canvas.polygon(cloth, { fill: "goal" });
}

/** The car stands upright on the slope: turned with it about the point where it touches. */
function drawCar(canvas: Canvas, position: number): void {
  const slope = -1.35 * cos(3 * position); // dy/dx of `ground`
  const length = Math.sqrt(1 + slope * slope);
  const [ahead, up] = [
    [1 / length, slope / length],
    [slope / length, -1 / length],
  ];
  const at = (along: number, above: number): Point => [
    position + along * ahead[0] + above * up[0],
    ground(position) + along * ahead[1] + above * up[1],
  ];
  const base = CAR.wheel * 1.2;
  const body = (half: number, low: number, high: number, taper: number): Point[] => [
    at(-half, low),
    at(-half + taper, high),
    at(half - taper, high),
    at(half, low),
  ];
  canvas.polygon(body(CAR.length / 2, base, base + CAR.height * 0.62, 0.008), { fill: "agent" });
  canvas.polygon(body(CAR.length * 0.3, base + CAR.height * 0.6, base + CAR.height * 1.15, 0.018), { fill: "agent" });
  for (const side of [-1, 1]) {
    const [x, y] = at(side * CAR.length * 0.29, CAR.wheel);
    canvas.circle(x, y, CAR.wheel, { fill: "surface", stroke: "text", strokeWidth: 0.012 });
  }
}
