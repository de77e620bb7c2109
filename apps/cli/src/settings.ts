// From what was typed to a plan: names looked up, numbers checked, options laid over the tuned ones.
import { readFile } from "node:fs/promises";
import type { EnvironmentDefinition } from "@agon/env";
import type { AlgorithmSpec, OptionSpec } from "@agon/rl";
import { BadInput } from "./failure.ts";
import type { Library, Numerics } from "./library.ts";
import { nearest } from "./nearest.ts";

/** What one training run is asked to do. */
export interface Settings {
  readonly algorithm: AlgorithmSpec;
  readonly environment: EnvironmentDefinition;
  readonly options: Readonly<Record<string, OptionValue>>;
  readonly seed: number;
  readonly steps: number;
  readonly episodes: number;
  readonly numerics: Numerics | undefined;
}

type OptionValue = number | boolean | string | readonly number[];

/** As typed, everything optional: the command line over the config file over the defaults. */
export interface Asked {
  readonly algorithm?: string;
  readonly environment?: string;
  readonly seed?: unknown;
  readonly steps?: unknown;
  readonly episodes?: unknown;
  readonly numerics?: unknown;
  readonly options?: Readonly<Record<string, unknown>>;
}

const CONFIG_KEYS = ["algorithm", "environment", "seed", "steps", "episodes", "numerics", "options"];

export const resolveSettings = (library: Library, asked: Asked): Settings => {
  const algorithm = findAlgorithm(library, required("algorithm", asked.algorithm));
  const environment = findEnvironment(library, required("environment", asked.environment));
  const misfit = algorithm.fits(environment);
  if (misfit !== null) throw new BadInput(misfit);
  const options = { ...algorithm.tuned(environment.id) } as Record<string, OptionValue>;
  for (const [key, value] of Object.entries(asked.options ?? {})) options[key] = checkOption(algorithm, key, value);
  return {
    algorithm,
    environment,
    options,
    seed: integer("--seed", asked.seed ?? 0, 0),
    steps: integer("--steps", asked.steps ?? 50_000, 1),
    episodes: integer("--episodes", asked.episodes ?? 100, 1),
    numerics: numericsTier(asked.numerics),
  };
};

export const findAlgorithm = (library: Library, name: string): AlgorithmSpec =>
  library.algorithms.find((spec) => spec.name === name) ??
  unknownName(
    "algorithm",
    name,
    library.algorithms.map((spec) => spec.name),
  );

export const findEnvironment = (library: Library, id: string): EnvironmentDefinition =>
  library.environments.find((definition) => definition.id === id) ??
  unknownName(
    "environment",
    id,
    library.environments.map((definition) => definition.id),
  );

/** Reads a config file: JSON with the fields of `Asked`. */
export const readConfig = async (path: string): Promise<Asked> => {
  let content: unknown;
  try {
    content = JSON.parse(await readFile(path, "utf8"));
  } catch (error) {
    throw new BadInput(`--config ${path}: ${(error as Error).message}; expected a JSON file.`);
  }
  if (typeof content !== "object" || content === null || Array.isArray(content)) {
    throw new BadInput(`--config ${path}: expected a JSON object with any of ${CONFIG_KEYS.join(", ")}.`);
  }
  const unknown = Object.keys(content).find((key) => !CONFIG_KEYS.includes(key));
  if (unknown !== undefined) {
    throw new BadInput(`--config ${path}: unknown field "${unknown}"; expected one of ${CONFIG_KEYS.join(", ")}.`);
  }
  return content;
};

/** ["a=1", "b=x"] → { a: "1", b: "x" }. */
export const parseAssignments = (assignments: readonly string[]): Record<string, string> =>
  Object.fromEntries(
    assignments.map((assignment) => {
      const equals = assignment.indexOf("=");
      if (equals < 1) throw new BadInput(`--set ${assignment}: expected key=value, as in --set learningRate=1e-3.`);
      return [assignment.slice(0, equals), assignment.slice(equals + 1)];
    }),
  );

