// The car in its valley (Moore 1990; Sutton & Barto, Example 10.1), as Gymnasium computes it: pushed by three actions, or by a force.
import type { BatchRules, ResetOptions } from "@agon/env";
import { cos } from "@agon/math";
import type { Random } from "@agon/random";
import { startingRange } from "../starting-range.ts";

export interface MountainCarState {
  /** Along the horizontal axis; the bottom of the valley lies at −π/6. */
  readonly position: number;
  /** Change of position in a step. */
  readonly velocity: number;
}

export const LEFT_END = -1.2;
export const RIGHT_END = 0.6;
export const SPEED_LIMIT = 0.07;
/** Where the flag stands. */
export const GOAL = 0.5;
/** Where the flag stands for the car with a continuous force. */
export const CONTINUOUS_GOAL = 0.45;

const PUSH = 0.001;
const GRAVITY = 0.0025;
const POWER = 0.0015;
const defaultRange = { low: -0.6, high: -0.4 };

/** At rest, at a position from U[low, high). */
export function startingState(random: Random, options?: ResetOptions): MountainCarState {
  const { low, high } = startingRange("MountainCar", options, defaultRange);
  return { position: random.uniform(low, high), velocity: 0 };
}

/** vₜ₊₁ = vₜ + 0.001·(action − 1) − 0.0025·cos 3xₜ within ±0.07; xₜ₊₁ = xₜ + vₜ₊₁. The wall on the left stops the car. */
export function push(state: MountainCarState, action: number): MountainCarState {
  const speed = state.velocity + ((action - 1) * PUSH + cos(3 * state.position) * -GRAVITY);
  const velocity = Math.min(Math.max(speed, -SPEED_LIMIT), SPEED_LIMIT);
  const position = Math.min(Math.max(state.position + velocity, LEFT_END), RIGHT_END);
  return { position, velocity: position === LEFT_END && velocity < 0 ? 0 : velocity };
}

export const hasArrived = ({ position, velocity }: MountainCarState, goalVelocity: number): boolean =>
  position >= GOAL && velocity >= goalVelocity;

/** `push` and `hasArrived` over many cars, written out on rows [position, velocity]. */
export const mountainCarBatch = (goalVelocity: number): BatchRules<MountainCarState> => ({
  ...rows,

  step(states, actions, rewards, terminated, _randoms, first, last) {
    for (let lane = first; lane < last; lane++) {
      const row = 2 * lane;
      const speed = states[row + 1] + ((actions[lane] - 1) * PUSH + cos(3 * states[row]) * -GRAVITY);
      let velocity = Math.min(Math.max(speed, -SPEED_LIMIT), SPEED_LIMIT);
      const position = Math.min(Math.max(states[row] + velocity, LEFT_END), RIGHT_END);
      if (position === LEFT_END && velocity < 0) velocity = 0;
      states[row] = position;
      states[row + 1] = velocity;
      rewards[lane] = -1;
      terminated[lane] = position >= GOAL && velocity >= goalVelocity ? 1 : 0;
    }
  },
});

const { fround } = Math;
// Single precision, as NumPy 2 rounds Python's constants beside a float32.
const POWER_32 = fround(POWER);
const SPEED_LIMIT_32 = fround(SPEED_LIMIT);
const LEFT_END_32 = fround(LEFT_END);
const RIGHT_END_32 = fround(RIGHT_END);
const CONTINUOUS_GOAL_32 = fround(CONTINUOUS_GOAL);

/**
 * vₜ₊₁ = vₜ + 0.0015·force − 0.0025·cos 3xₜ, force clipped to ±1, in single precision: Gymnasium keeps this state as float32 from the first
 * step on (under NumPy 2), and so does this. Only the start has double precision; it is told by not being a float32.
 */
export function drive(state: MountainCarState, force: number): MountainCarState {
  const velocity = drivenVelocity(state.position, state.velocity, force);
  const position = drivenPosition(state.position, velocity);
  return { position, velocity: position === LEFT_END_32 && velocity < 0 ? 0 : velocity };
}

function drivenVelocity(position: number, velocity: number, force: number): number {
  const triple = fround(position) === position ? fround(3 * position) : 3 * position;
  const slope = GRAVITY * cos(triple);
  const within = force >= -1 && force <= 1;
  const change = within
    ? fround(fround(force * POWER_32) - fround(slope))
    : fround((force > 0 ? POWER : -POWER) - slope);
  const speed = fround(velocity + change);
  return speed > SPEED_LIMIT_32 ? SPEED_LIMIT_32 : speed < -SPEED_LIMIT_32 ? -SPEED_LIMIT_32 : speed;
}

function drivenPosition(position: number, velocity: number): number {
  const moved = fround(position + velocity);
  return moved > RIGHT_END_32 ? RIGHT_END_32 : moved < LEFT_END_32 ? LEFT_END_32 : moved;
}

export const hasClimbed = ({ position, velocity }: MountainCarState, goalVelocity: number): boolean =>
  position >= CONTINUOUS_GOAL_32 && velocity >= goalVelocity;

/** 100 for the arrival, less 0.1·force², the force as it was asked for. */
export const drivingReward = (arrived: boolean, force: number): number => (arrived ? 100 : 0) - force * force * 0.1;

/** `drive`, `hasClimbed` and `drivingReward` over many cars. */
export const continuousMountainCarBatch = (goalVelocity: number): BatchRules<MountainCarState> => ({
  ...rows,

  step(states, actions, rewards, terminated, _randoms, first, last) {
    for (let lane = first; lane < last; lane++) {
      const row = 2 * lane;
      let velocity = drivenVelocity(states[row], states[row + 1], actions[lane]);
      const position = drivenPosition(states[row], velocity);
      if (position === LEFT_END_32 && velocity < 0) velocity = 0;
      states[row] = position;
      states[row + 1] = velocity;
      const arrived = position >= CONTINUOUS_GOAL_32 && velocity >= goalVelocity;
      rewards[lane] = drivingReward(arrived, actions[lane]);
      terminated[lane] = arrived ? 1 : 0;
    }
  },
});

/** What both cars share: rows [position, velocity]. */
const rows: Omit<BatchRules<MountainCarState>, "step"> = {
  stateSize: 2,

  write({ position, velocity }, states, lane) {
    states[2 * lane] = position;
    states[2 * lane + 1] = velocity;
  },

  read: (states, lane) => ({ position: states[2 * lane], velocity: states[2 * lane + 1] }),

  reset(states, lane, random, options) {
    const { low, high } = startingRange("MountainCar", options, defaultRange);
    states[2 * lane] = random.uniform(low, high);
    states[2 * lane + 1] = 0;
  },

  observe(states, observations, first, last) {
    for (let i = 2 * first; i < 2 * last; i++) observations[i] = states[i];
  },
};
