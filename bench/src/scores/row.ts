// A row of docs/scores.md: who learns what, for how long, what is measured, and what it has to reach.

export type OptionValue = number | boolean | string | readonly number[];

/**
 * What a finished run is scored by. "episodes": mean return of the evaluation's episodes. "exact": expected return of the greedy policy from the
 * transition table, over all starts, time limit included. "online": mean return of training's episodes after the first 100, up to the 500th.
 * "chart": share of the states of Blackjack in which the policy is that of Sutton & Barto's chart.
 */
export type Measure = "episodes" | "exact" | "online" | "chart";

/** What the interquartile mean over seeds has to reach, and enough of the seeds by themselves. */
export type Bar =
  | { readonly kind: "at least"; readonly score: number }
  /** At least the interquartile mean of another row; the single seeds need nothing. */
  | { readonly kind: "at least as"; readonly row: string }
  /** Seed by seed above another row. */
  | { readonly kind: "above"; readonly row: string };

export interface ScoreRow {
  /** Name of the row, and of the folder of its records. */
  readonly id: string;
  readonly algorithm: string;
  readonly environment: string;
  /** How it differs from the algorithm with its tuned options: words for the table. */
  readonly variant?: string;
  /** Options over the tuned ones, of the algorithm and of the environment. */
  readonly options?: Readonly<Record<string, OptionValue>>;
  /** Environment steps of training. */
  readonly steps: number;
  /** Episodes end training too, where the bar counts them. */
  readonly episodes?: number;
  readonly measure: Measure;
  /** How many training seeds: 1 … seeds. */
  readonly seeds: number;
  readonly bar?: Bar;
  /** How many seeds must reach the bar. */
  readonly needed: number;
  /** What others have published, with the source; see the page's head for the abbreviations. */
  readonly published: string;
  /** Runs in seconds: the tests train it anew. */
  readonly quick?: boolean;
}

/** Episodes of every evaluation. */
export const EVALUATION_EPISODES = 100;
