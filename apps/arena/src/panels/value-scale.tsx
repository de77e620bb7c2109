// What the colours of a board's cells mean: the range of values, from the lowest to the highest.
import { createMemo, type JSX, Show } from "solid-js";
import type { Lane } from "../page/lane.ts";
import { boardOf, valueRange } from "../stage/board.ts";

export function ValueScale(props: { readonly lane: Lane }): JSX.Element {
  const environment = createMemo(() => props.lane.picture()?.environment);
  const board = createMemo(() => {
    const definition = environment();
    return definition === undefined ? null : boardOf(definition);
  });
  const map = createMemo(() => props.lane.picture()?.map ?? null);
  const range = createMemo(() => {
    const [drawn, values] = [board(), map()];
    return drawn === null || values === null ? null : valueRange(drawn, values);
  });
  return (
    <Show when={range()}>
      {(current) => (
        <p
          class="value-scale"
          title="Colour: the return the agent expects from a cell on. Arrow: the action it thinks best there."
        >
          <span>Value</span>
          <span>{valueText(current().low)}</span>
          <span class="value-ramp" />
          <span>{valueText(current().high)}</span>
        </p>
      )}
    </Show>
  );
}

function valueText(value: number): string {
  return value.toFixed(Math.abs(value) < 10 ? 2 : 1).replace("-", "−");
}
