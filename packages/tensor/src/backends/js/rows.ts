// Walking through tensors: rows with their offsets, and the parts around one dim.
import { sizeOf } from "../../shape.ts";

type Numbers = readonly number[];

/**
 * Calls `f` for each row (last dim) of a shape with its flat position, the offset Σ indexᵢ·strideᵢ of its first element, its length and
 * the step between its elements.
 */
export const eachRow = (
  shape: Numbers,
  strides: Numbers,
  start: number,
  f: (position: number, offset: number, length: number, step: number) => void,
): void => {
  const last = shape.length - 1;
  if (last < 0) return f(0, start, 1, 0);
  const length = shape[last];
  const count = sizeOf(shape);
  const index = new Int32Array(last);
  let offset = start;
  for (let position = 0; position < count; position += length) {
    f(position, offset, length, strides[last]);
    for (let dim = last - 1; dim >= 0; dim--) {
      offset += strides[dim];
      if (++index[dim] < shape[dim]) break;
      offset -= strides[dim] * shape[dim];
      index[dim] = 0;
    }
  }
};

/** [outer, length, inner] of a tensor around one dim. */
export const around = (shape: readonly number[], dim: number): [outer: number, length: number, inner: number] => [
  sizeOf(shape.slice(0, dim)),
  shape[dim],
  sizeOf(shape.slice(dim + 1)),
];
