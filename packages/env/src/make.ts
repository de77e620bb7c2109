// From a definition to something that runs: one environment, or many lanes of it.
import type { AutoresetMode, Environment, EnvironmentDefinition, VectorEnvironment } from "./environment.ts";
import { EnvironmentArgumentError } from "./errors.ts";
import { LaneVector } from "./lane-vector.ts";
import { RunningEnvironment } from "./running-environment.ts";
import { show } from "./show.ts";

export interface MakeOptions {
  /** Another time limit than the definition's; null for none. */
  readonly maxSteps?: number | null;
}

export interface MakeVectorOptions extends MakeOptions {
  /** What happens when a lane's episode ends: Gymnasium's default "next-step", "same-step", or "disabled". */
  readonly autoreset?: AutoresetMode;
}

/** A running environment: order and actions are checked, the time limit truncates, returns and lengths are kept. */
export function make<State>(definition: EnvironmentDefinition<State>, options: MakeOptions = {}): Environment {
  expectDefinition("make", definition);
  return new RunningEnvironment(limited(definition, options));
}

/** `count` lanes of one environment over shared arrays, stepped by its batch rules where it has them. */
export function makeVector<State>(
  definition: EnvironmentDefinition<State>,
  count: number,
  { autoreset = "next-step", ...options }: MakeVectorOptions = {},
): VectorEnvironment {
  expectDefinition("makeVector", definition);
  if (!Number.isSafeInteger(count) || count < 1) {
    throw new RangeError(`makeVector: count must be a positive whole number of lanes; got ${show(count)}.`);
  }
  if (!autoresetModes.includes(autoreset)) {
    const modes = autoresetModes.map((mode) => `"${mode}"`).join(", ");
    throw new RangeError(`makeVector: autoreset must be one of ${modes}; got ${show(autoreset)}.`);
  }
  return new LaneVector(limited(definition, options) as EnvironmentDefinition, count, { autoreset });
}

function expectDefinition(name: string, given: unknown): void {
  if (typeof given === "object" && given !== null && "observe" in given && "step" in given) return;
  const wayOut =
    typeof given === "string"
      ? 'Ids belong to a registry: import { make } from "@agon/environments", or new Registry(…).make(id).'
      : "Take one from defineEnvironment or a registry.";
  throw new TypeError(
    `${name}: expected a definition, got ${typeof given === "string" ? `the id "${given}"` : show(given)}. ${wayOut}`,
  );
}

const autoresetModes: readonly AutoresetMode[] = ["next-step", "same-step", "disabled"];

/** The definition with the time limit that the options ask for. */
export function limited<State>(
  definition: EnvironmentDefinition<State>,
  { maxSteps, ...others }: MakeOptions,
): EnvironmentDefinition<State> {
  for (const argument of Object.keys(others)) {
    throw new EnvironmentArgumentError(
      `${definition.id}: a definition is already built and takes no argument ${argument}; build another one, or make it by its id.`,
      { argument },
    );
  }
  if (maxSteps === undefined) return definition;
  if (maxSteps !== null && !(Number.isSafeInteger(maxSteps) && maxSteps > 0)) {
    throw new EnvironmentArgumentError(
      `${definition.id}: maxSteps must be a positive whole number, or null for no time limit; got ${show(maxSteps)}.`,
      { argument: "maxSteps" },
    );
  }
  return Object.freeze({
    ...definition,
    maxSteps: maxSteps ?? undefined,
    arguments: { ...definition.arguments, maxSteps },
  });
}
