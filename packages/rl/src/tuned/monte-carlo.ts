// What Monte Carlo control learns each environment with where nothing else is said; found on seeds from 1000 up.
import type { MonteCarloOptions } from "../algorithms/monte-carlo.ts";
import type { Tuned } from "./tuned.ts";

export const tuned: Tuned<MonteCarloOptions> = {
  // The deals bring every state about; what remains to be explored is the action. No discount: a hand is short.
  "Blackjack-v1": { exploringStarts: true, explorationStart: 0, explorationEnd: 0 },
};
