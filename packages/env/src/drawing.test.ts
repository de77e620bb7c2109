import { expect, test } from "vitest";
import { box } from "./box.ts";
import type { Canvas } from "./canvas.ts";
import { defineEnvironment } from "./define.ts";
import { discrete } from "./discrete.ts";
import { recordDrawing } from "./drawing.ts";
import { toSvg } from "./svg.ts";
import { toText } from "./text.ts";
import { lightTheme } from "./themes.ts";

const drawnAs = (draw: (canvas: Canvas) => void) =>
  defineEnvironment({
    id: "picture",
    observation: box([1], { low: 0, high: 1 }),
    action: discrete(2),
    reset: () => 0,
    step: (state) => ({ state, reward: 0, terminated: true }),
    observe: (_, out) => void out.fill(0),
    draw: (_, canvas) => draw(canvas),
  });

const Picture = drawnAs((canvas) => {
  canvas.view(0, 0, 20, 10);
  canvas.rectangle(10, 5, 4, 2, { fill: "cart", cornerRadius: 0.5, rotation: Math.PI / 2 });
  canvas.circle(3, 3, 2, "agent");
  canvas.line(0, 9.4, 20, 9.4, { stroke: "track", strokeWidth: 0.2 });
  canvas.polygon(
    [
      [15, 1],
      [19, 1],
      [17, 4],
    ],
    { fill: "goal", opacity: 0.5 },
  );
  canvas.text(10, 1, "a < b", { fill: "text", size: 0.8 });
});

test("a drawing is recorded as plain data, from back to front", () => {
  const drawing = recordDrawing(Picture, 0);
  expect(drawing.view).toEqual({ x: 0, y: 0, width: 20, height: 10 });
  expect(drawing.shapes.map(({ kind }) => kind)).toEqual(["rectangle", "circle", "line", "polygon", "text"]);
  expect(JSON.parse(JSON.stringify(drawing))).toEqual(drawing);
});

test("a drawing that declares no view shows all of itself", () => {
  const { view } = recordDrawing(
    drawnAs((canvas) => canvas.circle(5, -2, 1, "tomato")),
    0,
  );
  expect(view).toEqual({ x: 3.9, y: -3.1, width: 2.2, height: 2.2 });
});

test("SVG places, turns and paints as asked, in the theme's colours", () => {
  const svg = toSvg(Picture, 0, { width: 200, theme: lightTheme });
  expect(svg).toContain('width="200" height="100" viewBox="0 0 20 10"');
  expect(svg).toContain(
    `<rect x="8" y="4" width="4" height="2" rx="0.5" fill="${lightTheme.cart}" transform="rotate(90 10 5)"/>`,
  );
  expect(svg).toContain(`<circle cx="3" cy="3" r="2" fill="${lightTheme.agent}"/>`);
  expect(svg).toContain(`stroke="${lightTheme.track}" stroke-width="0.2"`);
  expect(svg).toContain('points="15,1 19,1 17,4"');
  expect(svg).toContain(">a &lt; b</text>");
  expect(
    toSvg(
      drawnAs((canvas) => canvas.circle(0, 0, 1, '"><script>')),
      0,
    ),
  ).not.toContain("<script>");
});

test("text shows shapes by letters where they stand", () => {
  const lines = toText(Picture, 0, { columns: 40 }).split("\n");
  expect(lines).toHaveLength(10);
  expect(lines[3].slice(3, 9)).toBe("@@@@@@");
  expect(lines[3].slice(18, 22)).toBe("████"); // turned upright: two wide, four high
  expect(lines[3].slice(22).trim()).toBe("GG");
  expect(lines[9]).toBe("─".repeat(40));
  expect(lines[1]).toContain("a < b");
});

test("text leaves what is only outlined empty inside", () => {
  const Outlines = drawnAs((canvas) => {
    canvas.view(0, 0, 20, 10);
    canvas.rectangle(5, 5, 8, 8, { stroke: "agent", strokeWidth: 0.2 });
    canvas.circle(15, 5, 4, { stroke: "goal", strokeWidth: 0.2 });
  });
  const lines = toText(Outlines, 0, { columns: 20 }).split("\n");
  expect([lines[2].slice(2, 8), lines[2].slice(12, 18)]).toEqual(["      ", "      "]);
  expect(lines[2]).toMatch(/^@+ +@+G+ +G+$/);
  expect(lines[0].slice(2, 8)).toBe("@@@@@@");
});

test("text shows a grid as its map", () => {
  const Grid = defineEnvironment({
    ...drawnAs(() => {}),
    observation: discrete(4),
    action: discrete(2),
    grid: { rows: 2, columns: 2, tiles: ["start", "wall", "pit", "goal"] },
    reset: () => 0,
    step: (state) => ({ state, reward: 0, terminated: true }),
    observe: (state, out) => void out.fill(state),
  });
  expect(toText(Grid, 0)).toBe("@ #\nH G");
  expect(toText(Grid, 3)).toBe("S #\nH @");
});
