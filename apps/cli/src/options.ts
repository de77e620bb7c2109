// --set key=value: finds whose option it is, the algorithm's or the environment's, and reads the value in its type.
import { type ArgumentSpec, type EnvironmentSpec, nearestNames } from "@agon/env";
import type { AlgorithmSpec, OptionSpec } from "@agon/rl";
import { BadInput } from "./failure.ts";
import { parseNumber, show } from "./values.ts";

export type OptionValue = number | boolean | string | readonly number[];

export interface Assigned {
  readonly algorithm: Readonly<Record<string, OptionValue>>;
  /** Under their camelCase names; the registry checks them. */
  readonly environment: Readonly<Record<string, unknown>>;
}

/** Every environment takes this one. */
const MAX_STEPS: ArgumentSpec = { kind: "number", default: null, description: "time limit in steps; null for none" };

/**
 * Shares options out: a key that the algorithm has is the algorithm's, else it is the environment's. Values are text from the command
 * line or JSON from a config file. Both spellings are taken, learningRate and learning_rate; of maxSteps also max_episode_steps.
 */
export const assignOptions = (
  algorithm: AlgorithmSpec,
  environment: EnvironmentSpec,
  options: Readonly<Record<string, unknown>>,
): Assigned => {
  const assigned = { algorithm: {} as Record<string, OptionValue>, environment: {} as Record<string, unknown> };
  for (const [key, value] of Object.entries(options)) {
    const name = argumentName(key);
    const option = algorithm.options.find((candidate) => candidate.key === name);
    const argument = argumentOf(environment, name);
    if (option !== undefined) assigned.algorithm[name] = checkOption(key, option, value);
    else if (argument !== undefined) assigned.environment[name] = readArgument(argument, value);
    else throw unknownOption(key, algorithm, environment);
  }
  return assigned;
};

/** Whether an option is the algorithm's or the environment's. */
export const takesOption = (algorithm: AlgorithmSpec, environment: EnvironmentSpec, key: string): boolean => {
  const name = argumentName(key);
  return algorithm.options.some((option) => option.key === name) || argumentOf(environment, name) !== undefined;
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

const argumentName = (key: string): string => {
  const name = key.replace(/_+([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
  return name === "maxEpisodeSteps" ? "maxSteps" : name;
};

const argumentOf = ({ arguments: specs }: EnvironmentSpec, name: string): ArgumentSpec | undefined => {
  if (name === "maxSteps") return MAX_STEPS;
  return Object.hasOwn(specs, name) ? specs[name] : undefined;
};

const unknownOption = (key: string, algorithm: AlgorithmSpec, environment: EnvironmentSpec): BadInput => {
  const names = [...algorithm.options.map((option) => option.key), ...Object.keys(environment.arguments), "maxSteps"];
  const near = nearestNames(key, names);
  const hint = near.length > 0 ? `the nearest are ${near.join(", ")}` : `there are ${names.join(", ")}`;
  return new BadInput(`--set ${key}: neither ${algorithm.name} nor ${environment.id} has such an option; ${hint}.`);
};

const checkOption = (key: string, option: OptionSpec, value: unknown): OptionValue => {
  const parsed = parseOption(option, value);
  if (parsed === null) throw new BadInput(`--set ${key} is ${show(value)}, expected ${optionExpectation(option)}.`);
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
  const numbers = listOf(value).map((item) => (typeof item === "string" ? parseNumber(item) : Number(item)));
  return numbers.every((number) => isWithin(option, number)) ? numbers : null;
};

const isWithin = ({ minimum, maximum, integer: whole }: OptionSpec, number: number): boolean =>
  Number.isFinite(number) &&
  number >= (minimum ?? Number.NEGATIVE_INFINITY) &&
  number <= (maximum ?? Number.POSITIVE_INFINITY) &&
  (whole !== true || Number.isInteger(number));

/** What values an option takes, in words. */
export const optionExpectation = (option: OptionSpec): string => {
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

/** Text in the argument's type where it has that form; what does not fit is left as it is, for the registry to complain about. */
const readArgument = ({ kind, default: fallback }: ArgumentSpec, value: unknown): unknown => {
  if (typeof value !== "string") return value;
  if (fallback === null && /^(null|none)$/i.test(value)) return null;
  switch (kind) {
    case "boolean":
      return { true: true, false: false }[value.toLowerCase()] ?? value;
    case "number":
      return Number.isNaN(parseNumber(value)) ? value : parseNumber(value);
    case "numbers":
      return listOf(value).map((item) => (Number.isNaN(parseNumber(String(item))) ? item : parseNumber(String(item))));
    case "strings":
      return listOf(value);
    case "string":
      return value;
  }
};

/** "[a, b]" or "a,b" → ["a", "b"]. */
const listOf = (value: unknown): readonly unknown[] =>
  Array.isArray(value)
    ? value
    : String(value)
        .replace(/^\[|\]$/g, "")
        .split(",")
        .map((item) => item.trim());
