// The transport: start, pause, step, start anew, and how fast.
import { For, type JSX } from "solid-js";
import type { Arena } from "../page/arena.ts";
import { speeds } from "../page/setup.ts";
import { Icon } from "./icons.tsx";

export function Transport(props: { readonly arena: Arena }): JSX.Element {
  const idle = () => props.arena.paused() || props.arena.ended();
  const action = () => (props.arena.ended() ? "Run again" : props.arena.paused() ? "Go on" : "Pause");
  return (
    <footer class="transport">
      <p class="notice" role="status">
        {props.arena.notice()}
      </p>
      <div class="transport-buttons">
        <button
          type="button"
          class="icon-button"
          data-control="reset"
          aria-label="Start anew"
          title="Start anew (R)"
          onClick={() => props.arena.reset()}
        >
          <Icon name="reset" />
        </button>
        <button
          type="button"
          class="play-button"
          data-control="play"
          aria-label={action()}
          title={`${action()} (Space)`}
          onClick={() => props.arena.togglePause()}
        >
          <Icon name={idle() ? "play" : "pause"} />
        </button>
        <button
          type="button"
          class="icon-button"
          data-control="step"
          aria-label="One step"
          title="One step (→)"
          disabled={props.arena.ended()}
          onClick={() => props.arena.step()}
        >
          <Icon name="step" />
        </button>
      </div>
      <div class="segments speeds" role="group" aria-label="Speed">
        <For each={speeds}>
          {(speed, index) => (
            <button
              type="button"
              data-control={`speed-${speed.name}`}
              aria-pressed={props.arena.setup().speed === speed.name}
              title={`${speed.title} (${index() + 1})`}
              onClick={() => props.arena.setSpeed(speed.name)}
            >
              {speed.label}
            </button>
          )}
        </For>
      </div>
    </footer>
  );
}
