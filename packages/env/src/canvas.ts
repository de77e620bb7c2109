// What an environment draws with: shapes in its own coordinates, rendered by Pixi, as SVG and in the terminal alike.

/** A CSS colour name or #rrggbb, or a role that the renderer's theme fills in. */
export type Colour = string;

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
