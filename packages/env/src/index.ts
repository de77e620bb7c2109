export type * from "./environment.ts";
export type { Canvas, Colour, ShapeStyle } from "./canvas.ts";
export type { BoxSpace, DiscreteSpace, Space, SpaceBase, SpaceData } from "./spaces.ts";
