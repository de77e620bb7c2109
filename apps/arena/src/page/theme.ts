// Light or dark: the system's, until the user chooses.
import { type Accessor, createSignal } from "solid-js";

export interface Theme {
  readonly current: Accessor<"light" | "dark">;
  toggle(): void;
}

const storageKey = "agon.theme";

export function createTheme(): Theme {
  const system = matchMedia("(prefers-color-scheme: dark)");
  const [chosen, setChosen] = createSignal(localStorage.getItem(storageKey));
  const [systemDark, setSystemDark] = createSignal(system.matches);
  const current = (): "light" | "dark" => {
    const choice = chosen();
    if (choice === "light" || choice === "dark") return choice;
    return systemDark() ? "dark" : "light";
  };
  const apply = (): void => {
    document.documentElement.dataset.theme = current();
  };
  system.addEventListener("change", (event) => {
    document.documentElement.dataset.theme = chosen() ?? (event.matches ? "dark" : "light");
    setSystemDark(event.matches);
  });
  apply();
  return {
    current,
    toggle() {
      const next = current() === "dark" ? "light" : "dark";
      localStorage.setItem(storageKey, next);
      // The attribute first: what depends on the signal reads colours from the style sheet.
      document.documentElement.dataset.theme = next;
      setChosen(next);
    },
  };
}
