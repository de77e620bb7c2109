// What Monte Carlo control learns each environment with where nothing else is said; found on seeds from 1000 up.
import type { MonteCarloOptions } from "../algorithms/monte-carlo.ts";
import type { Tuned } from "./tuned.ts";

export const tuned: Tuned<MonteCarloOptions> = {};
