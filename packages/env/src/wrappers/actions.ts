// Wrappers that change actions on their way into an environment.
import { type Bound, box } from "../box.ts";
import type { Action, EnvironmentDefinition } from "../environment.ts";
import type { ActionSpace, BoxSpace } from "../spaces.ts";
import { expectDefinition, withActions, wrapped } from "./wrapped.ts";

/**
 * An environment that takes actions of `space` and passes what `change` makes of each to the one inside: an index where that is discrete, else a
 * vector. Gymnasium's TransformAction.
 */
export const transformAction = <State>(
  definition: EnvironmentDefinition<State>,
  change: (action: Action) => Action,
  space: ActionSpace,
): EnvironmentDefinition<State> =>
  wrapped("TransformAction", definition, {
    action: space,
    step: (state, action, random) => definition.step(state, change(action), random),
    table: undefined,
    batch: undefined,
  });

/** An environment that takes any vector and clips it into the box of the one inside. Gymnasium's ClipAction. */
export function clipAction<State>(definition: EnvironmentDefinition<State>): EnvironmentDefinition<State> {
  const inside = boxOf("clipAction", definition);
  return boxWrapper("ClipAction", definition, {
    space: box(inside.shape, { low: -Infinity, high: Infinity }),
    change(action, out) {
      for (let i = 0; i < out.length; i++) out[i] = Math.min(Math.max(action[i], inside.low[i]), inside.high[i]);
    },
  });
}

/** An environment that takes actions from [low, high], by default [−1, 1], and stretches them linearly over the box of the one inside. Gymnasium's RescaleAction. */
export function rescaleAction<State>(
  definition: EnvironmentDefinition<State>,
  { low = -1, high = 1 }: { low?: Bound; high?: Bound } = {},
): EnvironmentDefinition<State> {
  const inside = boxOf("rescaleAction", definition);
  const space = box(inside.shape, { low, high });
  for (const { low: from, high: to } of [inside, space]) {
    if (from.every((bound, i) => Number.isFinite(to[i] - bound) && to[i] > bound)) continue;
    throw new RangeError(
      `rescaleAction: [${from}] to [${to}] must have finite bounds, low below high, to be stretched.`,
    );
  }
  return boxWrapper("RescaleAction", definition, {
    space,
    change(action, out) {
      for (let i = 0; i < out.length; i++) {
        const share = (action[i] - space.low[i]) / (space.high[i] - space.low[i]);
        const value = inside.low[i] + (inside.high[i] - inside.low[i]) * share;
        out[i] = Math.min(Math.max(value, inside.low[i]), inside.high[i]);
      }
    },
  });
}

function boxWrapper<State>(
  wrapper: string,
  definition: EnvironmentDefinition<State>,
  { space, change }: { space: BoxSpace; change: (action: Float32Array, out: Float32Array) => void },
): EnvironmentDefinition<State> {
  const size = definition.action.size;
  return wrapped(wrapper, definition, {
    action: space,
    step(state, action, random) {
      const changed = new Float32Array(size);
      change(action as Float32Array, changed);
      return definition.step(state, changed, random);
    },
    batch: definition.batch && withActions(definition.batch, { inner: size, outer: space.size }, change),
  });
}

function boxOf<State>(wrapper: string, definition: EnvironmentDefinition<State>): BoxSpace {
  expectDefinition(wrapper, definition);
  const { id, action } = definition;
  if (action.kind === "box") return action;
  throw new TypeError(`${wrapper}: actions of ${id} are ${action}; expected a box.`);
}
