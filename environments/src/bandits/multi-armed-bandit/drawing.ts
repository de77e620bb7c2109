// What the arms look like: one unit each side by side, the hidden values as bars, the last payment as a dot.
import type { Canvas } from "@agon/env";
import type { BanditState } from "./rules.ts";

/** Values beyond this are drawn at the edge. */
const RANGE = 3.2;

export function drawBandit({ values, arm, reward }: BanditState, canvas: Canvas): void {
  const width = Math.max(values.length, 3);
  const unit = (width / 2 / RANGE) * 0.55; // of the picture for 1 of value
  const half = RANGE * unit;
  const height = (value: number): number => Math.min(Math.max(value, -RANGE), RANGE) * unit;
  canvas.view(-0.3, -half - 0.5, width + 0.6, 2 * half + 1.3);
  const best = values.indexOf(Math.max(...values));
  for (const [i, value] of values.entries()) {
    const x = i + 0.5;
    canvas.rectangle(x, 0, 0.86, 2 * half, { fill: "surface", cornerRadius: 0.08 });
    if (i === arm) canvas.rectangle(x, 0, 0.86, 2 * half, { stroke: "agent", strokeWidth: 0.05, cornerRadius: 0.08 });
    const fill = i === best ? "goal" : "cart";
    canvas.rectangle(x, -height(value) / 2, 0.5, Math.abs(height(value)), { fill, opacity: 0.85, cornerRadius: 0.05 });
    canvas.text(x, half + 0.35, `${i}`, { fill: i === arm ? "agent" : "muted", size: 0.34 });
  }
  canvas.line(0, 0, values.length, 0, { stroke: "track", strokeWidth: 0.03 });
  if (arm >= 0)
    canvas.circle(arm + 0.5, -height(reward), 0.15, { fill: "agent", stroke: "background", strokeWidth: 0.04 });
}
