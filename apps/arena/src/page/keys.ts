// Keyboard shortcuts.
import type { Arena } from "./arena.ts";
import { speeds } from "./setup.ts";
import type { Theme } from "./theme.ts";

/** The shortcuts as the help lists them. */
export const shortcuts: readonly { readonly keys: readonly string[]; readonly does: string }[] = [
  { keys: ["Space"], does: "Pause or go on" },
  { keys: ["→"], does: "One environment step" },
  { keys: ["1", "…", "5"], does: "Speed, from slow motion to flat out" },
  { keys: ["R"], does: "Start anew from the same seed" },
  { keys: ["V"], does: "Show the learner or its policy" },
  { keys: ["L"], does: "One lane or two" },
  { keys: ["O"], does: "Options of the first lane's algorithm" },
  { keys: ["E"], does: "Options of the environment" },
  { keys: ["T"], does: "Light or dark" },
  { keys: ["?"], does: "This help" },
];

export interface KeyTargets {
  readonly arena: Arena;
  readonly theme: Theme;
  readonly toggleHelp: () => void;
  readonly toggleOptions: (of: number | "environment") => void;
  readonly close: () => void;
}

/** Listens until the returned function is called. */
export function listenToKeys(targets: KeyTargets): () => void {
  const listener = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event)) return;
    if (!obey(event.key, targets)) return;
    event.preventDefault();
    if (event.target instanceof HTMLElement && event.target instanceof HTMLButtonElement) event.target.blur();
  };
  window.addEventListener("keydown", listener);
  return () => window.removeEventListener("keydown", listener);
}

/** Whether the key belongs to the focused control: text, menus, dialogs, and buttons reached by keyboard. */
function isTyping({ key, target }: KeyboardEvent): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target.closest("input, select, textarea, [contenteditable]") !== null) return key !== "Escape";
  if (target.closest("dialog[open]") !== null) return true;
  return (key === " " || key === "Enter") && target.matches("button:focus-visible, summary, a");
}

function obey(key: string, { arena, theme, toggleHelp, toggleOptions, close }: KeyTargets): boolean {
  const speed = speeds[Number(key) - 1];
  if (speed !== undefined) arena.setSpeed(speed.name);
  else if (key === " ") arena.togglePause();
  else if (key === "ArrowRight") arena.step();
  else if (key === "r" || key === "R") arena.reset();
  else if (key === "v" || key === "V") arena.setView(arena.view() === "policy" ? "training" : "policy");
  else if (key === "l" || key === "L") arena.setLaneCount(arena.laneCount() === 1 ? 2 : 1);
  else if (key === "o" || key === "O") toggleOptions(0);
  else if (key === "e" || key === "E") toggleOptions("environment");
  else if (key === "t" || key === "T") theme.toggle();
  else if (key === "?") toggleHelp();
  else if (key === "Escape") close();
  else return false;
  return true;
}
