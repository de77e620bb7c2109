// What the agent thinks of the moment that is shown: one bar per action, the chosen one marked; of vectors one interval per element.
import { createMemo, For, type JSX, Match, Show, Switch } from "solid-js";
import type { Lane } from "../page/lane.ts";
import type { ChoiceThought, VectorThought } from "../protocol.ts";

const arrows: Readonly<Record<string, string>> = { left: "←", right: "→", up: "↑", down: "↓" };

interface Bar {
  readonly name: string;
  readonly share: number;
  readonly text: string;
  readonly chosen: boolean;
}

export function Mind(props: { readonly lane: Lane }): JSX.Element {
  const thought = () => props.lane.picture()?.thought ?? null;
  const choices = (): ChoiceThought | null => {
    const current = thought();
    return current === null || current.kind === "vector" ? null : current;
  };
  const vector = (): VectorThought | null => {
    const current = thought();
    return current?.kind === "vector" ? current : null;
  };
  return (
    <Switch>
      <Match when={choices()}>{(current) => <Choices lane={props.lane} thought={current()} />}</Match>
      <Match when={vector()}>{(current) => <Intervals lane={props.lane} thought={current()} />}</Match>
    </Switch>
  );
}

function Choices(props: { readonly lane: Lane; readonly thought: ChoiceThought }): JSX.Element {
  const names = createMemo((): readonly string[] => {
    const action = props.lane.picture()?.environment.action;
    if (action?.kind !== "discrete") return [];
    return Array.from({ length: action.n }, (_, index) => action.labels?.[index] ?? String(action.start + index));
  });
  const about = () => (props.thought.kind === "probabilities" ? "Probability of each action" : "Value of each action");
  const bar = (index: number): Bar => {
    const { kind, actions, choice } = props.thought;
    const value = actions[index];
    return {
      name: names()[index],
      share: kind === "probabilities" ? value : shareOf(actions, value),
      text: kind === "probabilities" ? `${Math.round(value * 100)}%` : signed(value),
      chosen: choice === index,
    };
  };
  return (
    <Show when={names().length > 0 && names().length <= 6}>
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

interface Interval {
  readonly name: string;
  /** Where it begins, how wide it is and where the best action lies, as shares of what the environment allows. */
  readonly start: number;
  readonly width: number;
  readonly best: number;
  readonly text: string;
}

/** Elements of an action that there is room for. */
const ROOM = 4;

function Intervals(props: { readonly lane: Lane; readonly thought: VectorThought }): JSX.Element {
  const intervals = (): readonly Interval[] => {
    const action = props.lane.picture()?.environment.action;
    if (action === undefined || action.kind === "discrete" || action.size > ROOM) return [];
    const { best, low, high } = props.thought;
    return Array.from(best, (value, i) => {
      const share = shareWithin(action.low[i], action.high[i]);
      const [start, end] = [share(low[i]), share(high[i])];
      const text = `${signed(value)} ± ${signed((high[i] - low[i]) / 2)}`;
      return { name: best.length === 1 ? "action" : `${i + 1}`, start, width: end - start, best: share(value), text };
    });
  };
  return (
    <Show when={intervals().length > 0}>
      <ul
        class="mind mind-vector"
        aria-label="Action"
        title="The action in the situation shown, between the smallest and the largest that there is; the band holds two of three that are tried while training"
      >
        <For each={intervals()}>
          {(interval) => (
            <li>
              <span class="mind-name">{interval.name}</span>
              <span class="mind-track">
                <span class="mind-band" style={{ left: percent(interval.start), width: percent(interval.width) }} />
                <span class="mind-best" style={{ left: percent(interval.best) }} />
              </span>
              <span class="mind-value mind-spread">{interval.text}</span>
            </li>
          )}
        </For>
      </ul>
    </Show>
  );
}

const percent = (share: number): string => `${(100 * share).toFixed(1)}%`;

/** Where a value lies between bounds, from 0 to 1; what is unbounded is shown from −3 to 3. */
const shareWithin =
  (low: number, high: number) =>
  (value: number): number => {
    const [from, to] = [Number.isFinite(low) ? low : -3, Number.isFinite(high) ? high : 3];
    return Math.min(1, Math.max(0, (value - from) / (to - from)));
  };

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
