// defineEnvironment: checks a definition's form once, and lets TypeScript infer its state and action types.
import type { Random } from "@agon/random";
import type {
  BatchRules,
  EnvironmentDefinition,
  GridLayout,
  ResetOptions,
  Transition,
  TransitionTable,
} from "./environment.ts";
import type { Canvas } from "./canvas.ts";
import { show } from "./show.ts";
import type { ActionSpace, AnySpace, DiscreteSpace, Space } from "./spaces.ts";

/** What a definition's `step` receives: an index for a discrete space, a vector for a box. */
export type ActionOf<Actions extends ActionSpace> = Actions extends DiscreteSpace ? number : Float32Array;

/** An EnvironmentDefinition as it is written down; see there. */
export interface EnvironmentRules<State, Actions extends ActionSpace> {
  readonly id: string;
  readonly observation: Space;
  readonly action: Actions;
  readonly maxSteps?: number;
  readonly rewardThreshold?: number;
  readonly arguments?: Readonly<Record<string, unknown>>;
  readonly grid?: GridLayout;
  readonly map?: readonly string[];
  reset(random: Random, options?: ResetOptions): State;
  step(state: State, action: ActionOf<Actions>, random: Random): Transition<State>;
  observe(state: State, out: Float32Array): void;
  info?(state: State): Readonly<Record<string, unknown>>;
  draw?(state: State, canvas: Canvas): void;
  table?(): TransitionTable;
  readonly batch?: BatchRules<State>;
}

/** An environment from its rules. Says what is wrong with their form; whether they keep their promises, `checkEnvironment` finds out by running them. */
export function defineEnvironment<State, Actions extends ActionSpace>(
  rules: EnvironmentRules<State, Actions>,
): EnvironmentDefinition<State> {
  if (typeof rules?.id !== "string" || rules.id.trim() === "") {
    throw new TypeError(
      `defineEnvironment: id must be a name such as "corridor" or "Corridor-v0"; got ${show(rules?.id)}.`,
    );
  }
  const fail = (message: string): never => {
    throw new TypeError(`defineEnvironment("${rules.id}"): ${message}`);
  };
  for (const key of Object.keys(rules)) {
    if (!known.has(key)) fail(`there is no field ${key}; the fields are ${[...known].join(", ")}.`);
  }
  const got = (space: unknown): string => (isSpace(space) ? `${space}` : show(space));
  if (!isFlat(rules.observation)) {
    fail(
      `observation must be a space: discrete(…), box(…) of float32, multiDiscrete(…), multiBinary(…), tuple(…) or dict(…); got ${got(rules.observation)}.`,
    );
  }
  if (!isFlat(rules.action) || (rules.action.kind !== "discrete" && rules.action.kind !== "box")) {
    fail(`action must be a space: discrete(…) or box(…) of float32; got ${got(rules.action)}.`);
  }
  for (const name of ["reset", "step", "observe"] as const) {
    if (typeof rules[name] !== "function") fail(`${name} must be a function; got ${show(rules[name])}.`);
  }
  for (const name of ["info", "draw", "table"] as const) {
    if (rules[name] !== undefined && typeof rules[name] !== "function") {
      fail(`${name} must be a function where given; got ${show(rules[name])}.`);
    }
  }
  if (rules.maxSteps !== undefined && !(Number.isSafeInteger(rules.maxSteps) && rules.maxSteps > 0)) {
    fail(`maxSteps must be a positive whole number, or left out for no time limit; got ${show(rules.maxSteps)}.`);
  }
  if (rules.rewardThreshold !== undefined && !Number.isFinite(rules.rewardThreshold)) {
    fail(`rewardThreshold must be a finite number; got ${show(rules.rewardThreshold)}.`);
  }
  return Object.freeze({ ...rules }) as EnvironmentDefinition<State>;
}

const isSpace = (value: unknown): value is AnySpace =>
  typeof value === "object" && value !== null && "kind" in value && "contains" in value;

/** Whether values of the space fit into a flat Float32Array. */
function isFlat(space: unknown): space is Space {
  if (!isSpace(space)) return false;
  if (space.kind === "tuple" || space.kind === "dict") return Object.values(space.spaces).every(isFlat);
  return space.kind !== "box" || space.type === "float32";
}

const known: ReadonlySet<string> = new Set(
  "id observation action maxSteps rewardThreshold arguments grid map reset step observe info draw table batch".split(
    " ",
  ),
);
