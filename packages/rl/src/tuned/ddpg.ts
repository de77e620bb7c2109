// What DDPG learns each environment with where nothing else is said; found on seeds from 1000 up.
import type { DDPGOptions } from "../algorithms/ddpg.ts";
import type { Tuned } from "./tuned.ts";

export const tuned: Tuned<DDPGOptions> = {
  // A car that must swing back and forth meets its goal by noise that keeps its direction: of 50 000 uniform actions on seeds 1000–1009 it was met
  // 0 times with correlation 0, 7 with 0.5, 65 with 0.9, 78 with 0.95, 35 with 0.99.
  // It should be met a few times before learning begins: on seed 1000 an actor that started after 1000 steps came to push to one side for good.
  "MountainCarContinuous-v0": {
    noiseCorrelation: 0.95,
    explorationNoise: 0.5,
    learningStarts: 5000,
    learningRate: 3e-4,
  },
};
