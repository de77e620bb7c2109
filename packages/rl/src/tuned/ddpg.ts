// What DDPG learns each environment with where nothing else is said; found on seeds from 1000 up.
import type { DDPGOptions } from "../algorithms/ddpg.ts";
import type { Tuned } from "./tuned.ts";

export const tuned: Tuned<DDPGOptions> = {
  // A car that must swing back and forth gets nowhere by noise that is new at every step.
  "MountainCarContinuous-v0": { noiseCorrelation: 0.95, explorationNoise: 0.5 },
};
