// A running environment around another: everything goes to the one inside, but for what the wrapper does itself.
import type { Environment, VectorEnvironment } from "../environment.ts";

const environmentNames = [
  "definition",
  "id",
  "observationSpace",
  "actionSpace",
  "terminated",
  "truncated",
  "episodeReturn",
  "episodeLength",
  "state",
  "reset",
  "step",
  "stepInto",
  "snapshot",
  "restore",
  "close",
] as const satisfies readonly (keyof Environment)[];

const vectorNames = [
  "definition",
  "count",
  "singleObservationSpace",
  "singleActionSpace",
  "autoreset",
  "observations",
  "rewards",
  "terminated",
  "truncated",
  "finalObservations",
  "episodeReturns",
  "episodeLengths",
  "started",
  "reset",
  "step",
  "state",
  "snapshot",
  "restore",
  "close",
] as const satisfies readonly (keyof VectorEnvironment)[];

export const isVector = (environment: Environment | VectorEnvironment): environment is VectorEnvironment =>
  "count" in environment;

/** An environment whose members are those of `own`, and else those of `inner`, looked up at each use. */
export const forward = <Own extends Partial<Environment>>(inner: Environment, own: Own): Environment & Own =>
  forwardNames(inner, environmentNames, own) as Environment & Own;

export const forwardVector = <Own extends Partial<VectorEnvironment>>(
  inner: VectorEnvironment,
  own: Own,
): VectorEnvironment & Own => forwardNames(inner, vectorNames, own) as VectorEnvironment & Own;

function forwardNames<Inner extends object>(inner: Inner, names: readonly (keyof Inner)[], own: object): object {
  const outer = Object.defineProperties({}, Object.getOwnPropertyDescriptors(inner));
  for (const name of names) {
    const member = inner[name];
    const get = typeof member === "function" ? () => member.bind(inner) : () => inner[name];
    Object.defineProperty(outer, name, { get, enumerable: true, configurable: true });
  }
  return Object.defineProperties(outer, Object.getOwnPropertyDescriptors(own));
}
