// Wrappers whose observations hold something of the episode so far. It lies in the state, so that snapshots hold it too.
import { box } from "../box.ts";
import { dict } from "../composite.ts";
import type { EnvironmentDefinition } from "../environment.ts";
import { expectDefinition, wrapped } from "./wrapped.ts";

/** A state with the number of steps since the reset. */
export interface TimedState<State> {
  readonly inner: State;
  readonly time: number;
}

export interface TimeAwareObservationOptions {
  /** Whether a box gets the time as one more element, rather than a record { observation, time }. Default true. */
  readonly flatten?: boolean;
  /** Whether time runs from 0 to 1 rather than to the limit. Default false. */
  readonly normalizeTime?: boolean;
}

/** An environment that observes the time, so that an agent may know how much of it is left. Gymnasium's TimeAwareObservation. */
export function timeAwareObservation<State>(
  definition: EnvironmentDefinition<State>,
  { flatten = true, normalizeTime = false }: TimeAwareObservationOptions = {},
): EnvironmentDefinition<TimedState<State>> {
  expectDefinition("timeAwareObservation", definition);
  const { id, observation: inside, maxSteps, draw, info } = definition;
  if (maxSteps === undefined)
    throw new RangeError(`timeAwareObservation: ${id} has no time limit; pass a definition with maxSteps.`);
  const limit = normalizeTime ? 1 : maxSteps;
  const joined = flatten && inside.kind === "box";
  const time = box([1], { low: 0, high: limit });
  return wrapped<State, TimedState<State>>("TimeAwareObservation", definition, {
    observation: joined
      ? box([inside.size + 1], { low: [...inside.low, 0], high: [...inside.high, limit] })
      : dict({ observation: inside, time }),
    reset: (random, options) => ({ inner: definition.reset(random, options), time: 0 }),
    step(state, action, random) {
      const transition = definition.step(state.inner, action, random);
      return { ...transition, state: { inner: transition.state, time: state.time + 1 } };
    },
    observe(state, out) {
      definition.observe(state.inner, out.subarray(0, inside.size));
      out[inside.size] = normalizeTime ? state.time / maxSteps : state.time;
    },
    info: info && ((state) => info(state.inner)),
    draw: draw && ((state, canvas) => draw(state.inner, canvas)),
    grid: undefined,
    table: undefined,
    batch: undefined,
  });
}

/** A state with the last observations, oldest first. [size, observation size] */
export interface StackedState<State> {
  readonly inner: State;
  readonly frames: readonly (readonly number[])[];
}

export interface FrameStackObservationOptions {
  /** How many observations. */
  readonly size: number;
  /** What stands for those before the episode: copies of the first one (default), or zeros. */
  readonly padding?: "reset" | "zero";
}

/** An environment that observes the last `size` observations of a box, oldest first: [size, …shape]. Gymnasium's FrameStackObservation. */
export function frameStackObservation<State>(
  definition: EnvironmentDefinition<State>,
  { size, padding = "reset" }: FrameStackObservationOptions,
): EnvironmentDefinition<StackedState<State>> {
  expectDefinition("frameStackObservation", definition);
  const { id, observation: inside, draw, info } = definition;
  if (inside.kind !== "box")
    throw new TypeError(`frameStackObservation: observations of ${id} are ${inside}; use flattenObservation first.`);
  if (!Number.isSafeInteger(size) || size < 1)
    throw new RangeError(`frameStackObservation: size must be a positive whole number; got ${size}.`);
  const frameOf = (state: State): number[] => {
    const frame = new Float32Array(inside.size);
    definition.observe(state, frame);
    return Array.from(frame);
  };
  const zeros = Array.from({ length: inside.size }, () => 0);
  const repeat = (bounds: ArrayLike<number>, pad: (bound: number) => number): number[] =>
    Array.from({ length: size }, () => Array.from(bounds, padding === "zero" ? pad : (bound) => bound)).flat();
  return wrapped<State, StackedState<State>>("FrameStackObservation", definition, {
    observation: box([size, ...inside.shape], {
      low: repeat(inside.low, (bound) => Math.min(bound, 0)),
      high: repeat(inside.high, (bound) => Math.max(bound, 0)),
    }),
    reset(random, options) {
      const inner = definition.reset(random, options);
      const first = frameOf(inner);
      const frames = Array.from({ length: size }, (_, i) => (i === size - 1 || padding === "reset" ? first : zeros));
      return { inner, frames };
    },
    step({ inner, frames }, action, random) {
      const transition = definition.step(inner, action, random);
      return {
        ...transition,
        state: { inner: transition.state, frames: [...frames.slice(1), frameOf(transition.state)] },
      };
    },
    observe({ frames }, out) {
      for (const [i, frame] of frames.entries()) out.set(frame, i * inside.size);
    },
    info: info && ((state) => info(state.inner)),
    draw: draw && ((state, canvas) => draw(state.inner, canvas)),
    table: undefined,
    batch: undefined,
  });
}
