// The options of a lane's algorithm.
import type { JSX } from "solid-js";
import { optionFields, resolveAlgorithm } from "../catalogue.ts";
import type { Arena } from "../page/arena.ts";
import { tunedOption } from "../page/setup.ts";
import { OptionsPanel } from "./options-panel.tsx";

interface LaneOptionsProps {
  readonly arena: Arena;
  readonly index: number;
  readonly onClose: () => void;
}

export function LaneOptions(props: LaneOptionsProps): JSX.Element {
  const setup = () => props.arena.setup();
  const lane = () => setup().lanes[props.index];
  return (
    <OptionsPanel
      title={resolveAlgorithm(lane().algorithm).title}
      summary={resolveAlgorithm(lane().algorithm).summary}
      lane={props.index}
      fields={optionFields(lane().algorithm)}
      chosen={lane().options}
      anyway={(key) => tunedOption(setup(), lane(), key)}
      onApply={(options) => {
        props.arena.setOptions(props.index, options);
        return null;
      }}
      onLive={(key, value) => props.arena.setLiveOption(props.index, key, value)}
      onClose={props.onClose}
    />
  );
}
