// Environments by id: versions, arguments, and answers for those who mistype.
import { type ArgumentSpecs, type Arguments, camelCase, readArguments } from "./arguments.ts";
import type { AutoresetMode, Environment, EnvironmentDefinition, VectorEnvironment } from "./environment.ts";
import { UnknownEnvironmentError } from "./errors.ts";
import { limited, make, makeVector } from "./make.ts";
import { nearestNames } from "./nearest.ts";
import { show } from "./show.ts";
import type { ActionSpace, Space } from "./spaces.ts";

/** How a registry builds an environment. */
export interface EnvironmentEntry {
  /** `Name-vN`, with `namespace/` before it if wanted; N grows whenever a change alters what is learned. */
  readonly id: string;
  /** One line for menus. */
  readonly summary?: string;
  /** The arguments that `create` takes. */
  readonly arguments?: ArgumentSpecs;
  /** Builds the definition from checked arguments under their camelCase names; those at their default may be missing. */
  create(given: Arguments): EnvironmentDefinition;
}

/** What a registry tells about an environment, at its default arguments. */
export interface EnvironmentSpec {
  readonly id: string;
  readonly summary: string;
  readonly observation: Space;
  readonly action: ActionSpace;
  readonly maxSteps?: number;
  readonly rewardThreshold?: number;
  readonly arguments: ArgumentSpecs;
}

/** Environment arguments in camelCase or Gymnasium's spelling, and `maxSteps` (also `max_episode_steps`; null or −1 for no limit). */
export type EnvironmentOptions = Arguments;

/** A set of environments by id. `new Registry([Corridor])` takes definitions and entries alike. */
export class Registry {
  readonly #entries = new Map<string, EnvironmentEntry>();

  constructor(environments: Iterable<EnvironmentDefinition | EnvironmentEntry> = []) {
    for (const environment of environments) this.register(environment);
  }

  /** Adds an environment. A definition is registered under its own id, which then needs a version. */
  register(environment: EnvironmentDefinition | EnvironmentEntry): void {
    if (typeof environment !== "object" || environment === null)
      throw new TypeError(`register: expected a definition, or { id, create }; got ${show(environment)}.`);
    const entry: EnvironmentEntry =
      "create" in environment ? environment : { id: environment.id, create: () => environment };
    parseId(entry.id);
    if (this.#entries.has(entry.id))
      throw new Error(`register: ${entry.id} is registered already; give the new one a higher version.`);
    this.#entries.set(entry.id, entry);
  }

  /** All ids, in the order in which they were registered. */
  registeredIds(): string[] {
    return [...this.#entries.keys()];
  }

  /** What is known about an id without running it. */
  spec(id: string): EnvironmentSpec {
    const entry = this.#find(id);
    const { observation, action, maxSteps, rewardThreshold } = this.definition(entry.id);
    return {
      id: entry.id,
      summary: entry.summary ?? "",
      observation,
      action,
      maxSteps,
      rewardThreshold,
      arguments: entry.arguments ?? {},
    };
  }

  /** The definition that an id and options stand for: what agents are built on. `registry.definition("FrozenLake-v1", { isSlippery: false })`. */
  definition(id: string, options: EnvironmentOptions = {}): EnvironmentDefinition {
    const entry = this.#find(id);
    const { maxSteps, given } = splitOptions(options);
    const read = readArguments(entry.id, given, entry.arguments ?? {});
    const built: EnvironmentDefinition = { ...entry.create(read), id: entry.id, arguments: read };
    return Object.freeze(limited(built, { maxSteps }));
  }

  /** A running environment, by id or from a definition. */
  make(environment: string | EnvironmentDefinition, options: EnvironmentOptions = {}): Environment {
    if (typeof environment !== "string") return make(environment, options);
    return make(this.definition(environment, options));
  }

  /** A vector environment of `count` lanes, by id or from a definition. */
  makeVector(
    environment: string | EnvironmentDefinition,
    count: number,
    { autoreset, ...options }: EnvironmentOptions & { readonly autoreset?: AutoresetMode } = {},
  ): VectorEnvironment {
    if (typeof environment !== "string") return makeVector(environment, count, { autoreset, ...options });
    return makeVector(this.definition(environment, options), count, { autoreset });
  }

  #find(id: string): EnvironmentEntry {
    const entry = this.#entries.get(id);
    if (entry) return entry;
    if (typeof id !== "string") throw new TypeError(`make: expected an id or a definition; got ${show(id)}.`);
    const name = id.replace(/-v\d+$/, "");
    const versions = this.registeredIds().filter((known) => known.replace(/-v\d+$/, "") === name);
    if (versions.length === 0) throw this.#unknown(id);
    const latest = versions.reduce((a, b) => (version(a) > version(b) ? a : b));
    if (id === name) return this.#entries.get(latest) as EnvironmentEntry;
    throw new UnknownEnvironmentError(`There is no environment "${id}"; the latest version is "${latest}".`, {
      id,
      suggestions: [latest],
    });
  }

  #unknown(id: string): UnknownEnvironmentError {
    const suggestions = nearestNames(id, this.registeredIds());
    const hint =
      suggestions.length > 0
        ? `did you mean ${suggestions.map((name) => `"${name}"`).join(" or ")}?`
        : `there are ${this.registeredIds().join(", ") || "none registered yet"}.`;
    return new UnknownEnvironmentError(`There is no environment "${id}"; ${hint}`, { id, suggestions });
  }
}

function parseId(id: string): void {
  if (typeof id === "string" && /^([\w:-]+\/)?[\w:.-]+-v\d+$/.test(id)) return;
  throw new TypeError(`register: an id has the form "Name-vN" or "namespace/Name-vN"; got ${show(id)}.`);
}

const version = (id: string): number => Number(/\d+$/.exec(id)?.[0] ?? 0);

/** Sets the time limit, under any of its spellings, apart from the environment's own arguments. */
function splitOptions(options: EnvironmentOptions): { maxSteps?: number | null; given: Arguments } {
  const given: Record<string, unknown> = {};
  let maxSteps: unknown;
  for (const [key, value] of Object.entries(options ?? {})) {
    if (/^max(Episode)?Steps$/.test(camelCase(key))) maxSteps = value === -1 ? null : value;
    else given[key] = value;
  }
  return { maxSteps: maxSteps as number | null | undefined, given };
}
