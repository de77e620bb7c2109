// Products of a transposed matrix, packed or not, against those of the matrix turned beforehand: the same bits.
import { createRandom } from "@agon/random";
import { describe, expect, it } from "vitest";
import type { Shape } from "../../backend.ts";
import { createWasmBackend } from "./index.ts";

const numbers = (count: number, seed: number): Float32Array => {
  const random = createRandom(seed);
  return Float32Array.from({ length: count }, () => random.uniform(-1, 1));
};

/** The transpose of a matrix [rows, columns]. */
const turned = (x: Float32Array, rows: number, columns: number): Float32Array =>
  Float32Array.from(x, (_, i) => x[(i % rows) * columns + Math.floor(i / rows)]);

describe.each([
  ["strict", 128],
  ["fused", 128],
  ["strict", 256],
  ["fused", 256],
] as const)("Aᵀ·B, %s, tiles for %d bits", (numerics, vectorBits) => {
  const wasm = createWasmBackend({ numerics, vectorBits });
  const product = (a: Float32Array, b: Float32Array, m: number, n: number, k: number, transposeA: boolean) => {
    const operand = (data: Float32Array, shape: Shape) => {
      const buffer = wasm.allocate("float32", data.length);
      wasm.write(buffer, data);
      return { shape, dtype: "float32", buffer } as const;
    };
    const out = operand(new Float32Array(m * n), [m, n]);
    const inputs = [operand(a, transposeA ? [k, m] : [m, k]), operand(b, [k, n])];
    wasm.execute("matmul", { transposeA, transposeB: false }, inputs, out);
    const got = new Float32Array(m * n);
    wasm.read(out.buffer, got);
    return got;
  };
  // Neither operand packed, A alone, B alone, and both. Rows: fewer than a group of panels, one group, one and a few, several and what is left. k: in one block and over several.
  it.each([
    [13, 40, 7],
    [300, 66, 259],
    [257, 512, 258],
    [33, 512, 20],
    [48, 515, 3],
    [40, 600, 7],
    [50, 513, 1],
    [80, 516, 5],
    [96, 64, 256],
    [97, 70, 257],
    [143, 65, 300],
    [145, 512, 513],
  ])("%d×%d, k = %d", (m, n, k) => {
    const [a, b] = [numbers(m * k, 1), numbers(k * n, 2)];
    expect(product(turned(a, m, k), b, m, n, k, true)).toEqual(product(a, b, m, n, k, false));
  });
});
