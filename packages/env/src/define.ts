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
import type { DiscreteSpace, Space } from "./spaces.ts";

/** What a definition's `step` receives: an index for a discrete space, a vector for a box. */
export type ActionOf<ActionSpace extends Space> = ActionSpace extends DiscreteSpace ? number : Float32Array;

/** An EnvironmentDefinition as it is written down; see there. */
export interface EnvironmentRules<State, ActionSpace extends Space> {
  readonly id: string;
  readonly observation: Space;
  readonly action: ActionSpace;
  readonly maxSteps?: number;
  readonly rewardThreshold?: number;
  readonly arguments?: Readonly<Record<string, unknown>>;
  readonly grid?: GridLayout;
  reset(random: Random, options?: ResetOptions): State;
  step(state: State, action: ActionOf<ActionSpace>, random: Random): Transition<State>;
  observe(state: State, out: Float32Array): void;
  draw?(state: State, canvas: Canvas): void;
  table?(): TransitionTable;
  readonly batch?: BatchRules<State>;
}

/** An environment from its rules. Says what is wrong with their form; whether they keep their promises, `checkEnvironment` finds out by running them. */
export function defineEnvironment<State, ActionSpace extends Space>(
  rules: EnvironmentRules<State, ActionSpace>,
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
  for (const name of ["observation", "action"] as const) {
    const { kind, type } = (rules[name] ?? {}) as { kind?: string; type?: string };
    if (kind === "discrete" || (kind === "box" && type === "float32")) continue;
    fail(
      `${name} must be a space: discrete(…) or box(…) of float32; got ${kind ? `${rules[name]}` : show(rules[name])}.`,
    );
  }
  for (const name of ["reset", "step", "observe"] as const) {
    if (typeof rules[name] !== "function") fail(`${name} must be a function; got ${show(rules[name])}.`);
  }
  for (const name of ["draw", "table"] as const) {
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

const known: ReadonlySet<string> = new Set(
  "id observation action maxSteps rewardThreshold arguments grid reset step observe draw table batch".split(" "),
);

const show = (value: unknown): string =>
  typeof value === "function" ? "a function" : (JSON.stringify(value) ?? `${value}`);
