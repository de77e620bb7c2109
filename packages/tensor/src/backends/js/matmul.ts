// Matrix products by the definition, accumulated in float64.
import { sizeOf } from "../../shape.ts";
import type { Kernel } from "./kernel.ts";

export const matmul: Readonly<Record<string, Kernel>> = {
  matmul: ([a, b], output, { transposeA, transposeB }) => {
    const [m, n] = output.shape.slice(-2);
    const k = a.shape[a.shape.length - (transposeA ? 2 : 1)];
    const [rowA, innerA] = transposeA ? [1, m] : [k, 1];
    const [innerB, columnB] = transposeB ? [1, k] : [n, 1];
    const batch = sizeOf(output.shape.slice(0, -2));
    for (let p = 0; p < batch; p++)
      for (let i = 0; i < m; i++)
        for (let j = 0; j < n; j++) {
          let sum = 0;
          let atA = p * m * k + i * rowA;
          let atB = p * k * n + j * columnB;
          for (let l = 0; l < k; l++, atA += innerA, atB += innerB) sum += a.data[atA] * b.data[atB];
          output.data[p * m * n + i * n + j] = sum;
        }
  },
};
