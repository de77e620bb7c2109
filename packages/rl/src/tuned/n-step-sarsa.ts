// What n-step SARSA learns each environment with where nothing else is said; found on seeds from 1000 up.
import type { NStepSarsaOptions } from "../algorithms/n-step-sarsa.ts";
import type { Tuned } from "./tuned.ts";

export const tuned: Tuned<NStepSarsaOptions> = {
  "FrozenLake-v1": {
    multiStep: 2,
    learningRate: 0.02,
    discount: 0.99,
    explorationStart: 1,
    explorationEnd: 0.1,
    explorationSteps: 200_000,
  },
  "Taxi-v4": { multiStep: 2, learningRate: 0.1, explorationStart: 0.1, explorationEnd: 0, explorationSteps: 60_000 },
};
