// Sorting along a dim: values with their places.
import { ShapeError } from "../errors.ts";
import { normaliseDim, showShape } from "../shape.ts";
import { apply, type Tensor } from "../tensor.ts";

export interface Sorted {
  /** The elements in order; gradients flow back to where they came from. */
  readonly values: Tensor;
  /** Where each stood along the dim: int32. */
  readonly indices: Tensor;
}

export interface SortOptions {
  /** Largest first; default false. */
  readonly descending?: boolean;
}

/** The places of the elements of a dim in their order, int32. Equal ones keep their order; NaN counts as the largest. */
export const argsort = (x: Tensor, dim = -1, { descending = false }: SortOptions = {}): Tensor =>
  apply("argsort", [x], { dim: normaliseDim("argsort", dim, x.rank), descending });

/** The elements of a dim in their order. Equal ones keep their order; NaN counts as the largest. */
export const sort = (x: Tensor, dim = -1, options: SortOptions = {}): Sorted => {
  const indices = apply("argsort", [x], {
    dim: normaliseDim("sort", dim, x.rank),
    descending: options.descending ?? false,
  });
  return { values: x.gather(dim, indices), indices };
};

/** The k largest (or smallest) elements of a dim, in order. */
export const topK = (
  x: Tensor,
  k: number,
  { dim = -1, largest = true }: { readonly dim?: number; readonly largest?: boolean } = {},
): Sorted => {
  const at = normaliseDim("topK", dim, x.rank);
  if (!Number.isInteger(k) || k < 0 || k > x.shape[at])
    throw new ShapeError(
      `topK: k is ${k}; expected a whole number up to the length ${x.shape[at]} of dim ${dim} (input ${showShape(x.shape)}).`,
    );
  const indices = argsort(x, at, { descending: largest }).narrow(at, 0, k);
  return { values: x.gather(at, indices), indices };
};
