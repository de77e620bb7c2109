// One editable value: its name, its control, what it means, and the way back.
import { For, type JSX, Match, Show, Switch } from "solid-js";
import { type Field, formatValue, parseField, wordsOf } from "../page/fields.ts";
import { Icon } from "./icons.tsx";

interface FieldRowProps {
  readonly field: Field;
  readonly value: unknown;
  /** The value if nobody touches it. */
  readonly anyway: unknown;
  readonly onChange: (value: unknown) => void;
  readonly onProblem: (problem: string) => void;
}

export function FieldRow(props: FieldRowProps): JSX.Element {
  const id = `field-${props.field.key}`;
  const text = () => formatValue(props.value);
  const changed = () => text() !== formatValue(props.anyway);
  const way = () => `Back to ${formatValue(props.anyway) || "none"}`;
  const choices = () => (props.field.kind === "boolean" ? ["true", "false"] : props.field.choices);
  const read = (control: HTMLInputElement | HTMLSelectElement): void => {
    const parsed = parseField(props.field, control.value);
    if ("problem" in parsed) {
      props.onProblem(parsed.problem);
      control.value = text();
    } else {
      props.onChange(parsed.value);
    }
  };
  return (
    <div class="option" classList={{ changed: changed() }}>
      <label for={id}>
        {wordsOf(props.field.key)}
        <Show when={props.field.live}>
          <span class="live-mark" title="Takes effect at once">
            live
          </span>
        </Show>
      </label>
      <div class="option-value">
        <Show when={changed()}>
          <button
            type="button"
            class="icon-button icon-button-small"
            aria-label={way()}
            title={way()}
            onClick={() => props.onChange(props.anyway)}
          >
            <Icon name="undo" />
          </button>
        </Show>
        <Switch>
          <Match when={choices()}>
            <select
              id={id}
              class="select"
              value={text()}
              aria-describedby={`${id}-about`}
              onChange={(event) => read(event.currentTarget)}
            >
              <For each={choices()}>
                {(choice) => (
                  <option value={choice} selected={choice === text()}>
                    {props.field.kind === "boolean" ? (choice === "true" ? "on" : "off") : choice}
                  </option>
                )}
              </For>
            </select>
          </Match>
          <Match when={true}>
            <input
              id={id}
              class="input"
              autocomplete="off"
              spellcheck={false}
              placeholder="none"
              inputmode={props.field.kind === "number" ? "decimal" : "text"}
              value={text()}
              aria-describedby={`${id}-about`}
              onChange={(event) => read(event.currentTarget)}
            />
          </Match>
        </Switch>
      </div>
      <p id={`${id}-about`} class="option-about">
        {sentence(props.field.description)}
      </p>
    </div>
  );
}

function sentence(text: string): string {
  return text.replace(/^[a-z](?=[a-z])/, (letter) => letter.toUpperCase());
}
