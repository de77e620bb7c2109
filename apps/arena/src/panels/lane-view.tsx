// One lane: who plays, the stage, and the figures of the run.
import { For, type JSX, Show } from "solid-js";
import { algorithms, resolveAlgorithm, resolveEnvironment } from "../catalogue.ts";
import type { Arena } from "../page/arena.ts";
import type { Lane } from "../page/lane.ts";
import type { Theme } from "../page/theme.ts";
import type { RunStatus } from "../protocol.ts";
import { FiguresStrip } from "./figures-strip.tsx";
import { Icon } from "./icons.tsx";
import { Mind } from "./mind.tsx";
import { StageView } from "./stage-view.tsx";
import { ValueScale } from "./value-scale.tsx";

const statusWords: Readonly<Record<RunStatus, string>> = {
  starting: "Starting",
  running: "Learning",
  paused: "Paused",
  finished: "Finished",
  failed: "Stopped",
};

interface LaneViewProps {
  readonly arena: Arena;
  readonly lane: Lane;
  readonly theme: Theme;
  readonly optionsOpen: boolean;
  readonly onOptions: () => void;
}

export function LaneView(props: LaneViewProps): JSX.Element {
  const setup = () => props.arena.setup();
  const environment = () => resolveEnvironment(setup().environment, setup().arguments);
  const algorithm = () => setup().lanes[props.lane.index]?.algorithm ?? "";
  const boardAspect = () => {
    const { columns, rows } = environment().grid ?? { columns: 2, rows: 1 };
    return columns / rows;
  };
  return (
    <article
      class="lane"
      data-lane={props.lane.index}
      data-algorithm={algorithm()}
      data-board={environment().grid !== undefined}
      style={{ "--board-aspect": boardAspect() }}
      data-environment={setup().environment}
      data-status={props.lane.status()}
      data-steps={props.lane.figures().steps}
      data-episodes={props.lane.figures().episodes}
      data-mean-return={props.lane.figures().mean20}
      data-curve-hash={props.lane.result()?.curveHash ?? ""}
      data-arithmetic={props.lane.result()?.arithmetic ?? ""}
      aria-label={`Lane ${props.lane.index + 1}`}
    >
      <header class="lane-head">
        <span class="lane-mark" aria-hidden="true" />
        <select
          class="select select-plain"
          data-control="algorithm"
          aria-label="Algorithm"
          value={algorithm()}
          onChange={(event) => props.arena.setAlgorithm(props.lane.index, event.currentTarget.value)}
        >
          <For each={algorithms}>
            {(candidate) => {
              const reason = () => candidate.fits(environment());
              return (
                <option value={candidate.name} disabled={reason() !== null} selected={candidate.name === algorithm()}>
                  {candidate.title}
                  {reason() === null ? "" : ` (${reason()})`}
                </option>
              );
            }}
          </For>
        </select>
        <span class="status" data-status={props.lane.status()}>
          {statusWords[props.lane.status()]}
        </span>
        <ViewSwitch arena={props.arena} />
        <button
          type="button"
          class="text-button"
          data-control="options"
          aria-label="Options"
          aria-expanded={props.optionsOpen}
          title={`Options of ${resolveAlgorithm(algorithm()).title}`}
          onClick={() => props.onOptions()}
        >
          <Icon name="sliders" />
          <span>Options</span>
        </button>
      </header>
      <div class="stage">
        <StageView lane={props.lane} theme={props.theme} />
        <ValueScale lane={props.lane} />
        <Outcome arena={props.arena} lane={props.lane} />
      </div>
      <div class="stage-foot">
        <ShownEpisode lane={props.lane} policy={props.arena.view() === "policy"} />
        <Mind lane={props.lane} />
      </div>
      <FiguresStrip lane={props.lane} threshold={environment().rewardThreshold} />
    </article>
  );
}

function ViewSwitch(props: { readonly arena: Arena }): JSX.Element {
  return (
    <div class="segments segments-small view-switch" role="group" aria-label="Whose play is shown">
      <button
        type="button"
        aria-pressed={props.arena.view() === "training"}
        title="The learner's own steps, exploration included (V)"
        onClick={() => props.arena.setView("training")}
      >
        Learner
      </button>
      <button
        type="button"
        aria-pressed={props.arena.view() === "policy"}
        title="What it has learned so far, played greedily in real time (V)"
        onClick={() => props.arena.setView("policy")}
      >
        Policy
      </button>
    </div>
  );
}

/** Which episode is on stage, and how it goes. */
function ShownEpisode(props: { readonly lane: Lane; readonly policy: boolean }): JSX.Element {
  const shown = () => props.lane.picture()?.shown ?? null;
  const episode = () => `Episode ${(props.lane.figures().episodes + 1).toLocaleString("en")}`;
  return (
    <p class="shown-episode">
      <span>{props.policy ? "Greedy play" : episode()}</span>
      <Show when={shown()}>
        {(current) => (
          <>
            <span>return</span> <b>{String(Math.round(current().return * 100) / 100).replace("-", "−")}</b>
          </>
        )}
      </Show>
    </p>
  );
}

/** How the run ended, if it did. */
function Outcome(props: { readonly arena: Arena; readonly lane: Lane }): JSX.Element {
  return (
    <>
      <Show when={props.lane.failure()}>
        {(failure) => (
          <div class="outcome outcome-failed" role="alert">
            <h2>{failure().diverged ? "Training diverged" : "The run stopped"}</h2>
            <p>{failure().message}</p>
            <button type="button" class="button" onClick={() => props.arena.reset()}>
              Start anew
            </button>
          </div>
        )}
      </Show>
      <Show when={props.lane.status() === "finished"}>
        <div class="outcome outcome-finished" role="status">
          <h2>Run finished</h2>
          <p>
            {props.lane.figures().steps.toLocaleString("en")} steps
            <Show when={props.lane.result()}>
              {(result) => (
                <>
                  {" · "}curve <code title={result().curveHash}>{result().curveHash.slice(0, 12)}</code> (
                  {result().arithmetic})
                </>
              )}
            </Show>
          </p>
        </div>
      </Show>
    </>
  );
}
