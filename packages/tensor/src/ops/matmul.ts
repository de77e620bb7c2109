// Matrix multiplication of the last two dims; either operand may be read transposed.
import type { Shape } from "../backend.ts";
import { isFloat } from "../dtype.ts";
import { ShapeError } from "../errors.ts";
import { sameShape, showShape } from "../shape.ts";
import type { Primitive } from "./primitive.ts";

const matrix = (shape: Shape, transposed: unknown): [rows: number, columns: number] => {
  const [rows, columns] = shape.slice(-2);
  return transposed ? [columns, rows] : [rows, columns];
};

export const matmul: Readonly<Record<string, Primitive>> = {
  matmul: {
    infer: ([a, b], { transposeA, transposeB }) => {
      const [m, inner] = matrix(a.shape, transposeA);
      const [innerB, n] = matrix(b.shape, transposeB);
      if (!isFloat(a.dtype) || a.dtype !== b.dtype)
        throw new ShapeError(`matmul: expects two float tensors of one type, got ${a.dtype} and ${b.dtype}.`);
      if (inner !== innerB)
        throw new ShapeError(
          `matmul: inner sizes differ, ${inner} and ${innerB} (a ${showShape(a.shape)}${transposeA ? " transposed" : ""}, b ${showShape(b.shape)}${transposeB ? " transposed" : ""}).`,
        );
      const batch = a.shape.slice(0, -2);
      if (!sameShape(batch, b.shape.slice(0, -2))) throw new ShapeError("internal: matmul got unequal leading dims.");
      return { shape: [...batch, m, n], dtype: a.dtype };
    },
    // With C = A·B: dA = dC·Bᵀ, dB = Aᵀ·dC; a transposed operand gets its gradient transposed.
    gradient: ({ gradient: g, inputs: [a, b], attributes: { transposeA, transposeB } }) => [
      transposeA
        ? b.multiply(g, { transposeA: !!transposeB, transposeB: true })
        : g.multiply(b, { transposeB: !transposeB }),
      transposeB
        ? g.multiply(a, { transposeA: true, transposeB: !!transposeA })
        : a.multiply(g, { transposeA: !transposeA }),
    ],
  },
};
