// What SARSA(λ) learns each environment with where nothing else is said; found on seeds from 1000 up.
import type { SarsaLambdaOptions } from "../algorithms/sarsa-lambda.ts";
import type { Tuned } from "./tuned.ts";

export const tuned: Tuned<SarsaLambdaOptions> = {
  // Values of 0 are optimistic where every step costs 1: they explore enough.
  "MountainCar-v0": { tilings: 16, tiles: [10], explorationStart: 0, explorationEnd: 0 },
  "Acrobot-v1": { tiles: [4], learningRate: 0.2, explorationStart: 0, explorationEnd: 0 },
  "CartPole-v1": {
    tiles: [6],
    reach: 2.5,
    learningRate: 0.2,
    discount: 0.99,
    explorationStart: 0.1,
    explorationEnd: 0,
    explorationSteps: 20_000,
  },
  "FrozenLake-v1": {
    learningRate: 0.02,
    traceDecay: 0.5,
    discount: 0.99,
    explorationStart: 1,
    explorationEnd: 0.1,
    explorationSteps: 200_000,
  },
};
