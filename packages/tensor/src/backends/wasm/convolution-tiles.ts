// The register tiles of convolution: a few output channels of a few neighbouring places, or a few taps of a few output channels, summed over all
// they depend on in one order, so that each element is one sum, whatever the tile.
import {
  addI32,
  andI32,
  type Code,
  divideI32,
  equalI32,
  FunctionBuilder,
  get,
  i32,
  ifElse,
  lessI32,
  lessU32,
  loadI32,
  loopWhile,
  mulI32,
  set,
  subI32,
  v128,
} from "./emitter.ts";
import { i32s, move, whileLoop } from "./kernel.ts";
import type { TileSize } from "./matmul.ts";

/** Calls `run` for every tile of at most `most` rows that `total` rows are shared out to as evenly as can be. */
export const evenTiles = (f: FunctionBuilder, most: number): ((total: Code, run: (rows: number) => Code) => Code) => {
  const [left, tiles, height] = [f.local("i32"), f.local("i32"), f.local("i32")];
  return (total, run) => [
    set(left, total),
    set(tiles, divideI32(addI32(get(left), i32(most - 1)), i32(most))),
    loopWhile(
      [
        set(height, divideI32(addI32(get(left), subI32(get(tiles), i32(1))), get(tiles))),
        Array.from({ length: most }, (_, i) => most - i).reduceRight<Code>(
          (otherwise, rows) => ifElse(equalI32(get(height), i32(rows)), run(rows), otherwise),
          [],
        ),
        [set(left, subI32(get(left), get(height))), set(tiles, subI32(get(tiles), i32(1)))],
      ],
      get(left),
    ),
  ];
};

export interface Tile {
  readonly rows: number;
  readonly columns: number;
  /** The columns come in two halves from different places. */
  readonly paired: boolean;
}

export const nameOf = (kind: string, { rows, columns, paired }: Tile): string =>
  `${kind}_${rows}_${columns}${paired ? "_paired" : ""}`;

export const widths = ({ columns }: TileSize): number[] => [16, 8, 4].filter((width) => width <= columns);

export const tilesOf = (size: TileSize): Tile[] =>
  widths(size).flatMap((columns) =>
    Array.from({ length: size.rows }, (_, r) => ({ rows: r + 1, columns, paired: false })),
  );

/**
 * Taps of a tile of a gradient by weights: of half the width twice as many, so that as many sums are under way (LeNet's first convolution, with six
 * outputs: 345 to 285 µs).
 */
export const weightRows = ({ rows, columns }: TileSize, width: number): number => (width < columns ? 2 * rows : rows);

export const weightTilesOf = (size: TileSize): Tile[] =>
  widths(size).flatMap((columns) =>
    Array.from({ length: weightRows(size, columns) }, (_, r) => ({ rows: r + 1, columns, paired: false })),
  );

/** Two runs of eight places at once, where tiles are sixteen wide. */
export const pairsOf = ({ rows, columns }: TileSize): Tile[] =>
  columns < 16 ? [] : Array.from({ length: rows }, (_, r) => ({ rows: r + 1, columns, paired: true }));

/** Sums of a tile in registers, and how a product is added to one. */
const accumulators = (f: FunctionBuilder, { rows, columns }: Tile, fused: boolean) => {
  const vectors = columns / 4;
  const sums = Array.from({ length: rows * vectors }, () => f.local("v128"));
  const loaded = Array.from({ length: vectors }, () => f.local("v128"));
  const splat = f.local("v128");
  // Never set. V8 pairs no vectors of which a constant is made in a loop (90 to 37 GFLOP/s).
  const zero = f.local("v128");
  const multiplyAdd = (sum: number, column: number): Code =>
    fused
      ? v128.relaxedMadd(get(splat), get(column), get(sum))
      : v128.addF(get(sum), v128.mulF(get(splat), get(column)));
  const eachRow = (body: (r: number) => Code): Code => Array.from({ length: rows }, (_, r) => body(r));
  const halves = (
    first: Code,
    second: Code | undefined,
    v: number,
    access: (at: Code, offset: number) => Code,
  ): Code => (second && v >= vectors / 2 ? access(second, (v - vectors / 2) * 16) : access(first, v * 16));
  return {
    eachRow,
    /** `second`: where the second half of the columns is, if not behind the first. */
    load: (first: Code, second?: Code): Code =>
      loaded.map((local, v) => set(local, halves(first, second, v, v128.load))),
    add: (r: number, factor: Code): Code => [
      set(splat, factor),
      loaded.map((column, v) => set(sums[r * vectors + v], multiplyAdd(sums[r * vectors + v], column))),
    ],
    start: (r: number, address: Code): Code =>
      loaded.map((_, v) => set(sums[r * vectors + v], v128.load(address, v * 16))),
    clear: sums.map((sum) => set(sum, get(zero))),
    store: (r: number, first: Code, second?: Code): Code =>
      loaded.map((_, v) =>
        halves(first, second, v, (address, offset) => v128.store(address, get(sums[r * vectors + v]), offset)),
      ),
  };
};

