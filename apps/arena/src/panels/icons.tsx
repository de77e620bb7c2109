// The icons of the controls, drawn on a 20 × 20 grid.
import type { JSX } from "solid-js";

/** Outlines as path data; those in `solid` are filled. */
const outlines = {
  play: "M6 4.2v11.6a.8.8 0 0 0 1.2.7l9.2-5.8a.8.8 0 0 0 0-1.4L7.2 3.5A.8.8 0 0 0 6 4.2Z",
  pause: "M5.5 3.5h3v13h-3zM11.5 3.5h3v13h-3z",
  step: "M4 4.4v11.2a.7.7 0 0 0 1 .6l7.6-5.6a.7.7 0 0 0 0-1.2L5 3.8a.7.7 0 0 0-1 .6ZM14 3.5h2.2v13H14z",
  reset: "M4.2 6.2A7 7 0 1 1 3 10M3.6 2.8v3.9h3.9",
  sliders: "M3 6h8m4 0h2M3 14h2m4 0h8M13 3.8v4.4M7 11.8v4.4",
  sun: "M10 6.6a3.4 3.4 0 1 0 0 6.8 3.4 3.4 0 0 0 0-6.8ZM10 1.8v1.6m0 13.2v1.6M1.8 10h1.6m13.2 0h1.6M4.2 4.2l1.1 1.1m9.4 9.4 1.1 1.1m0-11.6-1.1 1.1m-9.4 9.4-1.1 1.1",
  moon: "M16.8 12.3A7 7 0 0 1 7.7 3.2a7 7 0 1 0 9.1 9.1Z",
  help: "M7.4 7.6a2.6 2.6 0 1 1 3.8 2.3c-.8.4-1.2 1-1.2 1.9m0 2.7v.1",
  dice: "M5 3h10a2 2 0 0 1 2 2v10a2 2 0 0 1-2 2H5a2 2 0 0 1-2-2V5a2 2 0 0 1 2-2ZM7 7h.01M13 7h.01M10 10h.01M7 13h.01M13 13h.01",
  close: "m5 5 10 10M15 5 5 15",
  undo: "M4 8h8a4 4 0 0 1 0 8H8M7 5 4 8l3 3",
} as const;

const solid: ReadonlySet<keyof typeof outlines> = new Set(["play", "pause", "step"]);

export function Icon(props: { readonly name: keyof typeof outlines }): JSX.Element {
  return (
    <svg class="icon" classList={{ "icon-solid": solid.has(props.name) }} viewBox="0 0 20 20" aria-hidden="true">
      <path d={outlines[props.name]} />
    </svg>
  );
}
