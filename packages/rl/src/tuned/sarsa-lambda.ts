// What SARSA(λ) learns each environment with where nothing else is said; found on seeds from 1000 up.
import type { SarsaLambdaOptions } from "../algorithms/sarsa-lambda.ts";
import type { Tuned } from "./tuned.ts";

export const tuned: Tuned<SarsaLambdaOptions> = {
  // Values of 0 are optimistic where every step costs 1: they explore enough.
  "MountainCar-v0": { tilings: 16, tiles: [10], explorationStart: 0, explorationEnd: 0 },
};
