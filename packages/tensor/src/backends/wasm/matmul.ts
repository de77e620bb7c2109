// Matrix products by register tiles: a few rows of a few columns are summed in registers over all of k.
import {
  addI32,
  andI32,
  choose,
  type Code,
  call,
  countUp,
  encodeModule,
  equalI32,
  FunctionBuilder,
  get,
  i32,
  ifElse,
  ifThen,
  lessU32,
  loadF32,
  loopWhile,
  mulI32,
  set,
  shiftLeftI32,
  storeF32,
  subI32,
  v128,
} from "./emitter.ts";
import { i32s } from "./kernel.ts";
import { turnInto } from "./turn.ts";

/** The largest tile of a module: as much as the vector registers hold with the operands of a step. */
export interface TileSize {
  readonly rows: number;
  readonly columns: 8 | 16;
}

/**
 * V8 gives 15 registers of 128 bits. A product that is not fused takes one more. Sixteen columns pay where V8 packs pairs of vectors into
 * 256 bits, and only there.
 */
export const tileSize = (fused: boolean, vectorBits: 128 | 256): TileSize =>
  vectorBits === 256 ? { rows: fused ? 6 : 4, columns: 16 } : { rows: fused ? 6 : 5, columns: 8 };

/** From this many columns on a row of B is far from the next one: strips of it are first packed side by side. */
const PACKED_FROM = 512;

/** Steps of k at a time where the sum is interrupted: then strips of B and panels of A lie in the nearest cache. */
const BLOCK = 256;

/** Elements of panels that stay in the second cache. */
const NEAR_PANELS = 2 ** 18;

/** Steps of k of a strip that are turned at once. */
const TURNED_AT_ONCE = 64;

/** How a product reads its operands. */
export interface ProductPlan {
  /** B is turned as a whole beforehand; else a transposed B strip by strip, each just before it is used. */
  readonly turnsWhole: boolean;
  /** A goes into panels. */
  readonly packsA: boolean;
  /** Strips of B are packed, or turned. */
  readonly packsB: boolean;
  /**
   * Steps of k that are summed at a time, for a transposed A and for packed operands that are too large; all of them otherwise, as a sum that is
   * interrupted goes through memory, which other products would lose more by than they gain.
   */
  readonly block: number;
}

/**
 * Rows of B that are far apart are packed, and a row-major A with them where it is large. Every step of k of a transposed A is another line of the
 * cache: it is enough to pack the smaller operand, if not both are large.
 */
export const planProduct = (
  [m, n, k]: readonly [m: number, n: number, k: number],
  transposeA: boolean,
  transposeB: boolean,
): ProductPlan => {
  const turnsStrips = transposeB && m >= 8 && n * k >= 8192;
  const farRows = n >= PACKED_FROM && m >= 64;
  const farSteps = transposeA && m >= 96 && n >= 64 && k >= BLOCK;
  const far = m * BLOCK > NEAR_PANELS;
  const bothLarge = farRows && m >= 256;
  const packsA = transposeA ? (farSteps && (m <= n || far)) || bothLarge : farRows && m * k > NEAR_PANELS;
  const packsB = turnsStrips || (farSteps ? m > n || bothLarge : farRows);
  const block = transposeA || ((packsA || packsB) && m * k > NEAR_PANELS) ? Math.min(k, BLOCK) : k;
  return { turnsWhole: transposeB && !turnsStrips, packsA, packsB, block };
};

/** Elements of memory behind a packed strip of B: turning writes over the end. */
const GAP = 64;

/** Elements of scratch memory for a strip of B of so many steps of k, and for the panels of A. */
export const stripSize = ({ packsB, block }: ProductPlan): number => (packsB ? block * 16 + GAP : 0);
export const panelsSize = ({ packsA, block }: ProductPlan, m: number): number => (packsA ? m * block + 16 : 0);

/** A tile: how many rows, and how many columns it loads and stores. */
interface Tile {
  readonly rows: number;
  readonly columns: number;
}

/** Columns of one row at a time, which hides the latency of the additions. */
const ROW_COLUMNS = 32;

/** Widths of the strips that C is cut into; 1 to 3 last columns load four and store some. */
const stripWidths = ({ columns }: TileSize): number[] => [16, 8, 4, 3, 2, 1].filter((width) => width <= columns);

