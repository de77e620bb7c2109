// What a cart and its pole look like: metres, the track along y = 0.
import type { Canvas } from "@agon/env";
import { ANGLE_LIMIT, type CartPoleState, HALF_LENGTH, POSITION_LIMIT } from "./rules.ts";
import { cos, sin } from "@agon/math";

const POLE_LENGTH = 2 * HALF_LENGTH;
const POLE_WIDTH = 0.09;
const CART = { width: 0.56, height: 0.3, wheel: 0.075 };
const CART_MIDDLE = -CART.wheel * 2 - CART.height / 2;
const AXLE = CART_MIDDLE - CART.height * 0.2;
const VIEW = { x: -2.9, y: -1.85, width: 5.8, height: 2.5 };

export function drawCartPole({ position, angle }: CartPoleState, canvas: Canvas): void {
  canvas.view(VIEW.x, VIEW.y, VIEW.width, VIEW.height);
  drawTrack(canvas);
  drawAllowedLean(canvas, position);
  drawCart(canvas, position);
  const pole = { fill: "pole", rotation: angle, pivot: [position, AXLE], cornerRadius: POLE_WIDTH / 2 } as const;
  canvas.rectangle(position, AXLE - POLE_LENGTH / 2 + POLE_WIDTH / 2, POLE_WIDTH, POLE_LENGTH, pole);
  canvas.circle(position, AXLE, 0.062, { fill: "surface", stroke: "accent", strokeWidth: 0.03 });
}

/** The rail with a tick each half metre, and the two ends beyond which an episode is over. */
function drawTrack(canvas: Canvas): void {
  for (const side of [-1, 1]) {
    const margin = -VIEW.x - POSITION_LIMIT;
    const middle = VIEW.y + VIEW.height / 2;
    canvas.rectangle(side * (POSITION_LIMIT + margin / 2), middle, margin, VIEW.height, {
      fill: "danger",
      opacity: 0.07,
    });
    const edge = { stroke: "danger", strokeWidth: 0.015, opacity: 0.35 };
    canvas.line(side * POSITION_LIMIT, VIEW.y, side * POSITION_LIMIT, VIEW.y + VIEW.height, edge);
  }
  for (let metres = -2; metres <= 2; metres += 0.5) {
    const length = Number.isInteger(metres) ? 0.12 : 0.07;
    canvas.line(metres, 0.06, metres, 0.06 + length, { stroke: "muted", strokeWidth: 0.014, opacity: 0.6 });
    if (Number.isInteger(metres))
      canvas.text(metres, 0.32, `${metres} m`.replace("-", "−"), { fill: "muted", size: 0.14 });
  }
  canvas.line(VIEW.x, 0, VIEW.x + VIEW.width, 0, { stroke: "track", strokeWidth: 0.03 });
}

/** The wedge of ±12° in which the pole must stay. */
function drawAllowedLean(canvas: Canvas, position: number): void {
  const radius = POLE_LENGTH + 0.22;
  const arc = Array.from({ length: 13 }, (_, i) => (i / 6 - 1) * ANGLE_LIMIT).map(
    (lean) => [position + radius * sin(lean), AXLE - radius * cos(lean)] as const,
  );
  canvas.polygon([[position, AXLE], ...arc], { fill: "accent", opacity: 0.08 });
}

function drawCart(canvas: Canvas, position: number): void {
  for (const side of [-1, 1]) {
    const wheel = { fill: "surface", stroke: "cart", strokeWidth: 0.04 };
    canvas.circle(position + side * CART.width * 0.28, -CART.wheel - 0.015, CART.wheel, wheel);
  }
  canvas.rectangle(position, CART_MIDDLE, CART.width, CART.height, { fill: "cart", cornerRadius: 0.07 });
}
