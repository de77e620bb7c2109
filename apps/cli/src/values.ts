// Reading numbers from text, and showing what was typed.
import { BadInput } from "./failure.ts";
import type { Numerics } from "./library.ts";

/** Strict: "" and "12abc" are no numbers, underscores may group digits. */
export const parseNumber = (text: string): number =>
  /^\s*$/.test(text) ? Number.NaN : Number(text.replace(/(?<=\d)_(?=\d)/g, ""));

/** A whole number of at least `minimum` and at most `maximum`, from text or JSON. */
export const integer = (
  option: string,
  value: unknown,
  minimum: number,
  maximum: number = Number.MAX_SAFE_INTEGER,
): number => {
  const number = typeof value === "string" ? parseNumber(value) : value;
  if (typeof number === "number" && Number.isInteger(number) && number >= minimum && number <= maximum) return number;
  const limit = typeof number === "number" && number > maximum ? ` and at most ${maximum}` : "";
  throw new BadInput(`${option} is ${show(value)}, expected a whole number of at least ${minimum}${limit}.`);
};

export const numericsTier = (value: unknown): Numerics | undefined => {
  if (value === undefined || value === "strict" || value === "fused") return value;
  throw new BadInput(`--numerics is ${show(value)}, expected strict or fused.`);
};

export const show = (value: unknown): string => (typeof value === "string" ? `"${value}"` : JSON.stringify(value));
