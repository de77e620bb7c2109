// What the tabular algorithms share as functions: the table as a policy, and its exact value under the model.
import type { EnvironmentDefinition, TransitionTable } from "@agon/env";
import { decodeSafetensors, encodeSafetensors } from "@agon/tensor";
import { argmax } from "./exploration.ts";
import type { Policy } from "./policy.ts";

/** Null where states and actions can be counted, else the reason. */
export const needsTable = (algorithm: string, { id, observation, action }: EnvironmentDefinition): string | null => {
  if (observation.kind !== "discrete")
    return `${algorithm} keeps a table of states; ${id} has continuous observations.`;
  if (action.kind !== "discrete") return `${algorithm} keeps a table of actions; ${id} has continuous actions.`;
  return null;
};

/** The table as a policy. q: [states, actions]. */
export const tablePolicy = (q: Float64Array, states: number): Policy => ({
  encode: () => encodeSafetensors(new Map([["q", { shape: [states, q.length / states], data: q }]])),
  decode(bytes) {
    const table = decodeSafetensors(bytes).tensors.get("q");
    if (table?.data.length !== q.length)
      throw new Error(
        `loadPolicy: expected a table "q" of ${q.length} values, got ${table ? table.data.length : "none"}.`,
      );
    q.set(table.data);
  },
});

/** The greedy action of each state. [states] */
export const greedyPolicy = (q: Float64Array, actions: number): Int32Array =>
  Int32Array.from({ length: q.length / actions }, (_, state) => argmax(q, state * actions, actions));

/**
 * Expected undiscounted return of a deterministic policy over a horizon, from the model: V₀ = 0,
 * Vₖ₊₁(s) = Σ p(s′|s, π(s))·(r + [not terminated]·Vₖ(s′)); averaged over the starting states.
 */
export const policyValue = (table: TransitionTable, policy: ArrayLike<number>, horizon: number): number => {
  let values = new Float64Array(table.states);
  for (let k = 0; k < horizon; k++) {
    const next = new Float64Array(table.states);
    for (let state = 0; state < table.states; state++)
      for (const [probability, to, reward, terminated] of table.rows[state][policy[state]])
        next[state] += probability * (reward + (terminated ? 0 : values[to]));
    values = next;
  }
  return values.reduce((sum, value, state) => sum + table.initial[state] * value, 0);
};
