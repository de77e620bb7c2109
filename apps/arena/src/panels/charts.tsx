// The curves of the lanes: return and loss over environment steps.
import { createEffect, createMemo, For, type JSX, on, onCleanup } from "solid-js";
import { Chart, compactNumber, type ChartOptions, type Curve } from "../charts.ts";
import { resolveAlgorithm, resolveEnvironment } from "../catalogue.ts";
import type { Arena } from "../page/arena.ts";
import type { Theme } from "../page/theme.ts";

/** Charts are redrawn at most this often, in milliseconds. */
const refreshMilliseconds = 200;

export function Charts(props: { readonly arena: Arena; readonly theme: Theme }): JSX.Element {
  const lanes = () => props.arena.lanes.slice(0, props.arena.laneCount());
  const name = (index: number): string => {
    const titles = props.arena.setup().lanes.map(({ algorithm }) => resolveAlgorithm(algorithm).title);
    return titles[0] === titles[1] ? `${titles[index]} ${index + 1}` : titles[index];
  };
  const goal = () => resolveEnvironment(props.arena.setup().environment, props.arena.setup().arguments).rewardThreshold;
  const solo = () => props.arena.laneCount() === 1;
  const losesApart = (): boolean => new Set(props.arena.setup().lanes.map(({ algorithm }) => algorithm)).size > 1;
  const returns = createMemo((): readonly Curve[] =>
    lanes().flatMap(({ returns: series, index }) => {
      const colour = `--lane-${index}`;
      return [
        { label: solo() ? "Episode" : "", series, column: 1, colour, width: 1, opacity: 0.3 },
        ...(solo() ? [{ label: "Mean of 100", series, column: 3, colour: "--mean-100", width: 1.5 }] : []),
        { label: solo() ? "Mean of 20" : name(index), series, column: 2, colour, width: 2.25 },
      ];
    }),
  );
  const losses = createMemo((): readonly Curve[] =>
    lanes().map(({ losses: series, index }) => ({
      label: solo() ? "" : name(index),
      series,
      column: 1,
      colour: `--lane-${index}`,
      width: 1.5,
      // Losses of different algorithms have nothing in common but the name.
      right: index === 1 && losesApart(),
    })),
  );
  return (
    <section class="charts" aria-label="Curves">
      <ChartView
        title="Return"
        unit="per episode"
        about="The sum of rewards of each training episode, exploration included. Bold: the mean of the last 20 episodes. Dashed: the goal."
        arena={props.arena}
        theme={props.theme}
        options={{ curves: returns(), goal: goal(), format: compactNumber }}
      />
      <ChartView
        title="Loss"
        unit="per update"
        about="What each update tried to reduce. It need not fall: better play meets new situations. Two algorithms have a scale each."
        arena={props.arena}
        theme={props.theme}
        options={{ curves: losses(), format: compactNumber }}
      />
    </section>
  );
}

const turns: (() => void)[] = [];

/** Draws one chart a frame, so that no frame is long. */
function drawInTurn(draw: () => void): void {
  turns.push(draw);
  if (turns.length === 1) requestAnimationFrame(takeTurn);
}

function takeTurn(): void {
  turns.shift()?.();
  if (turns.length > 0) requestAnimationFrame(takeTurn);
}

interface ChartViewProps {
  readonly title: string;
  /** What the vertical axis counts. */
  readonly unit: string;
  readonly about: string;
  readonly arena: Arena;
  readonly theme: Theme;
  readonly options: ChartOptions;
}

function ChartView(props: ChartViewProps): JSX.Element {
  /** The boldest curve first. */
  const legend = (): readonly Curve[] =>
    props.options.curves.filter(({ label }) => label !== "").toSorted((a, b) => b.width - a.width);
  let host!: HTMLDivElement;
  let chart: Chart | null = null;
  let timer: ReturnType<typeof setTimeout> | undefined;

  createEffect(() => {
    const opened = new Chart(host, props.options);
    const observer = new ResizeObserver(() => opened.resize());
    observer.observe(host);
    chart = opened;
    onCleanup(() => {
      observer.disconnect();
      opened.close();
      chart = null;
    });
  });
  /** The next refresh is only asked for once this one was drawn: where frames come slowly they would pile up. */
  const refresh = (): void => {
    timer = undefined;
    chart?.refresh();
  };
  createEffect(
    on(
      () => props.arena.lanes.map((lane) => lane.curveVersion()),
      () => {
        timer ??= setTimeout(() => drawInTurn(refresh), refreshMilliseconds);
      },
    ),
  );
  createEffect(
    on(
      () => props.theme.current(),
      () => chart?.refreshPalette(),
      { defer: true },
    ),
  );
  onCleanup(() => clearTimeout(timer));

  return (
    <figure class="chart">
      <figcaption>
        <h2 title={props.about}>
          {props.title} <small>{props.unit}</small>
        </h2>
        <ul class="legend">
          <For each={legend()}>
            {(curve) => (
              <li>
                <span style={{ background: `var(${curve.colour})`, opacity: curve.opacity ?? 1 }} />
                {curve.label}
              </li>
            )}
          </For>
        </ul>
      </figcaption>
      <div
        class="chart-surface"
        ref={host}
        role="img"
        aria-label={`${props.title}, ${props.unit}, over environment steps`}
      />
    </figure>
  );
}