const tilesOf = (size: TileSize): Tile[] => [
  { rows: 1, columns: ROW_COLUMNS },
  ...stripWidths(size).flatMap((columns) => Array.from({ length: size.rows }, (_, r) => ({ rows: r + 1, columns }))),
];

/** Where the parameters of a tile stand. */
const [A, ROW_A, STEP_A, B, STEP_B, C, ROW_C, K, ADD] = [0, 1, 2, 3, 4, 5, 6, 7, 8];

/**
 * tile(a, rowA, stepA, b, stepB, c, rowC, k, add): C[rows, columns] = Σₖ A[rows, k]·B[k, columns], or where `add` is not 0 C += that. Steps and
 * rows are in bytes: A's row to row and k to k, B's k to k, C's row to row; so A may be read transposed. k ≥ 1. Each element is one sum in the
 * order of k, whatever the tile; it starts from 0 or from C.
 */
const tile = ({ rows, columns }: Tile, fused: boolean): FunctionBuilder => {
  const f = new FunctionBuilder(`tile_${rows}_${columns}`, i32s(9));
  const vectors = Math.ceil(columns / 4);
  const sums = Array.from({ length: rows * vectors }, () => f.local("v128"));
  const loaded = Array.from({ length: vectors }, () => f.local("v128"));
  const splat = f.local("v128");
  const row = f.local("i32");
  const multiplyAdd = (sum: number, column: number): Code =>
    fused
      ? v128.relaxedMadd(get(splat), get(column), get(sum))
      : v128.addF(get(sum), v128.mulF(get(splat), get(column)));
  const nextRow = (r: number, first: number, step: number): Code =>
    set(row, r === 0 ? get(first) : addI32(get(row), get(step)));
  const eachRow = (body: (r: number) => Code): Code => Array.from({ length: rows }, (_, r) => body(r));
  const step = [
    loaded.map((local, v) => set(local, v128.load(get(B), v * 16))),
    eachRow((r) => [
      nextRow(r, A, ROW_A),
      set(splat, v128.loadSplat32(get(row))),
      loaded.map((column, v) => set(sums[r * vectors + v], multiplyAdd(sums[r * vectors + v], column))),
    ]),
    set(A, addI32(get(A), get(STEP_A))),
    set(B, addI32(get(B), get(STEP_B))),
    set(K, subI32(get(K), i32(1))),
  ];
  const stores = eachRow((r) => [
    nextRow(r, C, ROW_C),
    loaded.map((_, v) => storeColumns(get(row), get(sums[r * vectors + v]), columns - v * 4, v * 16)),
  ]);
  const start = eachRow((r) => [
    nextRow(r, C, ROW_C),
    loaded.map((_, v) => set(sums[r * vectors + v], v128.load(get(row), v * 16))),
  ]);
  f.body = [ifThen(get(ADD), start), loopWhile(step, get(K)), stores];
  return f;
};

/** Which tiles have forms for one layout of A each: the widest. The others serve every layout, since every tile costs time at the start. */
const hasForms = (tile: Tile, size: TileSize): boolean => tile.columns === size.columns;

/** Steps of k in one round of the loops of those forms. */
const UNROLL = 4;

/**
 * As `tile`, where either the rows of A lie side by side: panel(a, stepA, b, stepB, c, rowC, k, add), as those of a packed or a transposed A do, or its
 * steps of k: rows(a, rowA, b, stepB, c, rowC, k, add). Known offsets leave the units for whole numbers, which are also those for products,
 * nothing to do (101 to 112 GFLOP/s).
 */
