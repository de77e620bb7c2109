// The whole page: header, lanes, charts, transport, and the panels that open over them.
import { createSignal, For, type JSX, onCleanup, onMount, Show } from "solid-js";
import { Arena } from "../page/arena.ts";
import { createTheme } from "../page/theme.ts";
import { listenToKeys } from "../page/keys.ts";
import { Charts } from "./charts.tsx";
import { EnvironmentOptions } from "./environment-options.tsx";
import { Header } from "./header.tsx";
import { Help } from "./help.tsx";
import { LaneOptions } from "./lane-options.tsx";
import { LaneView } from "./lane-view.tsx";
import { Transport } from "./transport.tsx";

export function App(): JSX.Element {
  const arena = new Arena();
  const theme = createTheme();
  const [helpOpen, setHelpOpen] = createSignal(false);
  /** Whose options are open: a lane's, by number, or the environment's. */
  const [optionsOf, setOptionsOf] = createSignal<number | "environment" | null>(null);
  const toggleOptions = (of: number | "environment"): void => {
    setOptionsOf(optionsOf() === of ? null : of);
  };
  const laneOptions = (): readonly number[] => {
    const of = optionsOf();
    return typeof of === "number" && of < arena.laneCount() ? [of] : [];
  };

  onMount(() => arena.open(new URLSearchParams(location.search)));
  onCleanup(
    listenToKeys({
      arena,
      theme,
      toggleHelp: () => setHelpOpen(!helpOpen()),
      toggleOptions,
      close: () => setOptionsOf(null),
    }),
  );

  return (
    <div class="arena" data-lanes={arena.laneCount()}>
      <Header
        arena={arena}
        theme={theme}
        optionsOpen={optionsOf() === "environment"}
        onOptions={() => toggleOptions("environment")}
        onHelp={() => setHelpOpen(true)}
      />
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
      <For each={laneOptions()}>
        {(index) => <LaneOptions arena={arena} index={index} onClose={() => setOptionsOf(null)} />}
      </For>
      <Show when={optionsOf() === "environment"}>
        <EnvironmentOptions arena={arena} onClose={() => setOptionsOf(null)} />
      </Show>
      <Help open={helpOpen()} onClose={() => setHelpOpen(false)} />
    </div>
  );
}
