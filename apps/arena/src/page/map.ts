// Maps that the user may redraw: rows of letters, as the grid environments take them.
import type { Field } from "./fields.ts";

/** The letter that is painted for each kind of tile that a map may have. */
export type Letters = Readonly<Record<string, string>>;

export interface MapArgument {
  readonly key: string;
  readonly letters: Letters;
}

const known: readonly MapArgument[] = [
  {
    key: "map",
    letters: { floor: ".", wall: "#", pit: "H", goal: "G", start: "S", "obstacle →": ">", "obstacle ↓": "v" },
  },
  { key: "desc", letters: { floor: "F", pit: "H", goal: "G", start: "S" } },
];

/** Which of an environment's arguments is its map; null where it has none. */
export function mapArgumentOf(fields: readonly Field[]): MapArgument | null {
  return known.find(({ key }) => fields.some((field) => field.key === key && field.kind === "strings")) ?? null;
}

/** What a letter of a map stands for: floor, if for nothing that can be painted. An obstacle that begins leftward or upward goes the same way. */
export function tileOf(letter: string, letters: Letters): string {
  const painted = { "<": ">", "^": "v" }[letter] ?? letter;
  return Object.keys(letters).find((tile) => letters[tile] === painted) ?? "floor";
}

/** The map with another tile at one place; a map keeps one start, so that a new one takes the old one's place. */
export function withTile(
  map: readonly string[],
  row: number,
  column: number,
  letter: string,
  letters: Letters,
): string[] {
  const { start = "S", floor = "." } = letters;
  const replaced = map.map((text, at) => {
    const base = letter === start ? text.replaceAll(start, floor) : text;
    return at === row ? base.slice(0, column) + letter + base.slice(column + 1) : base;
  });
  return replaced.some((text) => text.includes(start)) ? replaced : [...map];
}

/** The map with so many rows and columns; new tiles are floor. A size that would lose the start leaves the map as it is. */
export function resized(map: readonly string[], rows: number, columns: number, letters: Letters): readonly string[] {
  const { start = "S", floor = "." } = letters;
  const next = Array.from({ length: rows }, (_, row) => (map[row] ?? "").slice(0, columns).padEnd(columns, floor));
  return next.some((text) => text.includes(start)) ? next : map;
}
