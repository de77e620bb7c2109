// What the pendulum looks like: metres, its axle at the origin, an arc that shows the torque.
import type { Canvas, Point } from "@agon/env";
import { cos, sin } from "@agon/math";
import { type PendulumState, TORQUE_LIMIT } from "./rules.ts";

const REACH = 1.35;
const WIDTH = 0.17;
const ARC = 0.34;

export function drawPendulum({ angle, torque }: PendulumState, canvas: Canvas): void {
  canvas.view(-REACH, -REACH, 2 * REACH, 2 * REACH);
  canvas.circle(0, 0, 1, { stroke: "grid", strokeWidth: 0.012 });
  canvas.line(0, -1.08, 0, -1.24, { stroke: "goal", strokeWidth: 0.05 });
  const rod = { fill: "pole", rotation: -angle, pivot: [0, 0], cornerRadius: WIDTH / 2 } as const;
  canvas.rectangle(0, -0.5, WIDTH, 1 + WIDTH, rod);
  canvas.circle(-sin(angle), -cos(angle), WIDTH * 0.28, "surface");
  if (Math.abs(torque) > 0.02 * TORQUE_LIMIT) drawTorque(canvas, torque);
  canvas.circle(0, 0, 0.06, { fill: "surface", stroke: "accent", strokeWidth: 0.03 });
}

/** An arrow around the axle from the bottom, up to three quarters of a turn long; counter-clockwise for a positive torque. */
function drawTorque(canvas: Canvas, torque: number): void {
  const sweep = (torque / TORQUE_LIMIT) * 1.5 * Math.PI;
  const at = (turned: number, radius: number): Point => [radius * sin(turned), radius * cos(turned)];
  const style = { stroke: "accent", strokeWidth: 0.035 } as const;
  const pieces = 24;
  for (let i = 0; i < pieces; i++) {
    canvas.line(...at((i / pieces) * sweep, ARC), ...at(((i + 1) / pieces) * sweep, ARC), style);
  }
  const tip = sweep + Math.sign(torque) * 0.28;
  canvas.polygon([at(sweep, ARC - 0.09), at(sweep, ARC + 0.09), at(tip, ARC)], { fill: "accent" });
}
