// The panel of options, of a lane's algorithm or of the environment: live ones apply at once, the others with a new start.
import { createSignal, For, type JSX, onCleanup, onMount } from "solid-js";
import { type Field, onlyDifferent, type Values } from "../page/fields.ts";
import { FieldRow } from "./field-row.tsx";
import { Icon } from "./icons.tsx";

interface OptionsPanelProps {
  readonly title: string;
  readonly summary: string;
  /** Number of the lane whose colour marks the panel, if it belongs to one. */
  readonly lane?: number;
  readonly fields: readonly Field[];
  /** The values that were chosen. */
  readonly chosen: Values;
  /** The value of a field if nobody touches it. */
  readonly anyway: (key: string) => unknown;
  /** Puts values in force that need a new start; returns why they cannot be, if so. */
  readonly onApply: (chosen: Values) => string | null;
  readonly onLive?: (key: string, value: unknown) => void;
  readonly onClose: () => void;
  /** More to edit, above the fields. */
  readonly children?: (staged: (key: string) => unknown, stage: (key: string, value: unknown) => void) => JSX.Element;
}

export function OptionsPanel(props: OptionsPanelProps): JSX.Element {
  /** What was edited but waits for a new start. */
  const [staged, setStaged] = createSignal<Values>({});
  const valueOf = (key: string): unknown => {
    for (const values of [staged(), props.chosen]) if (key in values) return values[key];
    return props.anyway(key);
  };
  const [problem, setProblem] = createSignal("");
  const stage = (key: string, value: unknown): void => {
    setProblem("");
    setStaged({ ...staged(), [key]: value });
  };
  const waiting = () => Object.keys(onlyDifferent(staged(), (key) => props.chosen[key] ?? props.anyway(key))).length;
  const apply = (): void => {
    const chosen = onlyDifferent({ ...props.chosen, ...staged() }, props.anyway);
    const refused = props.onApply(chosen);
    setProblem(refused ?? "");
    if (refused === null) setStaged({});
  };
  const change = (field: Field, value: unknown): void => {
    if (field.live === true && props.onLive !== undefined) props.onLive(field.key, value);
    else stage(field.key, value);
  };

  let panel!: HTMLElement;
  const opener = document.activeElement;
  onMount(() => panel.focus());
  onCleanup(() => opener instanceof HTMLElement && opener.focus());
  return (
    <aside
      class="options"
      ref={panel}
      tabindex="-1"
      aria-label={`Options of ${props.title}`}
      data-lane-mark={props.lane}
    >
      <header class="panel-head">
        <h2>{props.title}</h2>
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
      <p class="options-summary">{props.summary}</p>
      <div class="options-list">
        {props.children?.(valueOf, stage)}
        <For each={props.fields}>
          {(field) => (
            <FieldRow
              field={field}
              value={valueOf(field.key)}
              anyway={props.anyway(field.key)}
              onChange={(value) => change(field, value)}
            />
          )}
        </For>
      </div>
      <footer class="options-foot">
        <p class="problem" role="alert">
          {problem()}
        </p>
        <button
          type="button"
          class="button button-primary"
          data-control="apply"
          disabled={waiting() === 0}
          onClick={apply}
        >
          Apply and start anew
        </button>
      </footer>
    </aside>
  );
}
