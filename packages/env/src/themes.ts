// Colours for the roles of a drawing, on dark and on light ground.
import type { Colour, ColourRole } from "./canvas.ts";

export type Theme = Readonly<Record<ColourRole, string>>;

export const darkTheme: Theme = {
  background: "#0f1420",
  surface: "#1d2536",
  grid: "#2c3850",
  text: "#e8ecf4",
  muted: "#7d8aa5",
  accent: "#5cc8ff",
  agent: "#ffb454",
  goal: "#4ade80",
  danger: "#ff6b6b",
  wall: "#46536e",
  track: "#5b6a88",
  cart: "#4f7cff",
  pole: "#ffb454",
};

export const lightTheme: Theme = {
  background: "#f6f7fb",
  surface: "#ffffff",
  grid: "#d8deea",
  text: "#1b2333",
  muted: "#7a869c",
  accent: "#0b84d8",
  agent: "#e67700",
  goal: "#159a4c",
  danger: "#d93a3a",
  wall: "#8390a8",
  track: "#8b97ad",
  cart: "#3159d8",
  pole: "#e08a1e",
};

/** The theme's colour for a role; any other colour as it is. */
export const resolveColour = (colour: Colour, theme: Theme): string =>
  Object.hasOwn(theme, colour) ? theme[colour as ColourRole] : colour;
