// What is set up: environment, lanes, seed, speed. The address of the page says it all, so that a link reproduces it.
import type { AlgorithmSpec, OptionSpec } from "@agon/rl";
import {
  defaultEnvironment,
  environmentIds,
  fittingAlgorithm,
  realTimeOf,
  resolveAlgorithm,
  resolveEnvironment,
} from "../catalogue.ts";
import type { Pace, RunSpecification } from "../protocol.ts";

export type Options = Readonly<Record<string, unknown>>;

export interface LaneSetup {
  readonly algorithm: string;
  /** Options that differ from the tuned ones. */
  readonly options: Options;
}

export interface Setup {
  readonly environment: string;
  /** Rows of an editable map; null for the environment's own. */
  readonly map: readonly string[] | null;
  readonly lanes: readonly LaneSetup[];
  readonly seed: number;
  readonly budget: number | null;
  readonly speed: SpeedName;
}

/** Speeds from slow motion to flat out, as shares of real time. */
export const speeds = [
  { name: "slow", label: "¼×", title: "Slow motion", factor: 0.25 },
  { name: "real", label: "1×", title: "Real time", factor: 1 },
  { name: "fast", label: "8×", title: "8 times real time", factor: 8 },
  { name: "faster", label: "64×", title: "64 times real time", factor: 64 },
  { name: "max", label: "Max", title: "Flat out: train as fast as this machine can", factor: null },
] as const;

export type SpeedName = (typeof speeds)[number]["name"];

export function paceOf(setup: Setup): Pace {
  const factor = speeds.find(({ name }) => name === setup.speed)?.factor ?? null;
  return factor === null ? null : factor * realTimeOf(resolveEnvironment(setup.environment, setup.map));
}

/** The run of one lane. */
export function specificationOf(setup: Setup, lane: LaneSetup): RunSpecification {
  const { environment, map, seed, budget } = setup;
  const options = { ...resolveAlgorithm(lane.algorithm).tuned(environment), ...lane.options };
  return { environment, map, algorithm: lane.algorithm, options, seed, budget };
}

/** The value of an option in force: chosen, tuned or default. */
export function optionInForce(setup: Setup, lane: LaneSetup, option: OptionSpec): unknown {
  return lane.options[option.key] ?? tunedOption(setup, lane, option);
}

/** The value of an option if nobody touches it. */
export function tunedOption(setup: Setup, lane: LaneSetup, option: OptionSpec): unknown {
  return resolveAlgorithm(lane.algorithm).tuned(setup.environment)[option.key] ?? option.default;
}

/** Reads a set-up from a query; `problems` are the parts that could not be followed, in words. */
export function readSetup(query: URLSearchParams): { readonly setup: Setup; readonly problems: readonly string[] } {
  const problems: string[] = [];
  const environment = readEnvironment(query, problems);
  const map = query.get("map")?.split(",") ?? null;
  const setup: Setup = {
    environment,
    map,
    lanes: ["", "2"]
      .filter((suffix) => suffix === "" || query.has(`algo${suffix}`))
      .map((suffix) => readLane(query, suffix, environment, problems)),
    seed: readCount(query, "seed", problems) ?? 1,
    budget: readCount(query, "steps", problems),
    speed: speeds.find(({ name }) => name === query.get("speed"))?.name ?? "max",
  };
  return { setup, problems };
}

/** The query that `readSetup` turns into the same set-up; what is as it would be anyway is left out. */
export function writeSetup(setup: Setup): string {
  const query = new URLSearchParams({ env: setup.environment });
  if (setup.map !== null) query.set("map", setup.map.join(","));
  setup.lanes.forEach((lane, index) => {
    const suffix = index === 0 ? "" : String(index + 1);
    query.set(`algo${suffix}`, lane.algorithm);
    for (const [key, value] of Object.entries(lane.options)) query.set(`set${suffix}.${key}`, String(value));
  });
  query.set("seed", String(setup.seed));
  if (setup.budget !== null) query.set("steps", String(setup.budget));
  if (setup.speed !== "max") query.set("speed", setup.speed);
  return query.toString();
}

/** Turns what was typed into a value of the option's kind, or says in one line what was expected. */
export function parseOption(
  option: OptionSpec,
  text: string,
): { readonly value: unknown } | { readonly problem: string } {
  const expected = (what: string) => ({ problem: `${option.key}: "${text}" is not ${what}.` });
  if (typeof option.default === "boolean") {
    return text === "true" || text === "false" ? { value: text === "true" } : expected("true or false");
  }
  if (typeof option.default === "string") {
    return option.choices?.includes(text) === false ? expected(`one of ${option.choices.join(", ")}`) : { value: text };
  }
  if (typeof option.default !== "number") return parseNumbers(text) ?? expected("a list of whole numbers above 0");
  const value = Number(text);
  if (text.trim() === "" || !Number.isFinite(value)) return expected("a number");
  if (option.integer === true && !Number.isInteger(value)) return expected("a whole number");
  const { minimum = Number.NEGATIVE_INFINITY, maximum = Number.POSITIVE_INFINITY } = option;
  return value < minimum || value > maximum ? expected(`between ${minimum} and ${maximum}`) : { value };
}

function parseNumbers(text: string): { readonly value: readonly number[] } | null {
  const parts = text.split(/[\s,]+/).filter((part) => part !== "");
  const value = parts.map(Number);
  return value.every((part) => Number.isInteger(part) && part > 0) ? { value } : null;
}

function readEnvironment(query: URLSearchParams, problems: string[]): string {
  const id = query.get("env") ?? defaultEnvironment;
  if (environmentIds.includes(id)) return id;
  problems.push(`There is no environment "${id}"; showing ${defaultEnvironment}.`);
  return defaultEnvironment;
}

function readLane(query: URLSearchParams, suffix: string, environment: string, problems: string[]): LaneSetup {
  const wanted = query.get(`algo${suffix}`) ?? "dqn";
  const algorithm = fittingAlgorithm(resolveEnvironment(environment, null), wanted);
  if (algorithm !== wanted && query.has(`algo${suffix}`)) {
    problems.push(`"${wanted}" does not play ${environment}; showing ${resolveAlgorithm(algorithm).title}.`);
  }
  return { algorithm, options: readOptions(query, suffix, resolveAlgorithm(algorithm), problems) };
}

function readOptions(query: URLSearchParams, suffix: string, algorithm: AlgorithmSpec, problems: string[]): Options {
  const options: Record<string, unknown> = {};
  for (const option of algorithm.options) {
    const text = query.get(`set${suffix}.${option.key}`);
    if (text === null) continue;
    const parsed = parseOption(option, text);
    if ("value" in parsed) options[option.key] = parsed.value;
    else problems.push(parsed.problem);
  }
  return options;
}

function readCount(query: URLSearchParams, key: string, problems: string[]): number | null {
  const text = query.get(key);
  if (text === null) return null;
  const value = Number(text);
  if (Number.isSafeInteger(value) && value >= 0 && text.trim() !== "") return value;
  problems.push(`${key}: "${text}" is not a whole number.`);
  return null;
}
