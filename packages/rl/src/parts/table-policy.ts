// What the tabular algorithms share as functions: the table as a policy, and its exact value under the model.
import type { EnvironmentDefinition, TransitionRow, TransitionTable } from "@agon/env";
import { decodeSafetensors, encodeSafetensors } from "@agon/tensor";
import { argmax } from "./exploration.ts";
import type { Policy } from "./policy.ts";
import { type BinOptions, needsStates } from "./state-index.ts";

/** Null where actions can be numbered, else the reason. */
export const needsActions = (algorithm: string, { id, action }: EnvironmentDefinition): string | null =>
  action.kind === "discrete" ? null : `${algorithm} has a value for each action; ${id} has continuous actions.`;

/** Null where states and actions can be numbered, else the reason. */
export const needsTable = (
  algorithm: string,
  environment: EnvironmentDefinition,
  options: BinOptions = {},
): string | null => needsActions(algorithm, environment) ?? needsStates(algorithm, environment, options);

/** The table as a policy. values: [rows, …]. */
export const tablePolicy = (values: Float64Array, rows: number, name = "q"): Policy => ({
  encode: () => encodeSafetensors(new Map([[name, { shape: [rows, values.length / rows], data: values }]])),
  decode(bytes) {
    const table = decodeSafetensors(bytes).tensors.get(name);
    if (!(table?.data instanceof Float64Array) || table.data.length !== values.length)
      throw new Error(
        `loadPolicy: expected a table "${name}" of ${values.length} values, got ${table ? table.data.length : "none"}.`,
      );
    values.set(table.data);
  },
});

/** The greedy action of each state. [states] */
export const greedyPolicy = (q: Float64Array, actions: number): Int32Array =>
  Int32Array.from({ length: q.length / actions }, (_, state) => argmax(q, state * actions, actions));

/** Σ p(s′|s, a)·(r + γ·[not terminated]·V(s′)) over the outcomes of a pair of state and action (Sutton & Barto 2018, eq. 4.10). */
export const backup = (outcomes: readonly TransitionRow[], values: Float64Array, discount: number): number => {
  let sum = 0;
  for (let i = 0; i < outcomes.length; i++) {
    const [probability, next, reward, terminated] = outcomes[i];
    sum += probability * (reward + (terminated ? 0 : discount * values[next]));
  }
  return sum;
};

/**
 * Expected undiscounted return of a deterministic policy over a horizon, from the model: V₀ = 0,
 * Vₖ₊₁(s) = Σ p(s′|s, π(s))·(r + [not terminated]·Vₖ(s′)); averaged over the starting states.
 */
export const policyValue = (table: TransitionTable, policy: ArrayLike<number>, horizon: number): number =>
  valueOfStart(table, horizon, (outcomes, values, state) => backup(outcomes[policy[state]], values, 1));

/**
 * The same of the best policy that may look at the clock: Vₖ₊₁(s) = maxₐ Σ p(s′|s, a)·(r + [not terminated]·Vₖ(s′)). No policy of the state
 * alone has more.
 */
export const optimalValue = (table: TransitionTable, horizon: number): number =>
  valueOfStart(table, horizon, (choices, values) =>
    Math.max(...choices.map((outcomes) => backup(outcomes, values, 1))),
  );

type ValueOfState = (choices: readonly (readonly TransitionRow[])[], later: Float64Array, state: number) => number;

const valueOfStart = ({ states, rows, initial }: TransitionTable, horizon: number, valueOf: ValueOfState): number => {
  let values = new Float64Array(states);
  for (let k = 0; k < horizon; k++) {
    const later = values;
    values = Float64Array.from(rows, (choices, state) => valueOf(choices, later, state));
  }
  return values.reduce((sum, value, state) => sum + initial[state] * value, 0);
};
