// From what was typed to a plan: names looked up, numbers checked, options laid over the tuned ones.
import { readFile } from "node:fs/promises";
import { type EnvironmentDefinition, type EnvironmentSpec, nearestNames } from "@agon/env";
import type { AlgorithmSpec } from "@agon/rl";
import { BadInput } from "./failure.ts";
import type { Library, Numerics } from "./library.ts";
import { assignOptions, type OptionValue } from "./options.ts";
import { integer, numericsTier } from "./values.ts";

/** What one training run is asked to do. */
export interface Settings {
  readonly algorithm: AlgorithmSpec;
  readonly environment: EnvironmentDefinition;
  readonly options: Readonly<Record<string, OptionValue>>;
  readonly seed: number;
  readonly steps: number;
  /** Of training: they end it too. */
  readonly maxEpisodes: number;
  /** Of the evaluation. */
  readonly episodes: number;
  readonly numerics: Numerics | undefined;
}

/** As typed, everything optional: the command line over the config file over the defaults. */
export interface Asked {
  readonly algorithm?: string;
  readonly environment?: string;
  readonly seed?: unknown;
  readonly steps?: unknown;
  readonly maxEpisodes?: unknown;
  readonly episodes?: unknown;
  readonly numerics?: unknown;
  /** Of the algorithm and of the environment. */
  readonly options?: Readonly<Record<string, unknown>>;
}

const CONFIG_KEYS = ["algorithm", "environment", "seed", "steps", "maxEpisodes", "episodes", "numerics", "options"];

/** Evaluations add to the seed, and the sum must still be a whole number. */
export const SEED_LIMIT: number = Number.MAX_SAFE_INTEGER - 1_000_000;

export const resolveSettings = (library: Library, asked: Asked): Settings => {
  const algorithm = findAlgorithm(library, required("algorithm", asked.algorithm));
  const environmentSpec = findEnvironment(library, required("environment", asked.environment));
  const assigned = assignOptions(algorithm, environmentSpec, asked.options ?? {});
  const environment = buildEnvironment(library, environmentSpec.id, assigned.environment);
  const misfit = algorithm.fits(environment);
  if (misfit !== null) throw new BadInput(misfit);
  return {
    algorithm,
    environment,
    options: { ...(algorithm.tuned(environment.id) as Record<string, OptionValue>), ...assigned.algorithm },
    seed: integer("--seed", asked.seed ?? 0, 0, SEED_LIMIT),
    steps: integer("--steps", asked.steps ?? 50_000, 1),
    maxEpisodes: episodeLimit(asked.maxEpisodes),
    episodes: integer("--episodes", asked.episodes ?? 100, 1),
    numerics: numericsTier(asked.numerics),
  };
};

export const episodeLimit = (asked: unknown): number =>
  asked === undefined ? Number.POSITIVE_INFINITY : integer("--max-episodes", asked, 1);

export const findAlgorithm = (library: Library, name: string): AlgorithmSpec => {
  const found = library.algorithms.find((spec) => spec.name === name);
  if (found !== undefined) return found;
  throw unknownName(
    "algorithm",
    name,
    library.algorithms.map((spec) => spec.name),
  );
};

/** By id, or by name: then its latest version. */
export const findEnvironment = (library: Library, id: string): EnvironmentSpec => {
  const ids = library.environments.registeredIds();
  if (ids.includes(id) || ids.some((known) => known.replace(/-v\d+$/, "") === id)) return library.environments.spec(id);
  throw unknownName("environment", id, ids);
};

/** The definition with these arguments; what is wrong with them is bad input. */
export const buildEnvironment = (
  library: Library,
  id: string,
  options: Readonly<Record<string, unknown>>,
): EnvironmentDefinition => {
  try {
    return library.environments.definition(id, options);
  } catch (error) {
    throw new BadInput((error as Error).message);
  }
};

/** Reads a config file: JSON with the fields of `Asked`. */
export const readConfig = async (path: string): Promise<Asked> => {
  let content: unknown;
  try {
    content = JSON.parse(await readFile(path, "utf8"));
  } catch (error) {
    throw new BadInput(`--config ${path}: ${(error as Error).message}; expected a JSON file.`);
  }
  const fail = (problem: string): never => {
    throw new BadInput(`--config ${path}: ${problem}`);
  };
  if (!isObject(content)) return fail(`expected a JSON object with any of ${CONFIG_KEYS.join(", ")}.`);
  const { algorithm, environment, options } = content;
  for (const key of Object.keys(content))
    if (!CONFIG_KEYS.includes(key)) fail(`unknown field "${key}"; expected any of ${CONFIG_KEYS.join(", ")}.`);
  for (const [key, value] of Object.entries({ algorithm, environment }))
    if (value !== undefined && typeof value !== "string") fail(`${key} is ${JSON.stringify(value)}, expected a name.`);
  if (options !== undefined && !isObject(options))
    fail(`options is ${JSON.stringify(options)}, expected an object of options by name.`);
  return content as Asked;
};

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const required = (what: string, value: string | undefined): string => {
  if (value !== undefined) return value;
  throw new BadInput(`missing ${what}; expected agon train <algorithm> <environment>, see agon list.`);
};

export const unknownName = (what: string, name: string, known: readonly string[]): BadInput => {
  const near = nearestNames(name, known);
  const hint = near.length > 0 ? `the nearest are ${near.join(", ")}` : `there are ${known.join(", ")}`;
  return new BadInput(`unknown ${what} "${name}"; ${hint}.`);
};
