// The options of a lane's algorithm: live ones apply at once, the others when the lane starts anew.
import type { OptionSpec } from "@agon/rl";
import { createMemo, createSignal, For, type JSX, onMount, Show } from "solid-js";
import { resolveAlgorithm } from "../catalogue.ts";
import type { Arena } from "../page/arena.ts";
import { type Options, parseOption, tunedOption } from "../page/setup.ts";
import { Icon } from "./icons.tsx";

interface OptionsPanelProps {
  readonly arena: Arena;
  readonly index: number;
  readonly onClose: () => void;
}

export function OptionsPanel(props: OptionsPanelProps): JSX.Element {
  const setup = () => props.arena.setup();
  const lane = () => setup().lanes[props.index];
  const algorithm = createMemo(() => resolveAlgorithm(lane().algorithm));
  /** What was edited but waits for a new start. */
  const [staged, setStaged] = createSignal<Options>({});
  const tuned = (option: OptionSpec): unknown => tunedOption(setup(), lane(), option);
  const shown = (option: OptionSpec): unknown => staged()[option.key] ?? lane().options[option.key] ?? tuned(option);
  const changes = () => Object.keys(staged()).length;

  const change = (option: OptionSpec, value: unknown): void => {
    if (option.live === true) props.arena.setLiveOption(props.index, option.key, value);
    else setStaged({ ...staged(), [option.key]: value });
  };
  const apply = (): void => {
    const merged = { ...lane().options, ...staged() };
    const own = algorithm().options.filter(({ key }) => key in merged);
    const different = own.filter((option) => String(merged[option.key]) !== String(tuned(option)));
    setStaged({});
    props.arena.setOptions(props.index, Object.fromEntries(different.map(({ key }) => [key, merged[key]])));
  };

  let panel!: HTMLElement;
  onMount(() => panel.focus());
  return (
    <aside class="options" ref={panel} tabindex="-1" aria-label={`Options of lane ${props.index + 1}`}>
      <header class="panel-head">
        <h2>{algorithm().title}</h2>
        <button
          type="button"
          class="icon-button"
          aria-label="Close"
          title="Close (Esc)"
          onClick={() => props.onClose()}
        >
          <Icon name="close" />
        </button>
      </header>
      <p class="options-summary">{algorithm().summary}</p>
      <div class="options-list">
        <For each={algorithm().options}>
          {(option) => (
            <OptionField
              option={option}
              value={shown(option)}
              tuned={tuned(option)}
              onChange={(value) => change(option, value)}
              onProblem={(problem) => props.arena.tell(problem)}
            />
          )}
        </For>
      </div>
      <footer class="options-foot">
        <p>{changes() === 0 ? "Options marked live apply at once." : `${changes()} changed, not yet in force.`}</p>
        <button type="button" class="button button-primary" disabled={changes() === 0} onClick={apply}>
          Apply and start anew
        </button>
      </footer>
    </aside>
  );
}

interface OptionFieldProps {
  readonly option: OptionSpec;
  readonly value: unknown;
  readonly tuned: unknown;
  readonly onChange: (value: unknown) => void;
  readonly onProblem: (problem: string) => void;
}

function OptionField(props: OptionFieldProps): JSX.Element {
  const text = () => (Array.isArray(props.value) ? props.value.join(", ") : String(props.value));
  const changed = () => String(props.value) !== String(props.tuned);
  const read = (input: HTMLInputElement | HTMLSelectElement, written: string): void => {
    const parsed = parseOption(props.option, written);
    if ("value" in parsed) {
      props.onChange(parsed.value);
      return;
    }
    props.onProblem(parsed.problem);
    input.value = text();
  };
  const name = `option-${props.option.key}`;
  return (
    <div class="option" classList={{ changed: changed() }}>
      <label for={name} title={props.option.description}>
        {wordsOf(props.option.key)}
        <Show when={props.option.live}>
          <span class="live-mark">live</span>
        </Show>
      </label>
      <div class="option-value">
        <Show when={changed()}>
          <button
            type="button"
            class="icon-button icon-button-small"
            aria-label={`Back to ${String(props.tuned)}`}
            title={`Back to ${String(props.tuned)}`}
            onClick={() => props.onChange(props.tuned)}
          >
            <Icon name="undo" />
          </button>
        </Show>
        <Show
          when={typeof props.option.default === "boolean" || props.option.choices}
          fallback={
            <input
              id={name}
              class="input"
              autocomplete="off"
              inputmode={typeof props.option.default === "number" ? "decimal" : "text"}
              value={text()}
              aria-describedby={`${name}-about`}
              onChange={(event) => read(event.currentTarget, event.currentTarget.value)}
            />
          }
        >
          <select
            id={name}
            class="select"
            value={text()}
            aria-describedby={`${name}-about`}
            onChange={(event) => read(event.currentTarget, event.currentTarget.value)}
          >
            <For each={props.option.choices ?? ["true", "false"]}>
              {(choice) => (
                <option value={choice}>{choice === "true" ? "on" : choice === "false" ? "off" : choice}</option>
              )}
            </For>
          </select>
        </Show>
      </div>
      <p id={`${name}-about`} class="option-about">
        {props.option.description}
      </p>
    </div>
  );
}

/** "targetNetworkEvery" → "Target network every". */
function wordsOf(key: string): string {
  const words = key.replace(
    /([a-z])([A-Z])/g,
    (_, before: string, after: string) => `${before} ${after.toLowerCase()}`,
  );
  return words.charAt(0).toUpperCase() + words.slice(1);
}
