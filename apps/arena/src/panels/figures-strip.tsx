// The figures of a run, the mean return first.
import { For, type JSX, Show } from "solid-js";
import { wordsOf } from "../page/fields.ts";
import type { Lane } from "../page/lane.ts";

const whole = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });
const compact = new Intl.NumberFormat("en", { notation: "compact", maximumSignificantDigits: 3 });

export function FiguresStrip(props: { readonly lane: Lane; readonly threshold?: number }): JSX.Element {
  const figures = () => props.lane.figures();
  const solved = () =>
    props.threshold !== undefined && figures().mean100 >= props.threshold && figures().episodes >= 100;
  const named = () => {
    const entries = Object.entries(figures().named).map(([name, value]) => ({ name, value }));
    return entries.sort((a, b) => rankOf(a.name) - rankOf(b.name)).slice(0, 2);
  };
  return (
    <dl class="figures">
      <div class="figure figure-main">
        <dt title="Mean return of the last 20 training episodes, exploration included">Mean return, last 20</dt>
        <dd>
          {returnText(figures().mean20)}
          <Show when={props.threshold}>
            {(threshold) => (
              <span
                class="goal-badge"
                classList={{ reached: solved() }}
                title={`Solved once the mean of 100 episodes reaches ${threshold()}`}
              >
                {solved() ? "solved" : `goal ${threshold()}`.replace("-", "−")}
              </span>
            )}
          </Show>
        </dd>
      </div>
      <div class="figure">
        <dt title="Environment steps the agent has learned from">Steps</dt>
        <dd title={whole.format(figures().steps)}>{short(figures().steps)}</dd>
      </div>
      <div class="figure">
        <dt title="Episodes finished while learning">Episodes</dt>
        <dd title={whole.format(figures().episodes)}>{short(figures().episodes)}</dd>
      </div>
      <div class="figure">
        <dt title="Environment steps per second, learning included">Steps/s</dt>
        <dd>{props.lane.status() === "running" ? short(figures().stepsPerSecond) : "–"}</dd>
      </div>
      <For each={named()}>
        {({ name, value }) => (
          <div class="figure figure-named">
            <dt title={known[name]?.about}>{known[name]?.title ?? wordsOf(name)}</dt>
            <dd>{figureText(value)}</dd>
          </div>
        )}
      </For>
    </dl>
  );
}

/** Figures that algorithms tell by name, in the page's words. */
const known: Readonly<Record<string, { readonly title: string; readonly about: string }>> = {
  epsilon: { title: "Exploring", about: "Share of actions taken at random (epsilon)" },
  meanQ: { title: "Mean Q", about: "Mean value that the network gives to the actions of its last batch" },
  entropy: { title: "Entropy", about: "How undecided the policy is, in nats: 0 always takes the same action" },
};

/** Exploration comes first. */
function rankOf(name: string): number {
  return name === "epsilon" ? 0 : 1;
}

function short(value: number): string {
  return value < 100_000 ? whole.format(value) : compact.format(value);
}

/** Shares as they are, larger figures short. */
function figureText(value: number): string {
  const text = Math.abs(value) < 10 ? value.toFixed(2) : compact.format(value);
  return text.replace("-", "−");
}

/** Returns of board games are shares of 1; those of control are counts. */
function returnText(value: number): string {
  if (Number.isNaN(value)) return "–";
  return (Math.abs(value) < 10 ? value.toFixed(2) : value.toFixed(1)).replace("-", "−");
}
