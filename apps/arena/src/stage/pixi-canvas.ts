// The environments' Canvas on Pixi: shapes in the drawing's units become vector graphics in pixels.
import type { Canvas, Colour, ShapeStyle } from "@agon/env";
import { Container, Graphics, Text } from "pixi.js";
import type { Palette } from "./palette.ts";

/** Draws into `root`, frame by frame; Pixi objects are kept from one frame to the next. */
export class PixiCanvas implements Canvas {
  readonly root: Container = new Container();
  /** Called once a frame, before the first shape that has the agent's colour: what lies under the agent. */
  underAgent: (() => void) | null = null;
  #palette: Palette;
  #width = 1;
  #height = 1;
  #margin = 0;
  #scale = 1;
  #left = 0;
  #top = 0;
  readonly #graphics: Graphics[] = [];
  readonly #texts: Text[] = [];
  #usedGraphics = 0;
  #usedTexts = 0;
  #usedChildren = 0;
  /** The graphics that shapes go to, until a text comes between. */
  #current: Graphics | null = null;
  #agentSeen = false;

  constructor(palette: Palette) {
    this.#palette = palette;
  }

  setPalette(palette: Palette): void {
    this.#palette = palette;
  }

  /** Size of the surface in CSS pixels, and how much of it stays free around the view. */
  resize(width: number, height: number, margin: number): void {
    this.#width = width;
    this.#height = height;
    this.#margin = margin;
  }

  begin(): void {
    this.#usedGraphics = 0;
    this.#usedTexts = 0;
    this.#usedChildren = 0;
    this.#current = null;
    this.#agentSeen = false;
  }

  end(): void {
    const { children } = this.root;
    while (children.length > this.#usedChildren) this.root.removeChildAt(children.length - 1);
  }

  view(x: number, y: number, width: number, height: number): void {
    const freeWidth = Math.max(1, this.#width - 2 * this.#margin);
    const freeHeight = Math.max(1, this.#height - 2 * this.#margin);
    this.#scale = Math.min(freeWidth / width, freeHeight / height);
    this.#left = (this.#width - width * this.#scale) / 2 - x * this.#scale;
    this.#top = (this.#height - height * this.#scale) / 2 - y * this.#scale;
  }

  rectangle(x: number, y: number, width: number, height: number, style: ShapeStyle): void {
    const graphics = this.#shape(style);
    const scale = this.#scale;
    const [pixelWidth, pixelHeight] = [width * scale, height * scale];
    const radius = Math.min((style.cornerRadius ?? 0) * scale, pixelWidth / 2, pixelHeight / 2);
    const [left, top] = [-pixelWidth / 2, -pixelHeight / 2];
    this.#placed(graphics, x, y, style, () => {
      if (radius > 0) graphics.roundRect(left, top, pixelWidth, pixelHeight, radius);
      else graphics.rect(left, top, pixelWidth, pixelHeight);
    });
  }

  circle(x: number, y: number, radius: number, style: ShapeStyle | Colour): void {
    const full = typeof style === "string" ? { fill: style } : style;
    const graphics = this.#shape(full);
    this.#placed(graphics, x, y, full, () => graphics.circle(0, 0, radius * this.#scale));
  }

  line(x1: number, y1: number, x2: number, y2: number, style: ShapeStyle): void {
    const graphics = this.#shape(style);
    const [x, y] = [(x1 + x2) / 2, (y1 + y2) / 2];
    const [dx, dy] = [((x2 - x1) / 2) * this.#scale, ((y2 - y1) / 2) * this.#scale];
    const stroked = { ...style, fill: undefined, stroke: style.stroke ?? style.fill ?? "text" };
    this.#placed(graphics, x, y, stroked, () => graphics.moveTo(-dx, -dy).lineTo(dx, dy));
  }

  polygon(points: readonly (readonly [x: number, y: number])[], style: ShapeStyle): void {
    const graphics = this.#shape(style);
    const [x, y] = centre(points);
    const flat = points.flatMap((point) => [(point[0] - x) * this.#scale, (point[1] - y) * this.#scale]);
    this.#placed(graphics, x, y, style, () => graphics.poly(flat, true));
  }

  text(x: number, y: number, text: string, style: ShapeStyle & { readonly size?: number }): void {
    const label = this.#label();
    const colour = this.#colour(style.fill ?? "text");
    const size = Math.max(6, (style.size ?? 0.3) * this.#scale);
    if (label.text !== text) label.text = text;
    if (label.style.fontSize !== size) label.style.fontSize = size;
    if (label.style.fill !== colour) label.style.fill = colour;
    label.alpha = style.opacity ?? 1;
    label.rotation = style.rotation ?? 0;
    label.position.set(this.#left + x * this.#scale, this.#top + y * this.#scale);
  }

  /** Runs `path` with the shape's centre as origin, turned by its rotation, then fills and strokes it. */
  #placed(graphics: Graphics, x: number, y: number, style: ShapeStyle, path: () => void): void {
    const { fill, stroke, rotation = 0, pivot, opacity = 1 } = style;
    const scale = this.#scale;
    const [pivotX, pivotY] = pivot ?? [x, y];
    const [cos, sin] = [Math.cos(rotation), Math.sin(rotation)];
    const [dx, dy] = [(x - pivotX) * scale, (y - pivotY) * scale];
    graphics.setTransform(
      cos,
      sin,
      -sin,
      cos,
      this.#left + pivotX * scale + cos * dx - sin * dy,
      this.#top + pivotY * scale + sin * dx + cos * dy,
    );
    path();
    if (fill !== undefined) graphics.fill({ color: this.#colour(fill), alpha: opacity });
    if (stroke !== undefined) {
      const width = Math.max(1, (style.strokeWidth ?? 0) * scale);
      graphics.stroke({ color: this.#colour(stroke), width, alpha: opacity, cap: "round", join: "round" });
    }
  }

  #colour(colour: Colour): string {
    return this.#palette.roles[colour] ?? colour;
  }

  #shape(style: ShapeStyle): Graphics {
    if (!this.#agentSeen && (style.fill === "agent" || style.stroke === "agent")) {
      this.#agentSeen = true;
      this.underAgent?.();
    }
    if (this.#current === null) {
      this.#current = this.#graphics[this.#usedGraphics] ??= new Graphics();
      this.#usedGraphics++;
      this.#current.clear();
      this.#show(this.#current);
    }
    return this.#current;
  }

  #label(): Text {
    this.#current = null;
    const label = (this.#texts[this.#usedTexts] ??= new Text({
      anchor: 0.5,
      roundPixels: true,
      style: { fontFamily: "system-ui, sans-serif", fontWeight: "600" },
    }));
    this.#usedTexts++;
    this.#show(label);
    return label;
  }

  #show(child: Container): void {
    const { children } = this.root;
    if (children[this.#usedChildren] !== child) {
      this.root.addChildAt(child, Math.min(this.#usedChildren, children.length - Number(child.parent === this.root)));
    }
    this.#usedChildren++;
  }
}

function centre(points: readonly (readonly [x: number, y: number])[]): readonly [x: number, y: number] {
  let [x, y] = [0, 0];
  for (const point of points) {
    x += point[0] / points.length;
    y += point[1] / points.length;
  }
  return [x, y];
}
