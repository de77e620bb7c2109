// What is set up: environment, lanes, seed, speed. The address of the page says it all, so that a link reproduces it.
import {
  argumentFields,
  defaultAlgorithm,
  defaultEnvironment,
  environmentIds,
  fittingAlgorithm,
  optionFields,
  realTimeOf,
  resolveAlgorithm,
  resolveEnvironment,
} from "../catalogue.ts";
import type { Pace, RunSpecification, View } from "../protocol.ts";
import { type Field, formatValue, parseField, type Values } from "./fields.ts";

export interface LaneSetup {
  readonly algorithm: string;
  /** Options that differ from the tuned ones. */
  readonly options: Values;
}

export interface Setup {
  readonly environment: string;
  /** Arguments of the environment that differ from its defaults. */
  readonly arguments: Values;
  readonly lanes: readonly LaneSetup[];
  readonly seed: number;
  /** Steps after which each run ends; null: never. */
  readonly budget: number | null;
  readonly speed: SpeedName;
  /** Whose play is shown; null: what suits the speed. */
  readonly view: View | null;
  readonly numerics: RunSpecification["numerics"];
}

/** Speeds from slow motion to flat out, as multiples of real time. */
export const speeds = [
  { name: "slow", label: "¼×", title: "Slow motion", factor: 0.25 },
  { name: "real", label: "1×", title: "Real time", factor: 1 },
  { name: "fast", label: "8×", title: "8 times real time", factor: 8 },
  { name: "faster", label: "64×", title: "64 times real time", factor: 64 },
  { name: "max", label: "Max", title: "Flat out: train as fast as this machine can", factor: null },
] as const;

export type SpeedName = (typeof speeds)[number]["name"];

const speedNames: readonly SpeedName[] = speeds.map(({ name }) => name);

export function paceOf(setup: Setup): Pace {
  const factor = speeds.find(({ name }) => name === setup.speed)?.factor ?? null;
  return factor === null ? null : factor * realTimeOf(resolveEnvironment(setup.environment, setup.arguments));
}

/** The run of one lane. */
export function specificationOf(setup: Setup, lane: LaneSetup): RunSpecification {
  const { environment, seed, budget, numerics } = setup;
  const options = { ...resolveAlgorithm(lane.algorithm).tuned(environment), ...lane.options };
  return { environment, arguments: setup.arguments, algorithm: lane.algorithm, options, seed, budget, numerics };
}

/** The value of a lane's option if nobody touches it. */
export function tunedOption(setup: Setup, lane: LaneSetup, key: string): unknown {
  const algorithm = resolveAlgorithm(lane.algorithm);
  return algorithm.tuned(setup.environment)[key] ?? algorithm.options.find((option) => option.key === key)?.default;
}

/** Reads a set-up from a query; `problems` are the parts that could not be followed, in words. */
export function readSetup(query: URLSearchParams): { readonly setup: Setup; readonly problems: readonly string[] } {
  const problems: string[] = [];
  const environment = readEnvironment(query, problems);
  const lanes = ["", "2"]
    .filter((suffix) => suffix === "" || query.has(`algo${suffix}`))
    .map((suffix) => readLane(query, suffix, environment, problems));
  const setup: Setup = {
    ...environment,
    lanes,
    seed: readCount(query, "seed", problems) ?? 1,
    budget: readCount(query, "steps", problems),
    speed: readChoice(query, "speed", speedNames, problems) ?? "max",
    view: readChoice(query, "view", ["training", "policy"], problems),
    numerics: readChoice(query, "numerics", ["auto", "strict"], problems) ?? "auto",
  };
  return { setup, problems };
}

/** The query that `readSetup` turns into the same set-up; what would be so anyway is left out. */
export function writeSetup(setup: Setup): string {
  const query = new URLSearchParams({ env: setup.environment });
  for (const [key, value] of Object.entries(setup.arguments)) query.set(`env.${key}`, formatValue(value));
  setup.lanes.forEach(({ algorithm, options }, index) => {
    const name = index === 0 ? "algo" : "algo2";
    query.set(name, algorithm);
    for (const [key, value] of Object.entries(options)) query.set(`${name}.${key}`, formatValue(value));
  });
  query.set("seed", String(setup.seed));
  if (setup.budget !== null) query.set("steps", String(setup.budget));
  if (setup.numerics !== "auto") query.set("numerics", setup.numerics);
  if (setup.speed !== "max") query.set("speed", setup.speed);
  if (setup.view !== null) query.set("view", setup.view);
  return query.toString();
}

function readEnvironment(query: URLSearchParams, problems: string[]): Pick<Setup, "environment" | "arguments"> {
  const id = query.get("env") ?? defaultEnvironment;
  if (!environmentIds.includes(id)) {
    problems.push(`There is no environment "${id}"; showing ${defaultEnvironment}.`);
    return { environment: defaultEnvironment, arguments: {} };
  }
  const given = readValues(query, "env.", argumentFields(id), problems);
  try {
    resolveEnvironment(id, given);
    return { environment: id, arguments: given };
  } catch (error) {
    problems.push(error instanceof Error ? error.message : String(error));
    return { environment: id, arguments: {} };
  }
}

function readLane(
  query: URLSearchParams,
  suffix: string,
  environment: Pick<Setup, "environment" | "arguments">,
  problems: string[],
): LaneSetup {
  const name = `algo${suffix}`;
  const wanted = query.get(name) ?? defaultAlgorithm;
  const algorithm = fittingAlgorithm(resolveEnvironment(environment.environment, environment.arguments), wanted);
  if (algorithm !== wanted && query.has(name)) {
    problems.push(
      `"${wanted}" does not play ${environment.environment}; showing ${resolveAlgorithm(algorithm).title}.`,
    );
    return { algorithm, options: {} };
  }
  return { algorithm, options: readValues(query, `${name}.`, optionFields(algorithm), problems) };
}

function readValues(query: URLSearchParams, prefix: string, fields: readonly Field[], problems: string[]): Values {
  const values: Record<string, unknown> = {};
  for (const [name, text] of query) {
    if (!name.startsWith(prefix)) continue;
    const field = fields.find(({ key }) => key === name.slice(prefix.length));
    const parsed = field === undefined ? { problem: `There is no option ${name}.` } : parseField(field, text);
    if ("problem" in parsed) problems.push(parsed.problem);
    else if (field !== undefined) values[field.key] = parsed.value;
  }
  return values;
}

function readCount(query: URLSearchParams, key: string, problems: string[]): number | null {
  const text = query.get(key);
  if (text === null) return null;
  const value = Number(text);
  if (Number.isSafeInteger(value) && value >= 0 && text.trim() !== "") return value;
  problems.push(`${key}: "${text}" is not a whole number.`);
  return null;
}

function readChoice<Choice extends string>(
  query: URLSearchParams,
  key: string,
  choices: readonly Choice[],
  problems: string[],
): Choice | null {
  const text = query.get(key);
  const found = choices.find((choice) => choice === text);
  if (text !== null && found === undefined) problems.push(`${key}: "${text}" is not one of ${choices.join(", ")}.`);
  return found ?? null;
}
