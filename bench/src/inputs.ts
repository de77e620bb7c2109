// The numbers that all contestants work on.
import { createRandom } from "@agon/random";

/** Normal numbers, the same for the same name. */
export const normals = (name: string, count: number, scale = 1): Float32Array<ArrayBuffer> => {
  const random = createRandom(1).split(name);
  return Float32Array.from({ length: count }, () => random.normal(0, scale));
};

export const integers = (name: string, count: number, below: number): Int32Array<ArrayBuffer> => {
  const random = createRandom(1).split(name);
  return Int32Array.from({ length: count }, () => random.integer(below));
};
