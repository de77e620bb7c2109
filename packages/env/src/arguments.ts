// Environment arguments: how they may be spelled and what values they may have.
import { EnvironmentArgumentError } from "./errors.ts";
import { nearestNames } from "./nearest.ts";
import { show } from "./show.ts";

/** One argument of an environment, with everything needed to show it, check it and document it. */
export interface ArgumentSpec {
  readonly kind: "boolean" | "number" | "string" | "numbers" | "strings";
  /** Null: left out, and then null may also be given. */
  readonly default: boolean | number | string | readonly number[] | readonly string[] | null;
  /** One line: meaning, unit. */
  readonly description: string;
  /** Bounds of a number, inclusive. */
  readonly minimum?: number;
  readonly maximum?: number;
  /** Allowed values of a string. */
  readonly choices?: readonly string[];
}

export type ArgumentSpecs = Readonly<Record<string, ArgumentSpec>>;
export type Arguments = Readonly<Record<string, unknown>>;

/** Arguments under their camelCase names, checked, those equal to their default left out. `is_slippery` is taken for `isSlippery`. */
export function readArguments(id: string, given: Arguments, specs: ArgumentSpecs): Record<string, unknown> {
  const read: Record<string, unknown> = {};
  const spellings = new Map<string, string>();
  for (const [argument, value] of Object.entries(given)) {
    if (value === undefined) continue;
    const name = camelCase(argument);
    const fail = (message: string): never => {
      throw new EnvironmentArgumentError(`${id}: ${message}`, { argument });
    };
    const spec = Object.hasOwn(specs, name) ? specs[name] : fail(unknownArgument(argument, Object.keys(specs)));
    if (spellings.has(name)) fail(`argument ${name} is given twice, as ${spellings.get(name)} and as ${argument}.`);
    spellings.set(name, argument);
    if (!fits(value, spec)) fail(`argument ${argument} must be ${expected(spec)}; got ${show(value)}.`);
    read[name] = value;
  }
  for (const [name, value] of Object.entries(read)) {
    if (JSON.stringify(value) === JSON.stringify(specs[name].default)) delete read[name];
  }
  return read;
}

/** `map_name` → `mapName`. */
export const camelCase = (name: string): string =>
  name.replace(/_+([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());

function unknownArgument(argument: string, names: readonly string[]): string {
  if (names.length === 0) return `there is no argument ${argument}; it takes none but maxSteps.`;
  const [nearest] = nearestNames(argument, names);
  const hint = nearest ? `; did you mean ${nearest}?` : ".";
  return `there is no argument ${argument}${hint} It takes ${[...names, "maxSteps"].join(", ")}.`;
}

function fits(value: unknown, { kind, default: fallback, minimum, maximum, choices }: ArgumentSpec): boolean {
  if (value === null) return fallback === null;
  switch (kind) {
    case "boolean":
      return typeof value === "boolean";
    case "string":
      return typeof value === "string" && (choices?.includes(value) ?? true);
    case "number":
      return (
        Number.isFinite(value) &&
        (value as number) >= (minimum ?? -Infinity) &&
        (value as number) <= (maximum ?? Infinity)
      );
    case "numbers":
      return Array.isArray(value) && value.every(Number.isFinite);
    case "strings":
      return Array.isArray(value) && value.every((element) => typeof element === "string");
  }
}

function expected({ kind, default: fallback, minimum, maximum, choices }: ArgumentSpec): string {
  const orNull = fallback === null ? ", or null" : "";
  if (choices) return `one of ${choices.map((choice) => `"${choice}"`).join(", ")}${orNull}`;
  const lower = minimum === undefined ? "" : ` of at least ${minimum}`;
  const upper = maximum === undefined ? "" : ` of at most ${maximum}`;
  const range = minimum !== undefined && maximum !== undefined ? ` from ${minimum} to ${maximum}` : `${lower}${upper}`;
  const kinds = {
    boolean: "true or false",
    number: "a number",
    string: "a string",
    numbers: "a list of numbers",
    strings: "a list of strings",
  };
  return `${kinds[kind]}${range}${orNull}`;
}
