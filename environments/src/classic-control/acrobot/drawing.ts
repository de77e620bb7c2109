// What the double pendulum looks like: metres, the shoulder at the origin.
import type { Canvas } from "@agon/env";
import { cos, sin } from "@agon/math";
import { type AcrobotState, LINK_LENGTH } from "./rules.ts";

const REACH = 2.3;
const LINK_WIDTH = 0.16;

export function drawAcrobot({ shoulder, elbow }: AcrobotState, canvas: Canvas): void {
  canvas.view(-REACH, -REACH, 2 * REACH, 2 * REACH);
  const goal = { stroke: "goal", strokeWidth: 0.03 } as const;
  canvas.rectangle(0, -(REACH + LINK_LENGTH) / 2, 2 * REACH, REACH - LINK_LENGTH, { fill: "goal", opacity: 0.08 });
  canvas.line(-REACH, -LINK_LENGTH, REACH, -LINK_LENGTH, goal);
  canvas.circle(0, 0, 2 * LINK_LENGTH, { stroke: "grid", strokeWidth: 0.015 });
  const turn = shoulder + elbow;
  const joint = [LINK_LENGTH * sin(shoulder), LINK_LENGTH * cos(shoulder)] as const;
  drawLink(canvas, [0, 0], shoulder, "cart");
  drawLink(canvas, joint, turn, "pole");
  for (const [x, y] of [[0, 0] as const, joint]) {
    canvas.circle(x, y, 0.1, { fill: "surface", stroke: "accent", strokeWidth: 0.04 });
  }
  const end = [joint[0] + LINK_LENGTH * sin(turn), joint[1] + LINK_LENGTH * cos(turn)] as const;
  canvas.circle(...end, 0.07, "agent");
}

/** Hangs from `from`, turned counter-clockwise by `angle`. */
function drawLink(canvas: Canvas, from: readonly [x: number, y: number], angle: number, fill: "cart" | "pole"): void {
  const [x, y] = from;
  const style = { fill, rotation: -angle, pivot: from, cornerRadius: LINK_WIDTH / 2 };
  canvas.rectangle(x, y + LINK_LENGTH / 2, LINK_WIDTH, LINK_LENGTH + LINK_WIDTH, style);
}
