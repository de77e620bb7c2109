// Drawings as SVG: for documents, reports and the web.
import type { ShapeStyle } from "./canvas.ts";
import { type Point, recordDrawing, type Shape } from "./drawing.ts";
import type { EnvironmentDefinition } from "./environment.ts";
import { darkTheme, resolveColour, type Theme } from "./themes.ts";

/** The picture of a state as an SVG document. `width` in pixels; the height follows from the drawing's proportions. */
export function toSvg<State>(
  definition: EnvironmentDefinition<State>,
  state: State,
  { width = 640, theme = darkTheme }: { width?: number; theme?: Theme } = {},
): string {
  const { view, shapes } = recordDrawing(definition, state);
  const height = Math.round((width * view.height) / view.width);
  const box = [view.x, view.y, view.width, view.height].map(number).join(" ");
  const ground = element("rect", { ...sides(view), fill: theme.background });
  const body = [ground, ...shapes.map((shape) => drawShape(shape, theme))].map((line) => `  ${line}`).join("\n");
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="${box}">\n${body}\n</svg>\n`;
}

type Attributes = Readonly<Record<string, string | undefined>>;

function drawShape(shape: Shape, theme: Theme): string {
  const paint = attributesOf(shape.style, centreOf(shape), theme);
  switch (shape.kind) {
    case "rectangle": {
      const { x, y, width, height, style } = shape;
      const corner = style.cornerRadius ? number(style.cornerRadius) : undefined;
      return element("rect", {
        ...sides({ x: x - width / 2, y: y - height / 2, width, height }),
        rx: corner,
        ...paint,
      });
    }
    case "circle":
      return element("circle", { cx: number(shape.x), cy: number(shape.y), r: number(shape.radius), ...paint });
    case "line": {
      const { x1, y1, x2, y2 } = shape;
      const ends = { x1: number(x1), y1: number(y1), x2: number(x2), y2: number(y2) };
      return element("line", { ...ends, "stroke-linecap": "round", ...paint });
    }
    case "polygon": {
      const points = shape.points.map((point) => point.map(number).join(",")).join(" ");
      return element("polygon", { points, "stroke-linejoin": "round", ...paint });
    }
    case "text": {
      const place = { x: number(shape.x), y: number(shape.y), "font-size": number(shape.style.size ?? 1) };
      const centred = {
        "text-anchor": "middle",
        "dominant-baseline": "central",
        "font-family": "system-ui, sans-serif",
      };
      return element("text", { ...place, ...centred, ...paint }, shape.text);
    }
  }
}

function attributesOf(style: ShapeStyle, centre: Point, theme: Theme): Attributes {
  const { fill, stroke, strokeWidth, opacity, rotation, pivot } = style;
  const [x, y] = pivot ?? centre;
  return {
    fill: fill ? resolveColour(fill, theme) : "none",
    stroke: stroke && resolveColour(stroke, theme),
    "stroke-width": strokeWidth === undefined ? undefined : number(strokeWidth),
    opacity: opacity === undefined ? undefined : number(opacity),
    transform: rotation ? `rotate(${number((rotation * 180) / Math.PI)} ${number(x)} ${number(y)})` : undefined,
  };
}

/** What a shape turns about where its style names no pivot. */
export function centreOf(shape: Shape): Point {
  if (shape.kind === "line") return [(shape.x1 + shape.x2) / 2, (shape.y1 + shape.y2) / 2];
  if (shape.kind !== "polygon") return [shape.x, shape.y];
  const mean = (axis: 0 | 1): number => shape.points.reduce((sum, point) => sum + point[axis], 0) / shape.points.length;
  return [mean(0), mean(1)];
}

const sides = ({ x, y, width, height }: { x: number; y: number; width: number; height: number }): Attributes => ({
  x: number(x),
  y: number(y),
  width: number(width),
  height: number(height),
});

function element(name: string, attributes: Attributes, content?: string): string {
  const written = Object.entries(attributes).flatMap(([key, value]) =>
    value === undefined ? [] : [`${key}="${escapeXml(value)}"`],
  );
  const opening = `<${[name, ...written].join(" ")}`;
  return content === undefined ? `${opening}/>` : `${opening}>${escapeXml(content)}</${name}>`;
}

/** Four decimals are plenty for a picture, and keep it short. */
const number = (value: number): string => String(Math.round(value * 1e4) / 1e4);

const escapes: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };

const escapeXml = (text: string): string => text.replace(/[&<>"]/g, (letter) => escapes[letter]);
