// Telling lists of numbers from other values, for spaces whose values are arrays.

/** A typed array of numbers, or a list of nothing but numbers. */
export const isNumbers = (value: unknown): value is ArrayLike<number> =>
  (ArrayBuffer.isView(value) && "length" in value) ||
  (Array.isArray(value) && value.every((element) => typeof element === "number"));

/** Same length and equal elements. */
export const sameNumbers = (a: ArrayLike<number>, b: ArrayLike<number>): boolean =>
  a.length === b.length && Array.prototype.every.call(a, (value, i) => value === b[i]);

/** A list of whole numbers from `least` on. */
export const areWholeNumbers = (values: unknown, least: number): values is readonly number[] =>
  Array.isArray(values) && values.every((value) => Number.isSafeInteger(value) && value >= least);
