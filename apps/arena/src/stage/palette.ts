// The colours of the stage and the charts, read from the style sheet so that each theme is written once.
import { colourRoles } from "@agon/env";

export interface Palette {
  /** Colour of a role that environments draw with; any other name is a CSS colour of its own. */
  readonly roles: Readonly<Record<string, string>>;
  /** Colours of low to high values. */
  readonly heat: readonly string[];
}

/** The palette in force at an element, lane colours included. */
export function paletteAt(element: Element): Palette {
  const style = getComputedStyle(element);
  const read = (name: string): string => style.getPropertyValue(name).trim();
  return {
    roles: Object.fromEntries(colourRoles.map((role) => [role, read(`--stage-${role}`)])),
    heat: [0, 1, 2, 3, 4].map((index) => read(`--heat-${index}`)),
  };
}

/** The colour at `share` (0 to 1) of a ramp of #rrggbb stops. */
export function rampColour(ramp: readonly string[], share: number): string {
  const position = Math.min(1, Math.max(0, share)) * (ramp.length - 1);
  const index = Math.min(ramp.length - 2, Math.floor(position));
  const weight = position - index;
  const mix = (channel: number): string => {
    const from = Number.parseInt(ramp[index].slice(channel, channel + 2), 16);
    const to = Number.parseInt(ramp[index + 1].slice(channel, channel + 2), 16);
    return Math.round(from + weight * (to - from))
      .toString(16)
      .padStart(2, "0");
  };
  return `#${mix(1)}${mix(3)}${mix(5)}`;
}

/** A dark or a light ink, whichever stands out on a #rrggbb ground. */
export function inkOn(ground: string): string {
  const channel = (at: number): number => Number.parseInt(ground.slice(at, at + 2), 16);
  const brightness = 0.299 * channel(1) + 0.587 * channel(3) + 0.114 * channel(5);
  return brightness > 130 ? "#0c1016" : "#f4f6fb";
}
