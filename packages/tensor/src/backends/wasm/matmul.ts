// Matrix products by register tiles: up to six rows of eight columns are summed in registers over all of k.
import {
  addI32,
  type Code,
  call,
  encodeModule,
  FunctionBuilder,
  get,
  i32,
  ifThen,
  lessU32,
  loopWhile,
  mulI32,
  set,
  shiftLeftI32,
  subI32,
  v128,
} from "./emitter.ts";

const TILE_ROWS = 6;

/** A tile: how many rows, and how many columns it loads and stores. */
interface Tile {
  readonly rows: number;
  readonly columns: number;
}

/** A single row goes 32 columns at a time, which hides the latency of the additions; 1 to 3 last columns load four and store some. */
const tiles: readonly Tile[] = [
  { rows: 1, columns: 32 },
  ...[8, 4, 3, 2, 1].flatMap((columns) => Array.from({ length: TILE_ROWS }, (_, r) => ({ rows: r + 1, columns }))),
];

const tileName = ({ rows, columns }: Tile): string => `tile_${rows}_${columns}`;

/** Where the parameters of a tile stand. */
const [A, ROW_A, STEP_A, B, STEP_B, C, ROW_C, K] = [0, 1, 2, 3, 4, 5, 6, 7];

const i32s = (count: number): "i32"[] => Array.from({ length: count }, () => "i32");

/**
 * tile(a, rowA, stepA, b, stepB, c, rowC, k): C[rows, columns] = Σₖ A[rows, k]·B[k, columns]. Steps and rows are in bytes: A's row to row and
 * k to k, B's k to k, C's row to row; so A may be read transposed. k ≥ 1. Each element is one sum in the order of k, whatever the tile.
 */
const tile = (shape: Tile, fused: boolean): FunctionBuilder => {
  const { rows, columns } = shape;
  const f = new FunctionBuilder(tileName(shape), i32s(8));
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
  f.body = [loopWhile(step, get(K)), stores];
  return f;
};

const storeColumns = (address: Code, value: Code, columns: number, offset: number): Code => {
  if (columns >= 4) return v128.store(address, value, offset);
  if (columns === 1) return v128.storeLane32(address, value, 0, offset);
  const two = v128.storeLane64(address, value, 0, offset);
  return columns === 2 ? two : [two, v128.storeLane32(address, value, 2, offset + 8)];
};

/** Functions of the matmul module by number. */
const tileNumber = (rows: number, columns: number): number =>
  tiles.findIndex((shape) => shape.rows === rows && shape.columns === columns);

/**
 * matmul(a, rowA, stepA, b, c, m, n, k, batch, nextA, nextB): C[p] = A[p]·B[p] for `batch` matrices C [m, n], one behind the other; A and B go
 * on by nextA and nextB bytes. Column strips outside, so that a strip of B stays in the nearest cache. All sizes ≥ 1.
 */
const driver = (): FunctionBuilder => {
  const f = new FunctionBuilder("matmul", i32s(11));
  const [a, rowA, stepA, b, c, m, n, k, batch, nextA, nextB] = Array.from({ length: 11 }, (_, i) => i);
  const [column, row, rowB] = [f.local("i32"), f.local("i32"), f.local("i32")];
  const run = (rows: number, columns: number): Code =>
    call(
      tileNumber(rows, columns),
      addI32(get(a), mulI32(get(row), get(rowA))),
      get(rowA),
      get(stepA),
      addI32(get(b), shiftLeftI32(get(column), 2)),
      get(rowB),
      addI32(get(c), addI32(mulI32(get(row), get(rowB)), shiftLeftI32(get(column), 2))),
      get(rowB),
      get(k),
    );
  const left = (total: number, at: number): Code => subI32(get(total), get(at));
  const atLeast = (total: number, at: number, count: number): Code => lessU32(i32(count - 1), left(total, at));
  /** All rows of the strip of `columns` columns. */
  const strip = (columns: number): Code => [
    set(row, i32(0)),
    ifThen(
      atLeast(m, row, TILE_ROWS),
      loopWhile([run(TILE_ROWS, columns), set(row, addI32(get(row), i32(TILE_ROWS)))], atLeast(m, row, TILE_ROWS)),
    ),
    Array.from({ length: TILE_ROWS - 1 }, (_, r) => ifThen([left(m, row), i32(r + 1), 0x46], run(r + 1, columns))),
  ];
  const advance = (columns: number): Code => set(column, addI32(get(column), i32(columns)));
  const strips = (columns: number): Code =>
    ifThen(atLeast(n, column, columns), loopWhile([strip(columns), advance(columns)], atLeast(n, column, columns)));
  const wide = ifThen(
    [[get(m), i32(1), 0x46], atLeast(n, column, 32), 0x71],
    loopWhile([set(row, i32(0)), run(1, 32), advance(32)], atLeast(n, column, 32)),
  );
  const one = [
    set(column, i32(0)),
    wide,
    strips(8),
    strips(4),
    [3, 2, 1].map((columns) => ifThen([left(n, column), i32(columns), 0x46], [strip(columns), advance(columns)])),
  ];
  f.body = [
    set(rowB, shiftLeftI32(get(n), 2)),
    loopWhile(
      [
        one,
        set(a, addI32(get(a), get(nextA))),
        set(b, addI32(get(b), get(nextB))),
        set(c, addI32(get(c), mulI32(get(m), get(rowB)))),
        set(batch, subI32(get(batch), i32(1))),
      ],
      get(batch),
    ),
  ];
  return f;
};

/** All tiles and their driver. With `fused` a product is added in one rounding. */
export const matmulModule = (fused: boolean): Uint8Array<ArrayBuffer> =>
  encodeModule([...tiles.map((shape) => tile(shape, fused)), driver()]);

/** madd(x, y, z): x·y + z by the relaxed instruction, to see whether this machine rounds once. */
export const probeModule = (): Uint8Array<ArrayBuffer> => {
  const f = new FunctionBuilder("madd", ["f32", "f32", "f32"], "f32");
  f.body = v128.lane32(v128.relaxedMadd(v128.splatF32(get(0)), v128.splatF32(get(1)), v128.splatF32(get(2))), 0);
  return encodeModule([f]);
};