/** A whole number of at least `minimum`, from text or JSON. */
export const integer = (option: string, value: unknown, minimum: number): number => {
  const number = typeof value === "string" ? parseNumber(value) : value;
  if (typeof number === "number" && Number.isSafeInteger(number) && number >= minimum) return number;
  throw new BadInput(`${option} is ${show(value)}, expected a whole number of at least ${minimum}.`);
};

export const numericsTier = (value: unknown): Numerics | undefined => {
  if (value === undefined || value === "strict" || value === "fused") return value;
  throw new BadInput(`--numerics is ${show(value)}, expected strict or fused.`);
};

const checkOption = (algorithm: AlgorithmSpec, key: string, value: unknown): OptionValue => {
  const option = algorithm.options.find((candidate) => candidate.key === key);
  if (option === undefined) {
    const names = nearest(
      key,
      algorithm.options.map((candidate) => candidate.key),
    );
    throw new BadInput(`--set ${key}: ${algorithm.name} has no such option; the nearest are ${names.join(", ")}.`);
  }
  const parsed = parseOption(option, value);
  if (parsed === null) throw new BadInput(`--set ${key} is ${show(value)}, expected ${expectation(option)}.`);
  return parsed;
};

/** The value in the option's own type, or null if it is none. */
const parseOption = (option: OptionSpec, value: unknown): OptionValue | null => {
  if (typeof option.default === "string") {
    return typeof value === "string" && (option.choices?.includes(value) ?? true) ? value : null;
  }
  if (typeof option.default === "boolean") {
    return typeof value === "boolean" ? value : ({ true: true, false: false }[String(value)] ?? null);
  }
  if (typeof option.default === "number") {
    const number = typeof value === "string" ? parseNumber(value) : value;
    return typeof number === "number" && isWithin(option, number) ? number : null;
  }
  const items: unknown[] = Array.isArray(value)
    ? value
    : String(value)
        .replace(/^\[|\]$/g, "")
        .split(",");
  const numbers = items.map((item) => (typeof item === "string" ? parseNumber(item) : Number(item)));
  return numbers.every((number) => isWithin(option, number)) ? numbers : null;
};

const isWithin = ({ minimum, maximum, integer: whole }: OptionSpec, number: number): boolean =>
  Number.isFinite(number) &&
  number >= (minimum ?? Number.NEGATIVE_INFINITY) &&
  number <= (maximum ?? Number.POSITIVE_INFINITY) &&
  (whole !== true || Number.isInteger(number));

const expectation = (option: OptionSpec): string => {
  if (option.choices !== undefined) return `one of ${option.choices.join(", ")}`;
  if (typeof option.default === "boolean") return "true or false";
  if (typeof option.default === "string") return "text";
  const kind = option.integer === true ? "whole number" : "number";
  const bounds = [
    option.minimum === undefined ? "" : ` ≥ ${option.minimum}`,
    option.maximum === undefined ? "" : ` ≤ ${option.maximum}`,
  ].filter((bound) => bound !== "");
  const range = bounds.join(" and");
  return Array.isArray(option.default) ? `${kind}s${range} separated by commas` : `a ${kind}${range}`;
};

/** Strict: "" and "12abc" are no numbers, underscores may group digits. */
const parseNumber = (text: string): number =>
  /^\s*$/.test(text) ? Number.NaN : Number(text.replace(/(?<=\d)_(?=\d)/g, ""));

const required = (what: string, value: string | undefined): string => {
  if (value !== undefined) return value;
  throw new BadInput(`missing ${what}; expected agon train <algorithm> <environment>, see agon list.`);
};

const unknownName = (what: string, name: string, known: readonly string[]): never => {
  throw new BadInput(`unknown ${what} "${name}"; the nearest are ${nearest(name, known).join(", ")}.`);
};

const show = (value: unknown): string => (typeof value === "string" ? `"${value}"` : JSON.stringify(value));
