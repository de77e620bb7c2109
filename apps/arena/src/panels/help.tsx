// The help: what one sees, and the keyboard.
import { createEffect, For, type JSX } from "solid-js";
import { shortcuts } from "../page/keys.ts";
import { Icon } from "./icons.tsx";

export function Help(props: { readonly open: boolean; readonly onClose: () => void }): JSX.Element {
  let dialog!: HTMLDialogElement;
  createEffect(() => {
    if (props.open && !dialog.open) dialog.showModal();
    if (!props.open && dialog.open) dialog.close();
  });
  return (
    <dialog
      class="help"
      ref={dialog}
      aria-labelledby="help-title"
      onClose={() => props.onClose()}
      onClick={(event) => event.target === dialog && props.onClose()}
    >
      <div class="help-body">
        <header class="panel-head">
          <h2 id="help-title">The arena</h2>
          <button type="button" class="icon-button" aria-label="Close" onClick={() => props.onClose()}>
            <Icon name="close" />
          </button>
        </header>
        <p>
          Agents learn here by trial and error, each in a worker of this browser. <b>Learner</b> shows the steps they
          train on, exploration included; <b>Policy</b> shows what they have learned so far, played greedily in real
          time.
        </p>
        <p>
          On a board, a cell's <b>colour</b> is the return the agent expects from there on, its <b>arrow</b> the action
          it thinks best. The <b>bars</b> below weigh the actions in the situation shown; the coloured one is taken. In
          the charts, the <b>dashed line</b> is the goal.
        </p>
        <p>
          The same seed gives the same curve, to the last bit. The <b>address</b> of this page holds the whole set-up:
          send it to share what you see.
        </p>
        <dl class="shortcuts">
          <For each={shortcuts}>
            {({ keys, does }) => (
              <div>
                <dt>
                  <For each={keys}>{(key) => (key === "…" ? <span>…</span> : <kbd>{key}</kbd>)}</For>
                </dt>
                <dd>{does}</dd>
              </div>
            )}
          </For>
        </dl>
        <p>
          <a href="./licenses.md" target="_blank" rel="noreferrer">
            Licences of the libraries used
          </a>
        </p>
      </div>
    </dialog>
  );
}
