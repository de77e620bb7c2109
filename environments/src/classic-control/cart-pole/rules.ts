// The physics of the cart and its pole, after Barto, Sutton & Anderson (1983), as Gymnasium computes it.
import type { BatchRules, ResetOptions } from "@agon/env";
import { cos, sin } from "@agon/math";
import type { Random } from "@agon/random";
import { startingRange } from "../starting-range.ts";

export interface CartPoleState {
  /** Of the cart, in metres from the middle of the track, rightward positive. */
  readonly position: number;
  /** Metres per second. */
  readonly velocity: number;
  /** Of the pole, in radians, 0 upright, clockwise positive. */
  readonly angle: number;
  /** Radians per second. */
  readonly angularVelocity: number;
}

const GRAVITY = 9.8; // m/s²
const CART_MASS = 1; // kg
const POLE_MASS = 0.1; // kg
const TOTAL_MASS = POLE_MASS + CART_MASS;
/** Half the pole: from the axle to its centre of mass, in metres. */
export const HALF_LENGTH = 0.5;
const POLE_MOMENT = POLE_MASS * HALF_LENGTH;
const FORCE = 10; // N
const STEP = 0.02; // s

/** An episode ends beyond this distance of the cart from the middle, in metres. */
export const POSITION_LIMIT = 2.4;
/** An episode ends beyond this lean of the pole: 12°, in radians. */
export const ANGLE_LIMIT: number = (12 * 2 * Math.PI) / 360;

const defaultRange = { low: -0.05, high: 0.05 };

/** All four quantities from U[low, high). */
export function startingState(random: Random, options?: ResetOptions): CartPoleState {
  const { low, high } = startingRange("CartPole", options, defaultRange);
  const position = random.uniform(low, high);
  const velocity = random.uniform(low, high);
  const angle = random.uniform(low, high);
  const angularVelocity = random.uniform(low, high);
  return { position, velocity, angle, angularVelocity };
}

/** One Euler step of 0.02 s under a push of ±10 N. */
export function push(state: CartPoleState, action: number): CartPoleState {
  const { position, velocity, angle, angularVelocity } = state;
  const force = action === 1 ? FORCE : -FORCE;
  const sine = sin(angle);
  const cosine = cos(angle);
  // The equations of motion without friction: R. Florian, "Correct equations for the dynamics of the cart-pole system", eqs. 23 and 24.
  const pull = (force + POLE_MOMENT * (angularVelocity * angularVelocity) * sine) / TOTAL_MASS;
  const angularAcceleration =
    (GRAVITY * sine - cosine * pull) / (HALF_LENGTH * (4 / 3 - (POLE_MASS * (cosine * cosine)) / TOTAL_MASS));
  const acceleration = pull - (POLE_MOMENT * angularAcceleration * cosine) / TOTAL_MASS;
  return {
    position: position + STEP * velocity,
    velocity: velocity + STEP * acceleration,
    angle: angle + STEP * angularVelocity,
    angularVelocity: angularVelocity + STEP * angularAcceleration,
  };
}

export const hasFallen = ({ position, angle }: CartPoleState): boolean =>
  position < -POSITION_LIMIT || position > POSITION_LIMIT || angle < -ANGLE_LIMIT || angle > ANGLE_LIMIT;

export interface CartPoleRewards {
  /** Of a step after which the pole still stands. */
  readonly standing: number;
  /** Of the step that ends the episode. */
  readonly fallen: number;
}

/** The same rules over many carts: `push` and `hasFallen` written out on rows [position, velocity, angle, angular velocity]. */
export const cartPoleBatch = ({ standing, fallen }: CartPoleRewards): BatchRules<CartPoleState> => ({
  stateSize: 4,

  write({ position, velocity, angle, angularVelocity }, states, lane) {
    states.set([position, velocity, angle, angularVelocity], 4 * lane);
  },

  read(states, lane) {
    const [position, velocity, angle, angularVelocity] = states.subarray(4 * lane, 4 * lane + 4);
    return { position, velocity, angle, angularVelocity };
  },

  reset(states, lane, random, options) {
    const { low, high } = startingRange("CartPole", options, defaultRange);
    const row = 4 * lane;
    states[row] = random.uniform(low, high);
    states[row + 1] = random.uniform(low, high);
    states[row + 2] = random.uniform(low, high);
    states[row + 3] = random.uniform(low, high);
  },

  step(states, actions, rewards, terminated, _randoms, first, last) {
    for (let lane = first; lane < last; lane++) {
      const row = 4 * lane;
      const velocity = states[row + 1];
      const angularVelocity = states[row + 3];
      const force = actions[lane] === 1 ? FORCE : -FORCE;
      const sine = sin(states[row + 2]);
      const cosine = cos(states[row + 2]);
      const pull = (force + POLE_MOMENT * (angularVelocity * angularVelocity) * sine) / TOTAL_MASS;
      const angularAcceleration =
        (GRAVITY * sine - cosine * pull) / (HALF_LENGTH * (4 / 3 - (POLE_MASS * (cosine * cosine)) / TOTAL_MASS));
      const acceleration = pull - (POLE_MOMENT * angularAcceleration * cosine) / TOTAL_MASS;
      const position = states[row] + STEP * velocity;
      const angle = states[row + 2] + STEP * angularVelocity;
      states[row] = position;
      states[row + 1] = velocity + STEP * acceleration;
      states[row + 2] = angle;
      states[row + 3] = angularVelocity + STEP * angularAcceleration;
      const fell = Math.abs(position) > POSITION_LIMIT || Math.abs(angle) > ANGLE_LIMIT;
      rewards[lane] = fell ? fallen : standing;
      terminated[lane] = fell ? 1 : 0;
    }
  },

  observe(states, observations, first, last) {
    for (let i = 4 * first; i < 4 * last; i++) observations[i] = states[i];
  },
});
