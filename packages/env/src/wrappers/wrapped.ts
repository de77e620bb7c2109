// What wrappers of definitions have in common: the changed parts, a name that says so, and batch rules around batch rules.
import type { BatchRules, EnvironmentDefinition } from "../environment.ts";

/** Says what to do where a wrapper of definitions is given something that runs, or an id. `wrapper` by either of its names. */
export function expectDefinition(wrapper: string, given: unknown): void {
  const isObject = typeof given === "object" && given !== null;
  if (isObject && "observe" in given && "step" in given) return;
  const running = isObject && "definition" in given;
  const name = `${wrapper.charAt(0).toLowerCase()}${wrapper.slice(1)}`;
  throw new TypeError(
    `${name}: expected a definition, got ${running ? "a running environment" : (JSON.stringify(given) ?? String(given))}; ${
      running ? "wrap first, then run" : "take it from a registry or defineEnvironment"
    }: make(${name}(definition)), makeVector(${name}(definition), 8).`,
  );
}

/**
 * A definition with other parts. Its id is `ClipReward<CartPole-v1>`, as Gymnasium prints wrapped environments: no registry builds it from that,
 * so what was trained on it is not mistaken for something trained on CartPole-v1.
 */
export function wrapped<State, Outer = State>(
  wrapper: string,
  definition: EnvironmentDefinition<State>,
  changes: Partial<EnvironmentDefinition<Outer>>,
): EnvironmentDefinition<Outer> {
  expectDefinition(wrapper, definition);
  const { id, ...parts } = definition as unknown as EnvironmentDefinition<Outer>;
  return Object.freeze({ ...parts, ...changes, id: `${wrapper}<${id}>` });
}

/** Batch rules whose actions are changed first, lane by lane. */
export function withActions<State>(
  batch: BatchRules<State>,
  sizes: { inner: number; outer: number },
  change: (given: Float32Array, out: Float32Array) => void,
): BatchRules<State> {
  const given = new Float32Array(sizes.outer);
  const changed = new Float32Array(sizes.inner);
  let scratch = new Float32Array(0);
  return {
    ...batch,
    step(states, actions, rewards, terminated, randoms, first, last) {
      if (scratch.length < last * sizes.inner) scratch = new Float32Array(last * sizes.inner);
      for (let lane = first; lane < last; lane++) {
        for (let i = 0; i < sizes.outer; i++) given[i] = actions[lane * sizes.outer + i];
        change(given, changed);
        scratch.set(changed, lane * sizes.inner);
      }
      batch.step(states, scratch, rewards, terminated, randoms, first, last);
    },
  };
}

/** Batch rules whose rewards are changed afterwards. */
export const withRewards = <State>(
  batch: BatchRules<State>,
  change: (reward: number) => number,
): BatchRules<State> => ({
  ...batch,
  step(states, actions, rewards, terminated, randoms, first, last) {
    batch.step(states, actions, rewards, terminated, randoms, first, last);
    for (let lane = first; lane < last; lane++) rewards[lane] = change(rewards[lane]);
  },
});

/** Batch rules whose observations are changed afterwards, lane by lane. */
export function withObservations<State>(
  batch: BatchRules<State>,
  sizes: { inner: number; outer: number },
  change: (observation: Float32Array, out: Float32Array) => void,
): BatchRules<State> {
  const observation = new Float32Array(sizes.inner);
  const changed = new Float32Array(sizes.outer);
  let scratch = new Float32Array(0);
  return {
    ...batch,
    observe(states, observations, first, last) {
      if (scratch.length < last * sizes.inner) scratch = new Float32Array(last * sizes.inner);
      batch.observe(states, scratch, first, last);
      for (let lane = first; lane < last; lane++) {
        observation.set(scratch.subarray(lane * sizes.inner, (lane + 1) * sizes.inner));
        change(observation, changed);
        observations.set(changed, lane * sizes.outer);
      }
    },
  };
}
