// Matrix products by register tiles: up to six rows of eight columns are summed in registers over all of k.
import { addI32, type Code, encodeModule, FunctionBuilder, get, i32, loopWhile, set, subI32, v128 } from "./emitter.ts";

export const TILE_ROWS = 6;
/** Columns of the tiles there are: two vectors, one vector, one element. */
export const TILE_WIDTHS = [8, 4, 1] as const;

/** Where the parameters of a tile function stand. */
const [A, ROW_A, STEP_A, B, STEP_B, C, ROW_C, K] = [0, 1, 2, 3, 4, 5, 6, 7];

/**
 * tile_R_W(a, rowA, stepA, b, stepB, c, rowC, k): C[R, W] = Σₖ A[R, k]·B[k, W]. Steps and rows are in bytes: A's row to row and k to k,
 * B's k to k, C's row to row; so A may be read transposed. k ≥ 1.
 */
const tile = (rows: number, width: number, fused: boolean): FunctionBuilder => {
  const f = new FunctionBuilder(
    `tile_${rows}_${width}`,
    Array.from({ length: 8 }, () => "i32" as const),
  );
  const vectors = Math.max(1, width / 4);
  const accumulators = Array.from({ length: rows * vectors }, () => f.local("v128"));
  const columns = Array.from({ length: vectors }, () => f.local("v128"));
  const splat = f.local("v128");
  const row = f.local("i32");
  const load = (offset: number): Code => (width === 1 ? v128.loadZero32(get(B), offset) : v128.load(get(B), offset));
  const step = columns.flatMap((column, v) => set(column, load(v * 16)));
  const multiplyAdd = (sum: number, column: number): Code =>
    fused
      ? v128.relaxedMadd(get(splat), get(column), get(sum))
      : v128.addF(get(sum), v128.mulF(get(splat), get(column)));
  const products = Array.from({ length: rows }, (_, r) => [
    ...(r === 0 ? set(row, get(A)) : set(row, addI32(get(row), get(ROW_A)))),
    ...set(splat, v128.loadSplat32(get(row))),
    ...columns.flatMap((column, v) => {
      const sum = accumulators[r * vectors + v];
      return set(sum, multiplyAdd(sum, column));
    }),
  ]).flat();
  const advance = [
    ...set(A, addI32(get(A), get(STEP_A))),
    ...set(B, addI32(get(B), get(STEP_B))),
    ...set(K, subI32(get(K), i32(1))),
  ];
  const stores = Array.from({ length: rows }, (_, r) => [
    ...(r === 0 ? set(row, get(C)) : set(row, addI32(get(row), get(ROW_C)))),
    ...Array.from({ length: vectors }, (_unused, v) => {
      const sum = get(accumulators[r * vectors + v]);
      return width === 1 ? v128.storeLane32(get(row), sum, 0) : v128.store(get(row), sum, v * 16);
    }).flat(),
  ]).flat();
  f.body = [...loopWhile([...step, ...products, ...advance], get(K)), ...stores];
  return f;
};

/** All tiles. With `fused` a product is added in one rounding. */
export const matmulModule = (fused: boolean): Uint8Array<ArrayBuffer> =>
  encodeModule(TILE_WIDTHS.flatMap((width) => Array.from({ length: TILE_ROWS }, (_, r) => tile(r + 1, width, fused))));

/** madd(x, y, z): x·y + z by the relaxed instruction, to see whether this machine rounds once. */
export const probeModule = (): Uint8Array<ArrayBuffer> => {
  const f = new FunctionBuilder("madd", ["f32", "f32", "f32"], "f32");
  f.body = v128.firstLane(v128.relaxedMadd(v128.splatF32(get(0)), v128.splatF32(get(1)), v128.splatF32(get(2))));
  return encodeModule([f]);
};
