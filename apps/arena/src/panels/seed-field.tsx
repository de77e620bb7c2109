// The seed: typed, or drawn.
import type { JSX } from "solid-js";
import { Icon } from "./icons.tsx";

export function SeedField(props: { readonly seed: number; readonly onSeed: (seed: number) => void }): JSX.Element {
  const read = (input: HTMLInputElement): void => {
    const seed = Number(input.value);
    if (input.value !== "" && Number.isSafeInteger(seed) && seed >= 0) {
      if (seed !== props.seed) props.onSeed(seed);
    } else {
      input.value = String(props.seed);
    }
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
          onChange={(event) => read(event.currentTarget)}
        />
        <button type="button" class="icon-button" aria-label="Draw a seed" title="Draw a seed" onClick={draw}>
          <Icon name="dice" />
        </button>
      </div>
    </div>
  );
}