const formOf = (kind: "panel" | "rows", { rows, columns }: Tile, fused: boolean): FunctionBuilder => {
  const f = new FunctionBuilder(`${kind}_${rows}_${columns}`, i32s(8));
  const [a, pitchA, b, stepB, c, rowC, k, add] = [0, 1, 2, 3, 4, 5, 6, 7];
  const vectors = Math.ceil(columns / 4);
  const sums = Array.from({ length: rows * vectors }, () => f.local("v128"));
  const loaded = Array.from({ length: vectors }, () => f.local("v128"));
  const splat = f.local("v128");
  const row = f.local("i32");
  const lines = kind === "rows" ? [a, ...Array.from({ length: rows - 1 }, () => f.local("i32"))] : [a];
  const multiplyAdd = (sum: number, column: number): Code =>
    fused
      ? v128.relaxedMadd(get(splat), get(column), get(sum))
      : v128.addF(get(sum), v128.mulF(get(splat), get(column)));
  const eachRow = (body: (r: number) => Code): Code => Array.from({ length: rows }, (_, r) => body(r));
  const nextRow = (r: number): Code => set(row, r === 0 ? get(c) : addI32(get(row), get(rowC)));
  const step = (u: number): Code => [
    loaded.map((local, v) => set(local, v128.load(get(b), v * 16))),
    eachRow((r) => [
      set(splat, kind === "rows" ? v128.loadSplat32(get(lines[r]), u * 4) : v128.loadSplat32(get(a), r * 4)),
      loaded.map((column, v) => set(sums[r * vectors + v], multiplyAdd(sums[r * vectors + v], column))),
    ]),
    kind === "panel" ? set(a, addI32(get(a), get(pitchA))) : [],
    set(b, addI32(get(b), get(stepB))),
  ];
  const rounds = (count: number): Code => {
    const more = lessU32(i32(count - 1), get(k));
    const round = [
      Array.from({ length: count }, (_, u) => step(u)),
      kind === "rows" ? lines.map((line) => set(line, addI32(get(line), i32(count * 4)))) : [],
      set(k, subI32(get(k), i32(count))),
    ];
    return ifThen(more, loopWhile(round, more));
  };
  f.body = [
    lines.slice(1).map((line, r) => set(line, addI32(get(lines[r]), get(pitchA)))),
    ifThen(
      get(add),
      eachRow((r) => [nextRow(r), loaded.map((_, v) => set(sums[r * vectors + v], v128.load(get(row), v * 16)))]),
    ),
    rounds(UNROLL),
    rounds(1),
    eachRow((r) => [
      nextRow(r),
      loaded.map((_, v) => storeColumns(get(row), get(sums[r * vectors + v]), columns - v * 4, v * 16)),
    ]),
  ];
  return f;
};

const storeColumns = (address: Code, value: Code, columns: number, offset: number): Code => {
  if (columns >= 4) return v128.store(address, value, offset);
  if (columns === 1) return v128.storeLane32(address, value, 0, offset);
  const two = v128.storeLane64(address, value, 0, offset);
  return columns === 2 ? two : [two, v128.storeLane32(address, value, 2, offset + 8)];
};

/** Panels that are packed together where their rows lie side by side: then each k reads whole lines of the cache, and once. */
const PANELS_AT_ONCE = 8;

/**
 * packA(a, rowA, stepA, out, m, k): panels of `panel` rows, k after k; the last panel has the rows that are left. Where the rows of A lie side by
 * side, as those of a transposed one do, whole panels go by two vectors: several panels at once, then single ones over the end of what is needed,
 * as the next k writes there again.
 */
