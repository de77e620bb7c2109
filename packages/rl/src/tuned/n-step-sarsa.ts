// What n-step SARSA learns each environment with where nothing else is said; found on seeds from 1000 up.
import type { NStepSarsaOptions } from "../algorithms/n-step-sarsa.ts";
import type { Tuned } from "./tuned.ts";

export const tuned: Tuned<NStepSarsaOptions> = {};
