// The k-armed testbed (Sutton & Barto, §2.3): every episode has new arms, each pays its hidden value and noise.
import type { BatchRules } from "@agon/env";
import type { Random } from "@agon/random";

export interface BanditState {
  /** The mean payment of each arm, hidden from the agent. */
  readonly values: readonly number[];
  /** The last arm pulled; −1 before the first. */
  readonly arm: number;
  /** What it paid. */
  readonly reward: number;
}

export interface BanditRules {
  readonly arms: number;
  /** Standard deviation of the arms' values about 0. */
  readonly spread: number;
  /** Standard deviation of a payment about its arm's value. */
  readonly noise: number;
  /** The values where they are given rather than drawn. [arms] */
  readonly values: readonly number[] | null;
}

/** Values from N(0, spread²), one for each arm, unless they are given. */
export function newArms(random: Random, { arms, spread, values }: BanditRules): BanditState {
  const drawn = values ?? Array.from({ length: arms }, () => random.normal(0, spread));
  return { values: drawn, arm: -1, reward: 0 };
}

/** A payment from N(value of the arm, noise²). */
export const pull = (state: BanditState, arm: number, random: Random, noise: number): BanditState => ({
  values: state.values,
  arm,
  reward: random.normal(state.values[arm], noise),
});

/** The same over rows [values, arm, reward]. */
export function banditBatch(rules: BanditRules): BatchRules<BanditState> {
  const { arms, noise } = rules;
  const size = arms + 2;
  return {
    stateSize: size,

    write({ values, arm, reward }, states, lane) {
      states.set([...values, arm, reward], size * lane);
    },

    read(states, lane) {
      const row = states.subarray(size * lane, size * (lane + 1));
      return { values: Array.from(row.subarray(0, arms)), arm: row[arms], reward: row[arms + 1] };
    },

    reset(states, lane, random) {
      states.set([...newArms(random, rules).values, -1, 0], size * lane);
    },

    step(states, actions, rewards, terminated, randoms, first, last) {
      for (let lane = first; lane < last; lane++) {
        const row = size * lane;
        const reward = randoms[lane].normal(states[row + actions[lane]], noise);
        states[row + arms] = actions[lane];
        states[row + arms + 1] = reward;
        rewards[lane] = reward;
        terminated[lane] = 0;
      }
    },

    observe: (_states, observations, first, last) => void observations.fill(0, first, last),
  };
}
