// What a vector environment steps: many lanes of one environment, by its batch rules where it has them, by its plain rules otherwise.
import type { Random } from "@agon/random";
import type { Action, EnvironmentDefinition, ResetOptions } from "./environment.ts";

export interface Lanes {
  reset(lane: number, random: Random, options?: ResetOptions): void;
  /** Steps lanes [first, last). */
  step(outcome: LaneOutcome, randoms: readonly Random[], first: number, last: number): void;
  observe(observations: Float32Array, first: number, last: number): void;
  read(lane: number): unknown;
  write(lane: number, state: unknown): void;
}

/** The arrays of one step, over all lanes. */
export interface LaneOutcome {
  readonly actions: Int32Array | Float32Array;
  readonly rewards: Float64Array;
  readonly terminated: Uint8Array;
  readonly truncated: Uint8Array;
}

export function openLanes(definition: EnvironmentDefinition, count: number): Lanes {
  return definition.batch ? batchLanes(definition, count) : plainLanes(definition, count);
}

function batchLanes(definition: EnvironmentDefinition, count: number): Lanes {
  const rules = definition.batch as NonNullable<typeof definition.batch>;
  const states = new Float64Array(count * rules.stateSize); // [lanes, stateSize]
  return {
    reset: (lane, random, options) => rules.reset(states, lane, random, options),
    step({ actions, rewards, terminated, truncated }, randoms, first, last) {
      truncated.fill(0, first, last);
      rules.step(states, actions, rewards, terminated, randoms, first, last);
    },
    observe: (observations, first, last) => rules.observe(states, observations, first, last),
    read: (lane) => rules.read(states, lane),
    write: (lane, state) => rules.write(state, states, lane),
  };
}

/** The plain rules, lane by lane. Also the reference that batch rules are tested against. */
export function plainLanes(definition: EnvironmentDefinition, count: number): Lanes {
  const states: unknown[] = Array.from({ length: count });
  const size = definition.observation.size;
  const { kind, size: actionSize } = definition.action;
  const rows = new WeakMap<Float32Array, Float32Array[]>();
  /** Views of each lane's row, made once per buffer. */
  const rowsOf = (observations: Float32Array): Float32Array[] => {
    let views = rows.get(observations);
    if (!views) {
      views = states.map((_, lane) => observations.subarray(lane * size, (lane + 1) * size));
      rows.set(observations, views);
    }
    return views;
  };
  const actionOf = (actions: Int32Array | Float32Array, lane: number): Action =>
    kind === "discrete" ? actions[lane] : (actions as Float32Array).slice(lane * actionSize, (lane + 1) * actionSize);
  return {
    reset(lane, random, options) {
      states[lane] = definition.reset(random, options);
    },
    step({ actions, rewards, terminated, truncated }, randoms, first, last) {
      for (let lane = first; lane < last; lane++) {
        const transition = definition.step(states[lane], actionOf(actions, lane), randoms[lane]);
        states[lane] = transition.state;
        rewards[lane] = transition.reward;
        terminated[lane] = transition.terminated ? 1 : 0;
        truncated[lane] = transition.truncated ? 1 : 0;
      }
    },
    observe(observations, first, last) {
      const views = rowsOf(observations);
      for (let lane = first; lane < last; lane++) definition.observe(states[lane], views[lane]);
    },
    read: (lane) => states[lane],
    write(lane, state) {
      states[lane] = state;
    },
  };
}
