// A map to paint on: pick a tile, then click or drag; by keyboard, arrows move and Enter paints.
import { createSignal, For, Index, type JSX } from "solid-js";
import { type Letters, resized, tileOf, withTile } from "../page/map.ts";

const sizes = { least: 2, most: 16 } as const;

interface MapEditorProps {
  readonly map: readonly string[];
  readonly letters: Letters;
  readonly onMap: (map: readonly string[]) => void;
}

export function MapEditor(props: MapEditorProps): JSX.Element {
  const tiles = Object.keys(props.letters);
  const [brush, setBrush] = createSignal(tiles.includes("wall") ? "wall" : "pit");
  const columns = () => props.map[0]?.length ?? 0;
  const paint = (row: number, column: number): void => {
    const letter = props.letters[brush()];
    if (props.map[row][column] !== letter) {
      props.onMap(withTile(props.map, row, column, letter, props.letters));
    }
  };
  const resize = (rows: number, width: number): void => {
    const fits = (size: number): boolean => size >= sizes.least && size <= sizes.most;
    if (fits(rows) && fits(width)) props.onMap(resized(props.map, rows, width, props.letters));
  };
  return (
    <section class="map-editor" aria-label="Map">
      <div class="segments segments-small" role="group" aria-label="Tile to paint">
        <For each={tiles}>
          {(tile) => (
            <button type="button" aria-pressed={brush() === tile} onClick={() => setBrush(tile)}>
              <span class="tile" data-tile={tile} aria-hidden="true" />
              {tile}
            </button>
          )}
        </For>
      </div>
      <div
        class="map"
        style={{ "grid-template-columns": `repeat(${columns()}, minmax(0, 1fr))` }}
        onKeyDown={(event) => moveFocus(event, columns())}
      >
        <Index each={props.map.flatMap((text) => [...text])}>
          {(letter, index) => {
            const row = () => Math.floor(index / columns());
            const column = () => index % columns();
            return (
              <button
                type="button"
                class="tile"
                data-tile={tileOf(letter(), props.letters)}
                aria-label={`Row ${row() + 1}, column ${column() + 1}: ${tileOf(letter(), props.letters)}`}
                tabindex={index === 0 ? 0 : -1}
                onPointerDown={(event) => {
                  event.currentTarget.releasePointerCapture(event.pointerId);
                  paint(row(), column());
                }}
                onPointerEnter={(event) => event.buttons === 1 && paint(row(), column())}
                onClick={() => paint(row(), column())}
              />
            );
          }}
        </Index>
      </div>
      <div class="map-size">
        <Stepper name="Rows" size={props.map.length} onSize={(rows) => resize(rows, columns())} />
        <Stepper name="Columns" size={columns()} onSize={(width) => resize(props.map.length, width)} />
      </div>
    </section>
  );
}

function Stepper(props: {
  readonly name: string;
  readonly size: number;
  readonly onSize: (size: number) => void;
}): JSX.Element {
  return (
    <div class="stepper" role="group" aria-label={props.name}>
      <span>{props.name}</span>
      <button type="button" aria-label={`Fewer ${props.name}`} onClick={() => props.onSize(props.size - 1)}>
        −
      </button>
      <b>{props.size}</b>
      <button type="button" aria-label={`More ${props.name}`} onClick={() => props.onSize(props.size + 1)}>
        +
      </button>
    </div>
  );
}

function moveFocus(event: KeyboardEvent & { readonly currentTarget: HTMLElement }, columns: number): void {
  const by = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -columns, ArrowDown: columns }[event.key];
  if (by === undefined) return;
  event.preventDefault();
  event.stopPropagation();
  const tiles = [...event.currentTarget.children] as HTMLElement[];
  tiles[tiles.indexOf(document.activeElement as HTMLElement) + by]?.focus();
}
