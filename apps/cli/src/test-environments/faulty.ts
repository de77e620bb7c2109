// Environments that go wrong in a planned step, for tests of what the command line does then.
import { box, defineEnvironment, discrete, type EnvironmentDefinition } from "@agon/env";

/** Counts steps up to ten and starts again; `fault` may put something else in the place of the reward and the observation. */
const counter = (
  id: string,
  fault: (total: number) => { reward?: number; observed?: number },
): EnvironmentDefinition => {
  let total = 0;
  return defineEnvironment({
    id,
    observation: box([1], { low: 0, high: 10 }),
    action: discrete(2),
    reset: () => ({ step: 0, observed: 0 }),
    step({ step }) {
      const { reward = 1, observed = step + 1 } = fault(++total);
      return { state: { step: step + 1, observed }, reward, terminated: step === 9 };
    },
    observe({ observed }, out) {
      out[0] = observed;
    },
  }) as EnvironmentDefinition;
};

const FAULT = 2005;

export const faultyEnvironments: readonly EnvironmentDefinition[] = [
  counter("NanReward-v0", (total) => (total === FAULT ? { reward: Number.NaN } : {})),
  counter("NanObservation-v0", (total) => (total === FAULT ? { observed: Number.NaN } : {})),
  // Finite in float64, infinite once a network sees it in float32.
  counter("HugeReward-v0", (total) => (total >= FAULT ? { reward: 1e300 } : {})),
];

/** Never ends an episode. */
export const Endless: EnvironmentDefinition = defineEnvironment({
  id: "Endless-v0",
  observation: box([1], { low: 0, high: 1 }),
  action: discrete(2),
  reset: () => 0,
  step: (state) => ({ state, reward: 0, terminated: false }),
  observe(_state, out) {
    out[0] = 0;
  },
}) as EnvironmentDefinition;