const packA = (panel: number): FunctionBuilder => {
  const f = new FunctionBuilder("packA", i32s(6));
  const [a, rowA, stepA, out, m, k] = [0, 1, 2, 3, 4, 5];
  const [from, row, step, height] = [f.local("i32"), f.local("i32"), f.local("i32"), f.local("i32")];
  const element = [
    storeF32(get(out), loadF32(get(from))),
    set(out, addI32(get(out), i32(4))),
    set(from, addI32(get(from), get(rowA))),
  ];
  const column = [
    set(from, addI32(get(a), mulI32(get(step), get(stepA)))),
    countUp(row, i32(0), i32(1), get(height), element),
  ];
  const [low, high] = [f.local("v128"), f.local("v128")];
  const vectors = [
    set(low, v128.load(get(from))),
    set(high, v128.load(get(from), 16)),
    v128.store(get(out), get(low)),
    v128.store(get(out), get(high), 16),
    set(out, addI32(get(out), i32(panel * 4))),
    set(from, addI32(get(from), get(stepA))),
  ];
  const [to, panelBytes] = [f.local("i32"), f.local("i32")];
  const group = PANELS_AT_ONCE * panel;
  const groupStep = [
    set(to, get(out)),
    Array.from({ length: PANELS_AT_ONCE }, (_, i) => [
      set(low, v128.load(get(from), i * panel * 4)),
      panel > 4 ? set(high, v128.load(get(from), i * panel * 4 + 16)) : [],
      v128.store(get(to), get(low)),
      panel > 4 ? storeColumns(get(to), get(high), panel - 4, 16) : [],
      set(to, addI32(get(to), get(panelBytes))),
    ]),
    set(out, addI32(get(out), i32(panel * 4))),
    set(from, addI32(get(from), get(stepA))),
  ];
  const groups = ifThen(equalI32(get(rowA), i32(4)), [
    set(panelBytes, mulI32(get(k), i32(panel * 4))),
    ifThen(
      lessU32(i32(group - 1), get(m)),
      loopWhile(
        [
          set(from, get(a)),
          countUp(step, i32(0), i32(1), get(k), groupStep),
          // `out` stands behind the first panel.
          set(out, addI32(get(out), mulI32(get(panelBytes), i32(PANELS_AT_ONCE - 1)))),
          set(a, addI32(get(a), i32(group * 4))),
          set(m, subI32(get(m), i32(group))),
        ],
        lessU32(i32(group - 1), get(m)),
      ),
    ),
  ]);
  const whole = equalI32(get(height), i32(panel));
  const sideBySide = andI32(equalI32(get(rowA), i32(4)), whole);
  // Four steps of k of all rows of a whole panel, turned.
  const lines = Array.from({ length: panel }, () => f.local("v128"));
  const turned = Array.from({ length: 4 }, () => f.local("v128"));
  const pairs = [
    [0, 1, [0, 4, 1, 5]],
    [2, 3, [0, 4, 1, 5]],
    [0, 1, [2, 6, 3, 7]],
    [2, 3, [2, 6, 3, 7]],
  ] as const;
  const rest = lines.slice(4);
  const fourSteps = [
    lines.map((line, r) => [
      set(from, r === 0 ? addI32(get(a), shiftLeftI32(get(step), 2)) : addI32(get(from), get(rowA))),
      set(line, v128.load(get(from))),
    ]),
    turned.map((half, i) => set(half, v128.shuffle32(get(lines[pairs[i][0]]), get(lines[pairs[i][1]]), pairs[i][2]))),
    [0, 1, 2, 3].map((i) => [
      v128.store(
        get(out),
        v128.shuffle32(get(turned[i & 2]), get(turned[(i & 2) + 1]), i % 2 === 0 ? [0, 1, 4, 5] : [2, 3, 6, 7]),
        i * panel * 4,
      ),
      rest.map((line, r) => v128.storeLane32(get(out), get(line), i, (i * panel + 4 + r) * 4)),
    ]),
    set(out, addI32(get(out), i32(panel * 16))),
  ];
  const fours = andI32(get(k), i32(-4));
  const turnPanel = [
    ifThen(fours, countUp(step, i32(0), i32(4), fours, fourSteps)),
    set(step, fours),
    ifThen(
      lessU32(get(step), get(k)),
      loopWhile([column, set(step, addI32(get(step), i32(1)))], lessU32(get(step), get(k))),
    ),
  ];
  const single = loopWhile(
    [
      set(height, choose(lessU32(get(m), i32(panel)), get(m), i32(panel))),
      ifElse(
        sideBySide,
        [set(from, get(a)), countUp(step, i32(0), i32(1), get(k), vectors)],
        ifElse(andI32(equalI32(get(stepA), i32(4)), whole), turnPanel, countUp(step, i32(0), i32(1), get(k), column)),
      ),
      set(a, addI32(get(a), mulI32(get(height), get(rowA)))),
      set(m, subI32(get(m), get(height))),
    ],
    get(m),
  );
  f.body = [groups, ifThen(get(m), single)];
  return f;
};

