// What the agent thinks of the moment that is shown: one bar per action, the chosen one marked.
import { createMemo, For, type JSX, Show } from "solid-js";
import type { Lane } from "../page/lane.ts";

const arrows: Readonly<Record<string, string>> = { left: "←", right: "→", up: "↑", down: "↓" };

interface Bar {
  readonly name: string;
  readonly share: number;
  readonly text: string;
  readonly chosen: boolean;
}

export function Mind(props: { readonly lane: Lane }): JSX.Element {
  const thought = () => props.lane.picture()?.thought ?? null;
  const names = createMemo((): readonly string[] => {
    const action = props.lane.picture()?.environment.action;
    if (action?.kind !== "discrete") return [];
    return Array.from({ length: action.n }, (_, index) => action.labels?.[index] ?? String(action.start + index));
  });
  const about = () => (thought()?.kind === "probabilities" ? "Probability of each action" : "Value of each action");
  const bar = (index: number): Bar => {
    const current = thought();
    const name = names()[index];
    if (current === null) return { name, share: 0, text: "", chosen: false };
    const value = current.actions[index];
    return {
      name,
      share: current.kind === "probabilities" ? value : shareOf(current.actions, value),
      text: current.kind === "probabilities" ? `${Math.round(value * 100)}%` : signed(value),
      chosen: current.choice === index,
    };
  };
  return (
    <Show when={thought() !== null && names().length <= 6}>
      <ul
        class="mind"
        classList={{ "mind-many": names().length > 2 }}
        aria-label={about()}
        title={`${about()} in the situation shown; the coloured one is taken`}
      >
        <For each={names()}>
          {(_, index) => (
            <li classList={{ chosen: bar(index()).chosen }}>
              <span class="mind-name" title={bar(index()).name}>
                {arrows[bar(index()).name.toLowerCase()] ?? bar(index()).name}
              </span>
              <span class="mind-bar">
                <span style={{ transform: `scaleX(${bar(index()).share.toFixed(3)})` }} />
              </span>
              <span class="mind-value">{bar(index()).text}</span>
            </li>
          )}
        </For>
      </ul>
    </Show>
  );
}

/** The best value fills its bar; the others fall short by their disadvantage, on a scale that does not magnify mere noise. */
function shareOf(values: Float32Array, value: number): number {
  const low = Math.min(...values);
  const high = Math.max(...values);
  const scale = Math.max(high - low, 0.1 * Math.abs(high));
  return scale > 0 ? 1 - (0.9 * (high - value)) / scale : 0;
}

/** Five characters or so, with a real minus sign. */
function signed(value: number): string {
  const size = Math.abs(value);
  const text = size >= 1000 ? size.toFixed(0) : size >= 10 ? size.toFixed(1) : size.toFixed(2);
  return value < 0 && Number(text) !== 0 ? `−${text}` : text;
}
