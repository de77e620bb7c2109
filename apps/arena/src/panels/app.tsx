// The whole page: header, lanes, charts, transport, and the panels that open over them.
import { createSignal, For, type JSX, onCleanup, onMount, Show } from "solid-js";
import { Arena } from "../page/arena.ts";
import { createTheme } from "../page/theme.ts";
import { listenToKeys } from "../page/keys.ts";
import { Charts } from "./charts.tsx";
import { Header } from "./header.tsx";
import { Help } from "./help.tsx";
import { LaneView } from "./lane-view.tsx";
import { OptionsPanel } from "./options-panel.tsx";
import { Transport } from "./transport.tsx";

export function App(): JSX.Element {
  const arena = new Arena();
  const theme = createTheme();
  const [helpOpen, setHelpOpen] = createSignal(false);
  /** The lane whose options are open. */
  const [optionsOf, setOptionsOf] = createSignal<number | null>(null);
  const toggleOptions = (index: number): void => {
    setOptionsOf(optionsOf() === index ? null : index);
  };

  onMount(() => arena.open(new URLSearchParams(location.search)));
  onCleanup(
    listenToKeys({
      arena,
      theme,
      toggleHelp: () => setHelpOpen(!helpOpen()),
      toggleOptions: () => toggleOptions(0),
      close: () => setOptionsOf(null),
    }),
  );

  return (
    <div class="arena" data-lanes={arena.laneCount()}>
      <Header arena={arena} theme={theme} onHelp={() => setHelpOpen(true)} />
      <main class="floor">
        <section class="lanes" aria-label="Lanes">
          <For each={arena.lanes.slice(0, arena.laneCount())}>
            {(lane) => (
              <LaneView
                arena={arena}
                lane={lane}
                theme={theme}
                optionsOpen={optionsOf() === lane.index}
                onOptions={() => toggleOptions(lane.index)}
              />
            )}
          </For>
        </section>
        <Charts arena={arena} theme={theme} />
      </main>
      <Transport arena={arena} />
      <Show when={optionsOf() !== null && (optionsOf() as number) < arena.laneCount()}>
        <OptionsPanel arena={arena} index={optionsOf() as number} onClose={() => setOptionsOf(null)} />
      </Show>
      <Help open={helpOpen()} onClose={() => setHelpOpen(false)} />
    </div>
  );
}
