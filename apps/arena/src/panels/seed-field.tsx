// The seed: typed, or drawn.
import { createEffect, createSignal, type JSX, on } from "solid-js";
import { Icon } from "./icons.tsx";

export function SeedField(props: { readonly seed: number; readonly onSeed: (seed: number) => void }): JSX.Element {
  const [problem, setProblem] = createSignal("");
  createEffect(on([() => props.seed], () => setProblem(""), { defer: true }));
  const read = (text: string): void => {
    const seed = Number(text);
    const valid = text.trim() !== "" && Number.isSafeInteger(seed) && seed >= 0;
    setProblem(valid ? "" : `"${text}" is not a whole number from 0 on.`);
    if (valid && seed !== props.seed) props.onSeed(seed);
  };
  const draw = (): void => props.onSeed(crypto.getRandomValues(new Uint16Array(1))[0]);
  return (
    <div class="field">
      <label class="field-name" for="seed">
        Seed
      </label>
      <div class="seed">
        <input
          id="seed"
          class="input"
          data-control="seed"
          inputmode="numeric"
          autocomplete="off"
          value={props.seed}
          aria-invalid={problem() !== ""}
          aria-describedby="seed-problem"
          onChange={(event) => read(event.currentTarget.value)}
        />
        <button type="button" class="icon-button" aria-label="Draw a seed" title="Draw a seed" onClick={draw}>
          <Icon name="dice" />
        </button>
        <p id="seed-problem" class="problem seed-problem" role="alert">
          {problem()}
        </p>
      </div>
    </div>
  );
}