/** packB(b, stepB, out, k): the strip of `columns` columns at b, row after row. */
const packB = (columns: number): FunctionBuilder => {
  const f = new FunctionBuilder(`packB_${columns}`, i32s(4));
  const [b, stepB, out, k] = [0, 1, 2, 3];
  f.body = loopWhile(
    [
      Array.from({ length: columns / 4 }, (_, v) => v128.store(get(out), v128.load(get(b), v * 16), v * 16)),
      set(b, addI32(get(b), get(stepB))),
      set(out, addI32(get(out), i32(columns * 4))),
      set(k, subI32(get(k), i32(1))),
    ],
    get(k),
  );
  return f;
};

/**
 * matmul(a, rowA, stepA, b, c, m, n, k, batch, nextA, nextB, panels, strip, turned, block, add): C[p] = A[p]·B[p] for `batch` matrices C [m, n], one
 * behind the other; A and B go on by nextA and nextB bytes. Where they are not 0, `panels` is memory for A, packed, and `strip` for a strip of B;
 * where `turned` is not 0 B is transposed, `turned` bytes from column to column, and `strip` must be given; the sums go on `block` steps of k at
 * a time; where `add` is not 0 the product is added to C. Strips of columns outside, so that a strip of B stays in the nearest cache. All sizes ≥ 1.
 */
