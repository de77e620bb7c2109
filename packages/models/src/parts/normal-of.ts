// Initial values of language models.
import { type Initialiser, initialRandom } from "@agon/nn";

/** Normal with a deviation that does not depend on the shape. */
export const normalOf =
  (deviation: number): Initialiser =>
  (shape, { random = initialRandom() } = {}) =>
    Float32Array.from({ length: shape.reduce((n, length) => n * length, 1) }, () => random.normal(0, deviation));
