// The header: what is played, from which seed, in how many lanes.
import { For, type JSX } from "solid-js";
import { environmentIds, summaryOf, titleOf } from "../catalogue.ts";
import type { Arena } from "../page/arena.ts";
import type { Theme } from "../page/theme.ts";
import { Icon } from "./icons.tsx";
import { SeedField } from "./seed-field.tsx";

interface HeaderProps {
  readonly arena: Arena;
  readonly theme: Theme;
  readonly optionsOpen: boolean;
  readonly onOptions: () => void;
  readonly onHelp: () => void;
}

export function Header(props: HeaderProps): JSX.Element {
  return (
    <header class="header">
      <h1 class="brand">
        <svg viewBox="0 0 32 32" aria-hidden="true">
          <path class="brand-track" d="M4 25h24" />
          <path
            class="brand-cart"
            d="M10 18.5h12a1.5 1.5 0 0 1 1.5 1.5v3.5a1.5 1.5 0 0 1-1.5 1.5H10a1.5 1.5 0 0 1-1.5-1.5V20a1.5 1.5 0 0 1 1.5-1.5Z"
          />
          <path class="brand-pole" d="M16 19.5 21 5" />
        </svg>
        agon
      </h1>
      <div class="header-tools">
        <button
          type="button"
          class="icon-button"
          aria-label={props.theme.current() === "dark" ? "Light theme" : "Dark theme"}
          title="Light or dark (T)"
          onClick={() => props.theme.toggle()}
        >
          <Icon name={props.theme.current() === "dark" ? "sun" : "moon"} />
        </button>
        <button type="button" class="icon-button" aria-label="Help" title="Help (?)" onClick={() => props.onHelp()}>
          <Icon name="help" />
        </button>
      </div>
      <div class="header-setup">
        <div class="field field-wide">
          <label class="field-name" for="environment">
            Environment
          </label>
          <select
            id="environment"
            class="select"
            data-control="environment"
            title={summaryOf(props.arena.setup().environment)}
            value={props.arena.setup().environment}
            onChange={(event) => props.arena.setEnvironment(event.currentTarget.value)}
          >
            <For each={environmentIds}>{(id) => <option value={id}>{titleOf(id)}</option>}</For>
          </select>
          <button
            type="button"
            class="icon-button"
            data-control="environment-options"
            aria-label="Environment options"
            aria-expanded={props.optionsOpen}
            title="Environment options (E)"
            onClick={() => props.onOptions()}
          >
            <Icon name="sliders" />
          </button>
        </div>
        <SeedField seed={props.arena.setup().seed} onSeed={(seed) => props.arena.setSeed(seed)} />
        <div class="segments" role="group" aria-label="Lanes">
          <For each={[1, 2] as const}>
            {(count) => (
              <button
                type="button"
                data-control={`lanes-${count}`}
                aria-pressed={props.arena.laneCount() === count}
                title={count === 1 ? "One agent (L)" : "Two agents side by side (L)"}
                onClick={() => props.arena.setLaneCount(count)}
              >
                {count === 1 ? "Solo" : "Race"}
              </button>
            )}
          </For>
        </div>
      </div>
    </header>
  );
}