const driver = (size: TileSize, numberOf: (name: string) => number): FunctionBuilder => {
  const f = new FunctionBuilder("matmul", i32s(16));
  const [a, rowA, stepA, b, c, m, n, k, batch, nextA, nextB, panels, packedStrip, turned, block, add] = Array.from(
    { length: 16 },
    (_, i) => i,
  );
  const local = (): number => f.local("i32");
  const [column, row, rowC, strip, stepB] = [local(), local(), local(), local(), local()];
  // What is not of this block of k alone.
  const [wholeA, wholeB, wholeK, wholeAdd, totalK] = Array.from({ length: 5 }, local);
  // Where the tiles read A: its own layout, or packed panels.
  const [from, fromRow] = [local(), local()];
  const run = (rows: number, columns: number): Code => {
    const to = addI32(get(c), addI32(mulI32(get(row), get(rowC)), shiftLeftI32(get(column), 2)));
    const tileOf = (kind: string, ...layout: Code[]): Code =>
      call(
        numberOf(`${kind}_${rows}_${columns}`),
        addI32(get(from), mulI32(get(row), get(fromRow))),
        ...layout,
        get(strip),
        get(stepB),
        to,
        get(rowC),
        get(k),
        get(add),
      );
    const pitch = choose(get(panels), i32(4), get(rowA));
    const step = choose(get(panels), i32(rows * 4), get(stepA));
    return hasForms({ rows, columns }, size)
      ? ifElse(equalI32(pitch, i32(4)), tileOf("panel", step), tileOf("rows", get(rowA)))
      : tileOf("tile", pitch, step);
  };
  const left = (total: number, at: number): Code => subI32(get(total), get(at));
  const atLeast = (total: number, at: number, count: number): Code => lessU32(i32(count - 1), left(total, at));
  const setStrip = [set(strip, addI32(get(b), shiftLeftI32(get(column), 2))), set(stepB, get(rowC))];
  const usePacked = (columns: number): Code => [set(strip, get(packedStrip)), set(stepB, i32(columns * 4))];
  const packStrip = (columns: number): Code =>
    ifThen(get(packedStrip), [
      call(numberOf(`packB_${columns}`), get(strip), get(stepB), get(packedStrip), get(k)),
      usePacked(columns),
    ]);
  /** A strip of a transposed B, so many steps of k at a time that what is written stays near. */
  const turnStrip = (columns: number): Code => {
    const pitch = Math.max(columns, 4) * 4;
    return [
      countUp(row, i32(0), i32(TURNED_AT_ONCE), get(k), [
        call(
          numberOf("turnInto"),
          addI32(get(b), addI32(mulI32(get(column), get(turned)), shiftLeftI32(get(row), 2))),
          get(turned),
          addI32(get(packedStrip), mulI32(get(row), i32(pitch))),
          i32(pitch),
          i32(columns),
          choose(lessU32(subI32(get(k), get(row)), i32(TURNED_AT_ONCE)), subI32(get(k), get(row)), i32(TURNED_AT_ONCE)),
        ),
      ]),
      usePacked(pitch / 4),
    ];
  };
  /** All rows of the strip at `column`. */
  const wholeStrip = (columns: number): Code => [
    ifElse(get(turned), turnStrip(columns), [setStrip, columns >= 8 ? packStrip(columns) : []]),
    set(row, i32(0)),
    ifThen(
      atLeast(m, row, size.rows),
      loopWhile([run(size.rows, columns), set(row, addI32(get(row), i32(size.rows)))], atLeast(m, row, size.rows)),
    ),
    Array.from({ length: size.rows - 1 }, (_, r) => ifThen(equalI32(left(m, row), i32(r + 1)), run(r + 1, columns))),
    set(column, addI32(get(column), i32(columns))),
  ];
  const strips = (columns: number): Code =>
    ifThen(atLeast(n, column, columns), loopWhile(wholeStrip(columns), atLeast(n, column, columns)));
  const rowAlone = ifThen(
    andI32(equalI32(get(m), i32(1)), equalI32(get(packedStrip), i32(0))),
    ifThen(
      atLeast(n, column, ROW_COLUMNS),
      loopWhile(
        [setStrip, run(1, ROW_COLUMNS), set(column, addI32(get(column), i32(ROW_COLUMNS)))],
        atLeast(n, column, ROW_COLUMNS),
      ),
    ),
  );
  const readA = [
    [set(from, get(a)), set(fromRow, get(rowA))],
    ifThen(get(panels), [
      call(numberOf("packA"), get(a), get(rowA), get(stepA), get(panels), get(m), get(k)),
      [set(from, get(panels)), set(fromRow, shiftLeftI32(get(k), 2))],
    ]),
  ];
  const tail = [3, 2, 1].map((columns) => ifThen(equalI32(left(n, column), i32(columns)), wholeStrip(columns)));
  const one = [
    [readA, set(column, i32(0)), set(row, i32(0)), rowAlone],
    stripWidths(size)
      .filter((columns) => columns >= 4)
      .map(strips),
    tail,
  ];
  /** The sum goes on from what the block before left in C: each element stays one sum in the order of k. */
  const blocks = [
    [set(wholeA, get(a)), set(wholeB, get(b)), set(wholeK, get(k)), set(wholeAdd, get(add))],
    loopWhile(
      [
        set(k, choose(lessU32(get(wholeK), get(block)), get(wholeK), get(block))),
        one,
        set(a, addI32(get(a), mulI32(get(k), get(stepA)))),
        set(b, addI32(get(b), mulI32(get(k), choose(get(turned), i32(4), get(rowC))))),
        set(add, i32(1)),
        set(wholeK, subI32(get(wholeK), get(k))),
      ],
      get(wholeK),
    ),
    [set(a, get(wholeA)), set(b, get(wholeB)), set(add, get(wholeAdd)), set(k, get(totalK))],
  ];
  const next = [
    set(a, addI32(get(a), get(nextA))),
    set(b, addI32(get(b), get(nextB))),
    set(c, addI32(get(c), mulI32(get(m), get(rowC)))),
    set(batch, subI32(get(batch), i32(1))),
  ];
  f.body = [[set(rowC, shiftLeftI32(get(n), 2)), set(totalK, get(k))], loopWhile([blocks, next], get(batch))];
  return f;
};

/** Tiles, packing, and the driver `matmul`. With `fused` a product is added in one rounding. */
export const matmulModule = (fused: boolean, size: TileSize): Uint8Array<ArrayBuffer> => {
  const parts = [
    ...tilesOf(size).flatMap((shape) =>
      hasForms(shape, size) ? [formOf("panel", shape, fused), formOf("rows", shape, fused)] : [tile(shape, fused)],
    ),
    turnInto(),
    packA(size.rows),
    ...[8, 16].map((columns) => packB(columns)),
  ];
  return encodeModule([...parts, driver(size, (name) => parts.findIndex((part) => part.name === name))]);
};

/** madd(x, y, z): x·y + z by the relaxed instruction, to see whether this machine rounds once. */
export const probeModule = (): Uint8Array<ArrayBuffer> => {
  const f = new FunctionBuilder("madd", ["f32", "f32", "f32"], "f32");
  f.body = v128.lane32(v128.relaxedMadd(v128.splatF32(get(0)), v128.splatF32(get(1)), v128.splatF32(get(2))), 0);
  return encodeModule([f]);
};
