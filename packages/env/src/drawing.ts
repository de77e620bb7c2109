// A drawing as plain data: what every renderer reads, and what a worker can post to a page.
import type { Canvas, Colour, ShapeStyle } from "./canvas.ts";
import type { EnvironmentDefinition } from "./environment.ts";

export type Point = readonly [x: number, y: number];

export interface View {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** One call of a canvas method, its arguments by name. */
export type Shape =
  | {
      readonly kind: "rectangle";
      readonly style: ShapeStyle;
      readonly x: number;
      readonly y: number;
      readonly width: number;
      readonly height: number;
    }
  | {
      readonly kind: "circle";
      readonly style: ShapeStyle;
      readonly x: number;
      readonly y: number;
      readonly radius: number;
    }
  | {
      readonly kind: "line";
      readonly style: ShapeStyle;
      readonly x1: number;
      readonly y1: number;
      readonly x2: number;
      readonly y2: number;
    }
  | { readonly kind: "polygon"; readonly style: ShapeStyle; readonly points: readonly Point[] }
  | {
      readonly kind: "text";
      readonly style: ShapeStyle & { readonly size?: number };
      readonly x: number;
      readonly y: number;
      readonly text: string;
    };

export interface Drawing {
  readonly view: View;
  /** From back to front. */
  readonly shapes: readonly Shape[];
}

/** What `draw` emits for a state. */
export function recordDrawing<State>(definition: EnvironmentDefinition<State>, state: State): Drawing {
  if (!definition.draw) throw new Error(`Environment "${definition.id}" has no draw().`);
  const shapes: Shape[] = [];
  let view: View | undefined;
  const canvas: Canvas = {
    view(x, y, width, height) {
      view = { x, y, width, height };
    },
    rectangle: (x, y, width, height, style) => void shapes.push({ kind: "rectangle", x, y, width, height, style }),
    circle: (x, y, radius, style) => void shapes.push({ kind: "circle", x, y, radius, style: asStyle(style) }),
    line: (x1, y1, x2, y2, style) => void shapes.push({ kind: "line", x1, y1, x2, y2, style }),
    polygon: (points, style) => void shapes.push({ kind: "polygon", points, style }),
    text: (x, y, text, style) => void shapes.push({ kind: "text", x, y, text, style }),
  };
  definition.draw(state, canvas);
  return { view: view ?? extent(shapes), shapes };
}

const asStyle = (style: ShapeStyle | Colour): ShapeStyle => (typeof style === "string" ? { fill: style } : style);

/** The visible part where a drawing declares none: all that was drawn, with a margin. */
function extent(shapes: readonly Shape[]): View {
  const points = shapes.flatMap(corners);
  if (points.length === 0) return { x: 0, y: 0, width: 1, height: 1 };
  const xs = points.map(([x]) => x);
  const ys = points.map(([, y]) => y);
  const [left, top] = [Math.min(...xs), Math.min(...ys)];
  const [width, height] = [Math.max(...xs) - left, Math.max(...ys) - top];
  const margin = 0.05 * Math.max(width, height) || 0.5;
  return { x: left - margin, y: top - margin, width: width + 2 * margin, height: height + 2 * margin };
}

function corners(shape: Shape): Point[] {
  switch (shape.kind) {
    case "rectangle":
      return around(shape.x, shape.y, shape.width / 2, shape.height / 2);
    case "circle":
      return around(shape.x, shape.y, shape.radius, shape.radius);
    case "line":
      return [
        [shape.x1, shape.y1],
        [shape.x2, shape.y2],
      ];
    case "polygon":
      return [...shape.points];
    case "text":
      return [[shape.x, shape.y]];
  }
}

const around = (x: number, y: number, dx: number, dy: number): Point[] => [
  [x - dx, y - dy],
  [x + dx, y + dy],
];
