// Curves of single batches, made readable.
import { mean } from "@agon/runs";

/** Means of ten values each; what is left over at the end is left out. */
export const meansOfTen = (values: readonly number[]): number[] =>
  Array.from({ length: Math.floor(values.length / 10) }, (_, i) => mean(values.slice(10 * i, 10 * i + 10)));
