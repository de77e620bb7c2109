// Environments that are a transition table: drawing outcomes from it, one by one and in batches.
import type { BatchRules, EnvironmentDefinition, Transition, TransitionRow, TransitionTable } from "@agon/env";
import type { Random } from "@agon/random";

/** The state is its index in the table. */
export type Cell = number;

type TabularRules = Pick<Required<EnvironmentDefinition<Cell>>, "reset" | "step" | "observe" | "table" | "batch">;

/** Rules that draw starts and outcomes as Gymnasium's toy-text environments do: one uniform number each, certain outcomes included. */
export function tabularRules(table: TransitionTable): TabularRules {
  const initial = cumulate(table.initial);
  const cumulative = table.rows.map((actions) =>
    actions.map((rows) => cumulate(rows.map(([probability]) => probability))),
  );
  const transitions = table.rows.map((actions) => actions.map((rows) => rows.map(transitionOf)));
  return {
    reset: (random) => draw(initial, random),
    step: (state, action, random) =>
      transitions[state][action as number][draw(cumulative[state][action as number], random)],
    observe(state, out) {
      out[0] = state;
    },
    table: () => table,
    batch: tabularBatch(table),
  };
}

/** Built once and handed out again and again: transitions are never mutated. */
const transitionOf = ([probability, state, reward, terminated]: TransitionRow): Transition<Cell> =>
  Object.freeze({ state, reward, terminated, info: Object.freeze({ probability }) });

function cumulate(probabilities: ArrayLike<number>): Float64Array {
  let sum = 0;
  return Float64Array.from(probabilities, (probability) => (sum += probability));
}

/** The first index whose cumulative probability exceeds a uniform number; 0 where rounding left none, as NumPy's argmax has it. */
function draw(cumulative: Float64Array, random: Random): number {
  const number = random.uniform();
  for (let i = 0; i < cumulative.length; i++) if (cumulative[i] > number) return i;
  return 0;
}

/** The table laid flat, so that a step is a few array reads. */
function tabularBatch({ actions, rows, initial }: TransitionTable): BatchRules<Cell> {
  const starts = cumulate(initial);
  const flat = rows.flat();
  const offsets = new Int32Array(flat.length + 1); // outcomes of (state, action) are [offsets[i], offsets[i + 1])
  for (const [i, outcomes] of flat.entries()) offsets[i + 1] = offsets[i] + outcomes.length;
  const cumulative = Float64Array.from(
    flat.flatMap((outcomes) => [...cumulate(outcomes.map(([probability]) => probability))]),
  );
  const outcomes = flat.flat();
  const nexts = Int32Array.from(outcomes, ([, next]) => next);
  const gains = Float64Array.from(outcomes, ([, , reward]) => reward);
  const ends = Uint8Array.from(outcomes, ([, , , terminated]) => (terminated ? 1 : 0));
  return {
    stateSize: 1,
    write(state, states, lane) {
      states[lane] = state;
    },
    read: (states, lane) => states[lane],
    reset(states, lane, random) {
      states[lane] = draw(starts, random);
    },
    step(states, chosen, rewards, terminated, randoms, first, last) {
      for (let lane = first; lane < last; lane++) {
        const i = states[lane] * actions + chosen[lane];
        const end = offsets[i + 1];
        const number = randoms[lane].uniform();
        let outcome = offsets[i];
        while (outcome < end && cumulative[outcome] <= number) outcome++;
        if (outcome === end) outcome = offsets[i];
        states[lane] = nexts[outcome];
        rewards[lane] = gains[outcome];
        terminated[lane] = ends[outcome];
      }
    },
    observe(states, observations, first, last) {
      for (let lane = first; lane < last; lane++) observations[lane] = states[lane];
    },
  };
}