/** Taps that a tile takes in one round of its loop, and places. */
const UNROLL = 4;

/**
 * correlate_r_c(panel, b, c, rowC, taps, strips, runs, stepB, stepC, half, halfC): for each of `runs`, stepB and stepC bytes apart, and of `strips`
 * side by side, C[rows, columns] = Σₖ panel[k, rows]·b[offset(k) + columns]. The panel holds for each tap its offset in bytes and the weights
 * of the rows. `paired`: the second half of the columns is `half` bytes behind the first in b and `halfC` in C.
 */
export const correlateTile = (tile: Tile, fused: boolean): FunctionBuilder => {
  const f = new FunctionBuilder(nameOf("correlate", tile), i32s(11));
  const [panel, b, c, rowC, taps, strips, runs, stepB, stepC, half, halfC] = Array.from({ length: 11 }, (_, i) => i);
  const local = (): number => f.local("i32");
  const [a, at, out, left, end, endWhole, row, column, second] = Array.from({ length: 9 }, local);
  const { eachRow, load, add, clear, store } = accumulators(f, tile, fused);
  const words = tile.rows + 1;
  const step = (u: number): Code => [
    set(column, addI32(get(at), loadI32(get(a), u * words * 4))),
    tile.paired ? set(second, addI32(get(column), get(half))) : [],
    load(get(column), tile.paired ? get(second) : undefined),
    eachRow((r) => add(r, v128.loadSplat32(get(a), (u * words + 1 + r) * 4))),
  ];
  const rounds = (count: number, until: number): Code =>
    whileLoop(lessU32(get(a), get(until)), [
      Array.from({ length: count }, (_, u) => step(u)),
      move(a, i32(count * words * 4)),
    ]);
  const strip = [
    [clear, set(a, get(panel))],
    rounds(UNROLL, endWhole),
    rounds(1, end),
    eachRow((r) => [
      set(row, r === 0 ? get(out) : addI32(get(row), get(rowC))),
      tile.paired ? set(second, addI32(get(row), get(halfC))) : [],
      store(r, get(row), tile.paired ? get(second) : undefined),
    ]),
    [move(at, i32(tile.columns * 4)), move(out, i32(tile.columns * 4)), set(left, subI32(get(left), i32(1)))],
  ];
  f.body = [
    set(end, addI32(get(panel), mulI32(get(taps), i32(words * 4)))),
    set(endWhole, addI32(get(panel), mulI32(andI32(get(taps), i32(-UNROLL)), i32(words * 4)))),
    loopWhile(
      [
        [set(at, get(b)), set(out, get(c)), set(left, get(strips))],
        loopWhile(strip, get(left)),
        [move(b, get(stepB)), move(c, get(stepC)), set(runs, subI32(get(runs), i32(1)))],
      ],
      get(runs),
    ),
  ];
  return f;
};

/**
 * weight_r_c(table, x, b, stepB, c, rowC, rows, columns, jump): C[taps, outputs] += Σ x[table[tap] + place]·B[place, outputs] over `rows` lines of
 * `columns` places; after a line x goes on by `jump` bytes more. B's places are side by side.
 */
export const weightTile = (tile: Tile, fused: boolean): FunctionBuilder => {
  const f = new FunctionBuilder(nameOf("weight", tile), i32s(9));
  const [table, x, b, stepB, c, rowC, rows, columns, jump] = [0, 1, 2, 3, 4, 5, 6, 7, 8];
  const taps = Array.from({ length: tile.rows }, () => f.local("i32"));
  const [row, left] = [f.local("i32"), f.local("i32")];
  const { eachRow, load, add, start, store } = accumulators(f, tile, fused);
  const nextRow = (r: number): Code => set(row, r === 0 ? get(c) : addI32(get(row), get(rowC)));
  const places = (count: number): Code => [
    Array.from({ length: count }, (_, u) => [
      load(get(b)),
      eachRow((r) => add(r, v128.loadSplat32(get(taps[r]), u * 4))),
      move(b, get(stepB)),
    ]),
    eachRow((r) => move(taps[r], i32(count * 4))),
    set(left, subI32(get(left), i32(count))),
  ];
  const rounds = (count: number): Code => whileLoop(lessI32(i32(count - 1), get(left)), places(count));
  f.body = [
    eachRow((r) => set(taps[r], addI32(get(x), loadI32(get(table), r * 4)))),
    eachRow((r) => [nextRow(r), start(r, get(row))]),
    loopWhile(
      [
        set(left, get(columns)),
        [rounds(UNROLL), rounds(1)],
        eachRow((r) => move(taps[r], get(jump))),
        set(rows, subI32(get(rows), i32(1))),
      ],
      get(rows),
    ),
    eachRow((r) => [nextRow(r), store(r, get(row))]),
  ];
  return f;
};
