// Environments given by a transition table: what Gymnasium's toy-text worlds are.
import type { Transition, TransitionTable } from "@agon/env";
import type { Random } from "@agon/random";

export interface GridState {
  /** Number of the cell, row by row. */
  readonly cell: number;
  /** The last action; −1 after a reset. */
  readonly action: number;
}

/** Index i with probability p[i]: the first whose cumulative sum exceeds a uniform draw, as Gymnasium's categorical_sample. */
const pick = (probabilities: ArrayLike<number>, random: Random): number => {
  const u = random.uniform();
  let sum = 0;
  for (let i = 0; i < probabilities.length; i++) {
    sum += probabilities[i];
    if (sum > u) return i;
  }
  return 0;
};

export const resetFrom = ({ initial }: TransitionTable, random: Random): GridState => ({
  cell: pick(initial, random),
  action: -1,
});

export const stepBy = (
  { rows }: TransitionTable,
  { cell }: GridState,
  action: number,
  random: Random,
): Transition<GridState> => {
  const outcomes = rows[cell][action];
  const [probability, next, reward, terminated] =
    outcomes[
      pick(
        outcomes.map(([p]) => p),
        random,
      )
    ];
  return { state: { cell: next, action }, reward, terminated, info: { prob: probability } };
};

/** All weight on one cell, or spread evenly over several. */
export const startIn = (states: number, cells: readonly number[]): Float64Array => {
  const initial = new Float64Array(states);
  for (const cell of cells) initial[cell] = 1 / cells.length;
  return initial;
};
