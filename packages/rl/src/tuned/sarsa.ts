// What SARSA learns each environment with where nothing else is said; found on seeds from 1000 up.
import type { SarsaOptions } from "../algorithms/sarsa.ts";
import type { Tuned } from "./tuned.ts";

export const tuned: Tuned<SarsaOptions> = {
  "FrozenLake-v1": {
    learningRate: 0.1,
    discount: 0.99,
    explorationStart: 1,
    explorationEnd: 0.01,
    explorationSteps: 300_000,
  },
  "FrozenLake8x8-v1": {
    learningRate: 0.1,
    discount: 0.999,
    explorationStart: 1,
    explorationEnd: 0.01,
    explorationSteps: 2_000_000,
  },
};
