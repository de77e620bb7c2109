// The time limit as a wrapper.
import type { EnvironmentDefinition } from "../environment.ts";
import { limited } from "../make.ts";
import { expectDefinition } from "./wrapped.ts";

/**
 * An environment whose episodes are truncated after `maxSteps` steps, or never for null: what `make(definition, { maxSteps })` runs, for agents to
 * train on. It keeps its id, the limit stands among its arguments. Gymnasium's TimeLimit.
 */
export function timeLimit<State>(
  definition: EnvironmentDefinition<State>,
  { maxSteps }: { readonly maxSteps: number | null },
): EnvironmentDefinition<State> {
  expectDefinition("timeLimit", definition);
  return limited(definition, { maxSteps });
}
