// Editable values: options of algorithms and arguments of environments in one form, from text and back.
import type { ArgumentSpec } from "@agon/env";
import type { OptionSpec } from "@agon/rl";

export interface Field {
  readonly key: string;
  readonly kind: "boolean" | "number" | "string" | "numbers" | "strings";
  readonly default: unknown;
  readonly description: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly integer?: boolean;
  readonly choices?: readonly string[];
  /** Takes effect while training. */
  readonly live?: boolean;
}

export type Values = Readonly<Record<string, unknown>>;

export function fieldOfOption(option: OptionSpec): Field {
  const type = typeof option.default;
  const kind = type === "boolean" || type === "number" || type === "string" ? type : "numbers";
  return { ...option, kind };
}

export function fieldOfArgument(key: string, argument: ArgumentSpec): Field {
  return { ...argument, key };
}

/** The value that a text stands for, or in one line what was expected. Nothing at all stands for null where that is the default. */
export function parseField(field: Field, text: string): { readonly value: unknown } | { readonly problem: string } {
  const { key, kind, choices } = field;
  const expected = (what: string) => ({ problem: `${key}: "${text}" is not ${what}.` });
  if (text.trim() === "" && field.default === null) return { value: null };
  if (kind === "boolean")
    return text === "true" || text === "false" ? { value: text === "true" } : expected("on or off");
  if (kind === "string") {
    return choices?.includes(text) === false ? expected(`one of ${choices.join(", ")}`) : { value: text };
  }
  if (kind === "strings") return { value: text.split(",") };
  if (kind === "number") {
    const number = readNumber(text);
    return number !== null && isWithin(field, number) ? { value: number } : expected(numberWanted(field));
  }
  const numbers = text.split(/[\s,]+/).filter((part) => part !== "");
  const value = numbers.map(readNumber);
  return value.every((number) => number !== null && isWithin(field, number))
    ? { value }
    : expected("a list of numbers");
}

/** The text that `parseField` reads back. */
export function formatValue(value: unknown): string {
  if (value === null || value === undefined) return "";
  if (Array.isArray(value)) return value.join(typeof value[0] === "string" ? "," : ", ");
  return String(value);
}

/** "targetNetworkEvery" → "Target network every". */
export function wordsOf(key: string): string {
  const words = key.replace(/(?<=[a-z])[A-Z](?=[a-z])/g, (letter) => ` ${letter.toLowerCase()}`);
  const spaced = words.replace(/(?<=[a-z])(?=[A-Z])/g, " ");
  return spaced.charAt(0).toUpperCase() + spaced.slice(1);
}

/** `values` without those that a field has anyway. */
export function onlyDifferent(values: Values, anyway: (key: string) => unknown): Values {
  return Object.fromEntries(
    Object.entries(values).filter(([key, value]) => formatValue(value) !== formatValue(anyway(key))),
  );
}

function readNumber(text: string): number | null {
  const number = Number(text);
  return text.trim() === "" || !Number.isFinite(number) ? null : number;
}

function isWithin({ minimum, maximum, integer }: Field, number: number): boolean {
  if (integer === true && !Number.isInteger(number)) return false;
  return number >= (minimum ?? Number.NEGATIVE_INFINITY) && number <= (maximum ?? Number.POSITIVE_INFINITY);
}

function numberWanted({ minimum, maximum, integer }: Field): string {
  const kind = integer === true ? "a whole number" : "a number";
  if (minimum !== undefined && maximum !== undefined) return `${kind} from ${minimum} to ${maximum}`;
  if (minimum !== undefined) return `${kind} of at least ${minimum}`;
  return maximum === undefined ? kind : `${kind} of at most ${maximum}`;
}
