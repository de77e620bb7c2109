// Checks of the numbers that functions over windows take: whole, in range, one per dim.
import { ShapeError } from "../errors.ts";

/** One number for both dims, or [height, width]. */
export type Pair = number | readonly [height: number, width: number];

export const requireWhole = (op: string, name: string, value: number, least: number): void => {
  if (!Number.isInteger(value) || value < least)
    throw new ShapeError(`${op}: ${name} is ${value}; expected a whole number from ${least} up.`);
};

/** One checked number per dim. */
export const pairOf = (
  op: string,
  name: string,
  value: Pair | readonly number[],
  dims: number,
  least: number,
): number[] => {
  const numbers = typeof value === "number" ? new Array<number>(dims).fill(value) : [...value];
  if (numbers.length !== dims)
    throw new ShapeError(`${op}: ${name} has ${numbers.length} numbers; expected one, or ${dims}.`);
  for (const number of numbers) requireWhole(op, name, number, least);
  return numbers;
};
