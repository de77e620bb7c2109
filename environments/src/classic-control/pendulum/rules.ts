// A pendulum to be swung up and held, as Gymnasium computes it.
import type { BatchRules, ResetOptions } from "@agon/env";
import { cos, sin } from "@agon/math";
import type { Random } from "@agon/random";

export interface PendulumState {
  /** In radians, 0 upright, counter-clockwise positive; whole turns are kept. */
  readonly angle: number;
  /** Radians per second. */
  readonly velocity: number;
  /** Of the step that led here, N m; 0 at the start. For the picture only. */
  readonly torque: number;
}

export const SPEED_LIMIT = 8; // rad/s
export const TORQUE_LIMIT = 2; // N m
const STEP = 0.05; // s
const { PI, fround } = Math;
const EFFORT_32 = fround(0.001);

/** Angle from U[−x, x), velocity from U[−y, y), with reset options `xInit` (π) and `yInit` (1), or Gymnasium's `x_init`, `y_init`. */
export function startingState(random: Random, options?: ResetOptions): PendulumState {
  const unknown = Object.keys(options ?? {}).find((key) => !["xInit", "x_init", "yInit", "y_init"].includes(key));
  if (unknown !== undefined)
    throw new RangeError(`Pendulum: there is no reset option ${unknown}; there are xInit and yInit.`);
  const x = startingBound(options, "xInit", "x_init", PI);
  const y = startingBound(options, "yInit", "y_init", 1);
  const angle = random.uniform(-x, x);
  return { angle, velocity: random.uniform(-y, y), torque: 0 };
}

function startingBound(options: ResetOptions | undefined, name: string, alias: string, fallback: number): number {
  const bound = options?.[name] ?? options?.[alias] ?? fallback;
  if (Number.isFinite(bound) && (bound as number) >= 0) return bound as number;
  throw new RangeError(`Pendulum: the reset option ${name} must be a number from 0; got ${String(bound)}.`);
}

const clip = (value: number, limit: number): number => Math.min(Math.max(value, -limit), limit);

/** θ² + 0.1·ω² + 0.001·u², θ within [−π, π): what a step costs. The last term in float32, as NumPy 2 has it. */
function cost(angle: number, velocity: number, torque: number): number {
  let turned = (angle + PI) % (2 * PI);
  if (turned < 0) turned += 2 * PI;
  const lean = turned - PI;
  return lean * lean + 0.1 * (velocity * velocity) + fround(EFFORT_32 * fround(torque * torque));
}

/** ω ← ω + (3g/2l·sin θ + 3/ml²·u)·0.05 within ±8, with m = l = 1. */
const accelerated = (angle: number, velocity: number, torque: number, gravity: number): number =>
  clip(velocity + (((3 * gravity) / 2) * sin(angle) + fround(3 * torque)) * STEP, SPEED_LIMIT);

/** One Euler step of 0.05 s; the angle moves with the new velocity. */
export function turn(
  { angle, velocity }: PendulumState,
  force: number,
  gravity: number,
): { state: PendulumState; reward: number; terminated: false } {
  const torque = clip(force, TORQUE_LIMIT);
  const next = accelerated(angle, velocity, torque, gravity);
  const state = { angle: angle + next * STEP, velocity: next, torque };
  return { state, reward: -cost(angle, velocity, torque), terminated: false };
}

/** `turn` over many pendulums, on rows [angle, velocity, torque]. */
export const pendulumBatch = (gravity: number): BatchRules<PendulumState> => ({
  stateSize: 3,

  write({ angle, velocity, torque }, states, lane) {
    states.set([angle, velocity, torque], 3 * lane);
  },

  read: (states, lane) => ({
    angle: states[3 * lane],
    velocity: states[3 * lane + 1],
    torque: states[3 * lane + 2],
  }),

  reset(states, lane, random, options) {
    const { angle, velocity } = startingState(random, options);
    states[3 * lane] = angle;
    states[3 * lane + 1] = velocity;
    states[3 * lane + 2] = 0;
  },

  step(states, actions, rewards, terminated, _randoms, first, last) {
    for (let lane = first; lane < last; lane++) {
      const row = 3 * lane;
      const torque = clip(actions[lane], TORQUE_LIMIT);
      rewards[lane] = -cost(states[row], states[row + 1], torque);
      const velocity = accelerated(states[row], states[row + 1], torque, gravity);
      states[row] += velocity * STEP;
      states[row + 1] = velocity;
      states[row + 2] = torque;
      terminated[lane] = 0;
    }
  },

  observe(states, observations, first, last) {
    for (let i = 3 * first; i < 3 * last; i += 3) {
      observations[i] = cos(states[i]);
      observations[i + 1] = sin(states[i]);
      observations[i + 2] = states[i + 1];
    }
  },
});
