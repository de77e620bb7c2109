// Rows of a table by number.
import { ShapeError } from "../errors.ts";
import { showShape } from "../shape.ts";
import type { Tensor } from "../tensor.ts";

/**
 * Rows of a table: out[…, :] = weight[index[…], :]. weight: [entries, width]; index: int32 […] → […, width].
 * The row `paddingIndex` is read as it is but gets no gradient.
 */
export const embedding = (
  weight: Tensor,
  index: Tensor,
  { paddingIndex }: { readonly paddingIndex?: number } = {},
): Tensor => {
  if (weight.rank !== 2)
    throw new ShapeError(`embedding: weight is ${showShape(weight.shape)}; expected [entries, width].`);
  const rows = weight.take(index, 0);
  if (paddingIndex === undefined) return rows;
  if (!Number.isInteger(paddingIndex) || paddingIndex < 0 || paddingIndex >= weight.shape[0])
    throw new ShapeError(
      `embedding: paddingIndex is ${paddingIndex}; expected a row of the ${weight.shape[0]} of weight.`,
    );
  return index.equal(paddingIndex).unsqueeze(-1).where(rows.detach(), rows);
};
