// A module with an environment for the command line: npm run agon -- train q-learning Corridor-v0 --environment-module examples/corridor.ts
import { checkEnvironment, defineEnvironment, discrete } from "@agon/env";

const GOAL = 9;

/** Walk to the right end of a corridor; every step costs a little. */
export const Corridor = defineEnvironment({
  id: "Corridor-v0",
  observation: discrete(GOAL + 1),
  action: discrete(["left", "right"]),
  maxSteps: 100,
  reset: (random) => random.integer(GOAL),
  step(cell, action) {
    const state = Math.max(0, cell + (action === 1 ? 1 : -1));
    return { state, reward: state === GOAL ? 1 : -0.01, terminated: state === GOAL };
  },
  observe(cell, out) {
    out[0] = cell;
  },
});

// Run by itself it checks the rules.
if (import.meta.main) console.log(`${checkEnvironment(Corridor).episodes} episodes kept every promise`); // → 20 episodes kept every promise
