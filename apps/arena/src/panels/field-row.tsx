// One editable value: its name, its control, what it means, and the way back.
import { createEffect, createSignal, For, type JSX, Match, on, Show, Switch } from "solid-js";
import { type Field, formatValue, parseField, wordsOf } from "../page/fields.ts";
import { Icon } from "./icons.tsx";

interface FieldRowProps {
  readonly field: Field;
  readonly value: unknown;
  /** The value if nobody touches it. */
  readonly anyway: unknown;
  readonly onChange: (value: unknown) => void;
}

export function FieldRow(props: FieldRowProps): JSX.Element {
  const id = `field-${props.field.key}`;
  const text = () => formatValue(props.value);
  const changed = () => text() !== formatValue(props.anyway);
  const way = () => `Back to ${formatValue(props.anyway) || "none"}`;
  const choices = () => (props.field.kind === "boolean" ? ["true", "false"] : props.field.choices);
  /** What is wrong with what was typed; it stays there to be mended. */
  const [problem, setProblem] = createSignal("");
  createEffect(on(text, () => setProblem(""), { defer: true }));
  let input: HTMLInputElement | undefined;
  const read = (typed: string): void => {
    const parsed = parseField(props.field, typed);
    setProblem("problem" in parsed ? parsed.problem : "");
    if ("value" in parsed) props.onChange(parsed.value);
  };
  const goBack = (): void => {
    setProblem("");
    if (input !== undefined) input.value = formatValue(props.anyway);
    props.onChange(props.anyway);
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
        <Show when={changed() || problem() !== ""}>
          <button type="button" class="icon-button icon-button-small" aria-label={way()} title={way()} onClick={goBack}>
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
              onChange={(event) => read(event.currentTarget.value)}
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
              ref={input}
              id={id}
              class="input"
              autocomplete="off"
              spellcheck={false}
              placeholder="none"
              inputmode={props.field.kind === "number" ? "decimal" : "text"}
              value={text()}
              aria-invalid={problem() !== ""}
              aria-describedby={`${id}-problem ${id}-about`}
              onChange={(event) => read(event.currentTarget.value)}
            />
          </Match>
        </Switch>
      </div>
      <p id={`${id}-problem`} class="problem" role="alert">
        {problem()}
      </p>
      <p id={`${id}-about`} class="option-about">
        {sentence(props.field.description)}
      </p>
    </div>
  );
}

function sentence(text: string): string {
  return text.replace(/^[a-z](?=[a-z])/, (letter) => letter.toUpperCase());
}
