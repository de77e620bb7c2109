// What SARSA(λ) learns each environment with where nothing else is said; found on seeds from 1000 up.
import type { SarsaLambdaOptions } from "../algorithms/sarsa-lambda.ts";
import type { Tuned } from "./tuned.ts";

export const tuned: Tuned<SarsaLambdaOptions> = {};
