// The options of the environment: its arguments, its map where it has one, and after how many steps a run ends.
import { createMemo, type JSX, Show } from "solid-js";
import { argumentFields, resolveEnvironment, summaryOf, titleOf } from "../catalogue.ts";
import type { Arena } from "../page/arena.ts";
import type { Field } from "../page/fields.ts";
import { mapArgumentOf } from "../page/map.ts";
import { MapEditor } from "./map-editor.tsx";
import { OptionsPanel } from "./options-panel.tsx";

const budget: Field = {
  key: "stopAfter",
  kind: "number",
  default: null,
  description: "Environment steps after which the run ends; none: it goes on until you stop it.",
  minimum: 1,
  integer: true,
};

export function EnvironmentOptions(props: { readonly arena: Arena; readonly onClose: () => void }): JSX.Element {
  const setup = () => props.arena.setup();
  const fields = createMemo(() => argumentFields(setup().environment));
  const mapArgument = createMemo(() => mapArgumentOf(fields()));
  const fieldsBeside = createMemo(() => [...fields().filter(({ key }) => key !== mapArgument()?.key), budget]);
  const anyway = (key: string): unknown => fields().find((field) => field.key === key)?.default ?? null;
  return (
    <OptionsPanel
      title={titleOf(setup().environment)}
      summary={summaryOf(setup().environment)}
      fields={fieldsBeside()}
      chosen={{ ...setup().arguments, ...(setup().budget === null ? {} : { [budget.key]: setup().budget }) }}
      anyway={anyway}
      onApply={({ [budget.key]: steps, ...given }) =>
        props.arena.setWorld(given, (steps as number | undefined) ?? null)
      }
      onClose={props.onClose}
    >
      {(staged, stage) => (
        <Show when={mapArgument()}>
          {(argument) => (
            <MapEditor
              letters={argument().letters}
              map={
                (staged(argument().key) as readonly string[] | null) ?? worldWith(setup().environment, staged).map ?? []
              }
              onMap={(map) => stage(argument().key, map)}
            />
          )}
        </Show>
      )}
    </OptionsPanel>
  );
}

/** The environment with the known map that was picked last. */
function worldWith(id: string, staged: (key: string) => unknown): ReturnType<typeof resolveEnvironment> {
  const mapName = staged("mapName");
  return resolveEnvironment(id, mapName === null || mapName === undefined ? {} : { mapName });
}
