// What an environment draws with: shapes in its own coordinates, rendered by Pixi, as SVG and in the terminal alike.

/** Colours by their part in the picture; the renderer's theme says which they are. */
export const colourRoles = [
  "background", // what lies behind everything
  "surface", // a tile, a panel, the hub of a wheel
  "grid", // faint lines between things
  "text",
  "muted", // ticks, marks, labels of second rank
  "accent", // a highlight
  "agent", // who acts
  "goal", // where to go
  "danger", // where not to go
  "wall",
  "track",
  "cart",
  "pole",
] as const;

export type ColourRole = (typeof colourRoles)[number];

/** A role that the renderer's theme fills in, or any CSS colour. */
export type Colour = ColourRole | (string & {});

export interface ShapeStyle {
  readonly fill?: Colour;
  readonly stroke?: Colour;
  /** Width of the stroke in the drawing's units. */
  readonly strokeWidth?: number;
  readonly opacity?: number;
  /** Clockwise rotation in radians about the shape's centre (or `pivot`). */
  readonly rotation?: number;
  readonly pivot?: readonly [x: number, y: number];
  readonly cornerRadius?: number;
}

/** A drawing surface; x grows to the right, y grows downward. */
export interface Canvas {
  /** Declares the visible part in the drawing's units; called first. */
  view(x: number, y: number, width: number, height: number): void;
  /** A rectangle by its centre. */
  rectangle(x: number, y: number, width: number, height: number, style: ShapeStyle): void;
  circle(x: number, y: number, radius: number, style: ShapeStyle | Colour): void;
  line(x1: number, y1: number, x2: number, y2: number, style: ShapeStyle): void;
  polygon(points: readonly (readonly [x: number, y: number])[], style: ShapeStyle): void;
  text(x: number, y: number, text: string, style: ShapeStyle & { readonly size?: number }): void;
}
