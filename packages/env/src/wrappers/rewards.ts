// Wrappers that change rewards on their way out of an environment.
import type { EnvironmentDefinition } from "../environment.ts";
import { expectDefinition, withRewards, wrapped } from "./wrapped.ts";

/** An environment that gives what `change` makes of each reward. Gymnasium's TransformReward. */
export const transformReward = <State>(
  definition: EnvironmentDefinition<State>,
  change: (reward: number) => number,
): EnvironmentDefinition<State> => changeRewards("TransformReward", definition, change);

/** An environment whose rewards are clipped to [low, high], by default [−1, 1]. Gymnasium's ClipReward. */
export function clipReward<State>(
  definition: EnvironmentDefinition<State>,
  { low = -1, high = 1 }: { low?: number; high?: number } = {},
): EnvironmentDefinition<State> {
  if (!(low <= high)) throw new RangeError(`clipReward: expected low ≤ high; got ${low} and ${high}.`);
  return changeRewards("ClipReward", definition, (reward) => Math.min(Math.max(reward, low), high));
}

/** The threshold of the environment inside means nothing any more. */
function changeRewards<State>(
  wrapper: string,
  definition: EnvironmentDefinition<State>,
  change: (reward: number) => number,
): EnvironmentDefinition<State> {
  expectDefinition(wrapper, definition);
  const { table, batch } = definition;
  return wrapped(wrapper, definition, {
    rewardThreshold: undefined,
    step(state, action, random) {
      const transition = definition.step(state, action, random);
      return { ...transition, reward: change(transition.reward) };
    },
    table:
      table &&
      (() => {
        const inside = table.call(definition);
        const rows = inside.rows.map((actions) =>
          actions.map((outcomes) => outcomes.map(([p, next, reward, end]) => [p, next, change(reward), end] as const)),
        );
        return { ...inside, rows };
      }),
    batch: batch && withRewards(batch, change),
  });
}
