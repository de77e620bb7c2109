// What DQN learns each environment with where nothing else is said; found on seeds from 1000 up.
import type { DQNOptions } from "../algorithms/dqn.ts";
import type { Tuned } from "./tuned.ts";

export const tuned: Tuned<DQNOptions> = {
  // Scaled, for the car moves at 0.07 at most. Random actions are held: new ones at each step found no way up in 500 episodes from seed 1000 on,
  // held with chance 0.95 they found 54. Without, seed 1003 never met the goal. On seeds 1001 to 1006 the policy scored −102.7, −100.0, −98.6,
  // −99.3, −97.7, −98.9; with a buffer of 20 000, −106.5 and −107.8 on 1002 and 1005.
  "MountainCar-v0": {
    scaleObservations: true,
    rateDecaySteps: 120_000,
    explorationSteps: 24_000,
    explorationPersistence: 0.95,
    bufferSize: 50_000,
  },
  // On seeds 1001 to 1003 the policy scored −81.0, −81.1, −76.5; with the rate at its end after 50 000 steps, −89.0 on 1003.
  "Acrobot-v1": { rateDecaySteps: 100_000 },
};
