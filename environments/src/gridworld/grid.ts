// Maps as text, and moving about on them.
import type { GridLayout, Tile } from "@agon/env";

export type Direction = "left" | "down" | "right" | "up";

const moves: Readonly<Record<Direction, readonly [rows: number, columns: number]>> = {
  left: [0, -1],
  down: [1, 0],
  right: [0, 1],
  up: [-1, 0],
};

/** A layout from rows of letters, each looked up in `letters`. */
export function parseMap(name: string, rows: readonly string[], letters: Readonly<Record<string, Tile>>): GridLayout {
  if (!Array.isArray(rows) || !rows.every((row) => typeof row === "string"))
    throw new TypeError(
      `${name}: a map is a list of rows of letters, such as ["S.", ".G"]; got ${JSON.stringify(rows)}.`,
    );
  const columns = rows[0]?.length ?? 0;
  const known = Object.keys(letters).join(" ");
  if (columns === 0) throw new RangeError(`${name}: the map is empty; it takes rows of the letters ${known}.`);
  for (const [row, text] of rows.entries()) {
    if (text.length !== columns) {
      throw new RangeError(
        `${name}: row ${row} of the map, "${text}", has ${text.length} cells; the first has ${columns}.`,
      );
    }
    const unknown = [...text].find((letter) => !Object.hasOwn(letters, letter));
    if (unknown)
      throw new RangeError(`${name}: there is no tile "${unknown}" (row ${row} of the map); the letters are ${known}.`);
  }
  const tiles = rows.flatMap((text) => [...text].map((letter) => letters[letter]));
  if (!tiles.includes("start")) throw new RangeError(`${name}: the map has no start; mark at least one cell with S.`);
  return { rows: rows.length, columns, tiles };
}

/** The cell one step away, or the same at the edge. */
export function neighbour({ rows, columns }: GridLayout, cell: number, direction: Direction): number {
  const [down, right] = moves[direction];
  const row = Math.min(Math.max(Math.floor(cell / columns) + down, 0), rows - 1);
  const column = Math.min(Math.max((cell % columns) + right, 0), columns - 1);
  return row * columns + column;
}

/** Each start equally likely. [cells] */
export function uniformStart({ tiles }: GridLayout): Float64Array {
  const starts = tiles.filter((tile) => tile === "start").length;
  return Float64Array.from(tiles, (tile) => (tile === "start" ? 1 / starts : 0));
}

/** The direction and its two neighbours in the order of the list: what a slip may turn it into. */
export function slipDirections(directions: readonly Direction[], action: number): Direction[] {
  return [(action + 3) % 4, action, (action + 1) % 4].map((index) => directions[index]);
}
