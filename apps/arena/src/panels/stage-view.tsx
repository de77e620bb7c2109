// Holds the Pixi stage of a lane and keeps it in step: one drawing per animation frame at most.
import { createEffect, createSignal, type JSX, on, onCleanup, onMount, Show } from "solid-js";
import { titleOf } from "../catalogue.ts";
import type { Lane } from "../page/lane.ts";
import type { Theme } from "../page/theme.ts";
import { Stage } from "../stage/stage.ts";

export function StageView(props: { readonly lane: Lane; readonly theme: Theme }): JSX.Element {
  const [problem, setProblem] = createSignal<string | null>(null);
  let host!: HTMLDivElement;
  let stage: Stage | null = null;
  let frame = 0;
  let closed = false;

  const draw = (): void => {
    frame = 0;
    const picture = props.lane.picture();
    if (picture === null) stage?.clear();
    else stage?.show(picture);
  };
  const drawSoon = (): void => {
    if (frame === 0) frame = requestAnimationFrame(draw);
  };

  createEffect(on(() => props.lane.picture(), drawSoon));
  createEffect(
    on(
      () => props.theme.current(),
      () => stage?.refreshPalette(),
      { defer: true },
    ),
  );
  onMount(() => {
    const observer = new ResizeObserver(() => stage?.resize());
    Stage.open(host).then(
      (opened) => {
        if (closed) return opened.close();
        stage = opened;
        observer.observe(host);
        drawSoon();
      },
      () =>
        setProblem("The stage needs WebGL, which this browser does not offer. Training goes on; the curves show it."),
    );
    onCleanup(() => {
      closed = true;
      observer.disconnect();
      cancelAnimationFrame(frame);
      stage?.close();
    });
  });

  const label = (): string => {
    const picture = props.lane.picture();
    return picture === null ? "The stage, still empty" : `${titleOf(picture.environment.id)}, as it is played now`;
  };
  return (
    <>
      <div class="stage-surface" ref={host} role="img" aria-label={label()} />
      <Show when={problem()}>
        <p class="stage-problem">{problem()}</p>
      </Show>
    </>
  );
}
