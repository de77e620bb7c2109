// Matrix multiplication of the last two dims; either operand may be read transposed.
import type { Attributes, Shape } from "../backend.ts";
import { isFloat } from "../dtype.ts";
import { ShapeError } from "../errors.ts";
import { sameShape, showShape, sizeOf } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import type { GradientContext, Primitive } from "./primitive.ts";

const matrix = (shape: Shape, transposed: unknown): [rows: number, columns: number] => {
  const [rows, columns] = shape.slice(-2);
  return transposed ? [columns, rows] : [rows, columns];
};

const gradientOfB = (
  a: Tensor,
  g: Tensor,
  transposeA: Attributes[string] | undefined,
  transposeB: Attributes[string] | undefined,
): Tensor =>
  transposeB
    ? g.multiply(a, { transposeA: true, transposeB: !!transposeA })
    : a.multiply(g, { transposeA: !transposeA });

/**
 * Σₜ Aₜᵀ·dCₜ is one product of all Aₜ and all dCₜ one below the other: long sums in registers, where single products would be added up in
 * memory. Only where the rows put below each other are fewer than the elements that need not be added up.
 */
const gradientOfUses = (uses: readonly GradientContext[], k: number): Tensor | null => {
  const [{ inputs, attributes }] = uses;
  const { transposeA, transposeB } = attributes;
  const [, b] = inputs;
  const alike = uses.every(
    (use) => use.attributes.transposeB === transposeB && !use.attributes.transposeA && use.inputs[0].rank === 2,
  );
  if (k !== 1 || !alike || b.rank !== 2) return null;
  const rows = uses.reduce((sum, use) => sum + use.inputs[0].shape[0], 0);
  const [inner, columns] = matrix(b.shape, transposeB);
  if (rows * (inner + columns) > 2 * uses.length * inner * columns) return null;
  const [a, g] = [uses.map((use) => use.inputs[0]), uses.map((use) => use.gradient)].map(([first, ...others]) =>
    first.concat(others, 0),
  );
  return gradientOfB(a, g, transposeA, transposeB);
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
    gradient: ({ gradient: g, inputs: [a, b], attributes: { transposeA, transposeB }, wants }) => [
      wants(0)
        ? transposeA
          ? b.multiply(g, { transposeA: !!transposeB, transposeB: true })
          : g.multiply(b, { transposeB: !transposeB })
        : null,
      wants(1) ? gradientOfB(a, g, transposeA, transposeB) : null,
    ],
    gradientOfUses,
    // Each element of A meets a row of B.
    operations: ([a], { shape }) => 2 * sizeOf(a.shape) * shape[shape.length - 1],
  },
};
