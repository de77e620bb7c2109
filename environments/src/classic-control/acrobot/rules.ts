// A double pendulum with a motor in its elbow (Sutton 1996; Sutton & Barto, §11.3 of the first edition), as Gymnasium computes it.
import type { BatchRules, ResetOptions } from "@agon/env";
import { cos, sin } from "@agon/math";
import type { Random } from "@agon/random";
import { startingRange } from "../starting-range.ts";

export interface AcrobotState {
  /** Of the upper link, in radians, 0 hanging down, counter-clockwise positive. */
  readonly shoulder: number;
  /** Of the lower link against the upper one. */
  readonly elbow: number;
  /** Radians per second. */
  readonly shoulderVelocity: number;
  readonly elbowVelocity: number;
}

export const SHOULDER_SPEED_LIMIT: number = 4 * Math.PI; // rad/s
export const ELBOW_SPEED_LIMIT: number = 9 * Math.PI; // rad/s
const STEP = 0.2; // s
const GRAVITY = 9.8; // m/s²
const MASS = 1; // kg, of each link
/** Of each link, in metres. */
export const LINK_LENGTH = 1;
const CENTRE = 0.5; // m, from a link's joint to its centre of mass
const INERTIA = 1; // kg m², of each link
const HALF_PI = Math.PI / 2;
const defaultRange = { low: -0.1, high: 0.1 };

/** All four quantities from U[low, high), rounded to float32 as Gymnasium does. */
export function startingState(random: Random, options?: ResetOptions): AcrobotState {
  const { low, high } = startingRange("Acrobot", options, defaultRange);
  const shoulder = Math.fround(random.uniform(low, high));
  const elbow = Math.fround(random.uniform(low, high));
  const shoulderVelocity = Math.fround(random.uniform(low, high));
  const elbowVelocity = Math.fround(random.uniform(low, high));
  return { shoulder, elbow, shoulderVelocity, elbowVelocity };
}

/** Which equations of motion: those of the book, or those printed in the NIPS paper, which lack a term. */
export type AcrobotEquations = "book" | "nips";

/** Accelerations of the last evaluation, [shoulder, elbow]: one array for all, so that the hot loop allocates nothing. */
const accelerations = new Float64Array(2);

/** The equations of motion (Sutton & Barto, first edition, Figure 11.4), written into `accelerations`. */
function accelerate(
  { equations, torque }: { equations: AcrobotEquations; torque: number },
  shoulder: number,
  elbow: number,
  shoulderVelocity: number,
  elbowVelocity: number,
): void {
  const cosine = cos(elbow);
  const sine = sin(elbow);
  const d1 =
    MASS * CENTRE ** 2 +
    MASS * (LINK_LENGTH ** 2 + CENTRE ** 2 + 2 * LINK_LENGTH * CENTRE * cosine) +
    INERTIA +
    INERTIA;
  const d2 = MASS * (CENTRE ** 2 + LINK_LENGTH * CENTRE * cosine) + INERTIA;
  const phi2 = MASS * CENTRE * GRAVITY * cos(shoulder + elbow - HALF_PI);
  const phi1 =
    -MASS * LINK_LENGTH * CENTRE * (elbowVelocity * elbowVelocity) * sine -
    2 * MASS * LINK_LENGTH * CENTRE * elbowVelocity * shoulderVelocity * sine +
    (MASS * CENTRE + MASS * LINK_LENGTH) * GRAVITY * cos(shoulder - HALF_PI) +
    phi2;
  const centrifugal =
    equations === "nips" ? 0 : MASS * LINK_LENGTH * CENTRE * (shoulderVelocity * shoulderVelocity) * sine;
  const elbowAcceleration =
    (torque + (d2 / d1) * phi1 - centrifugal - phi2) / (MASS * CENTRE ** 2 + INERTIA - (d2 * d2) / d1);
  accelerations[0] = -(d2 * elbowAcceleration + phi1) / d1;
  accelerations[1] = elbowAcceleration;
}

/** One step of 0.2 s by the classical Runge–Kutta method, in place on a row [shoulder, elbow, their velocities]. */
export function swing(states: Float64Array, row: number, action: number, equations: AcrobotEquations): void {
  const drive = equations === "nips" ? torques.nips[action] : torques.book[action];
  const half = STEP / 2;
  const sixth = STEP / 6;
  const a = states[row];
  const b = states[row + 1];
  const va1 = states[row + 2];
  const vb1 = states[row + 3];
  accelerate(drive, a, b, va1, vb1);
  const [ga1, gb1] = [accelerations[0], accelerations[1]];
  const va2 = va1 + half * ga1;
  const vb2 = vb1 + half * gb1;
  accelerate(drive, a + half * va1, b + half * vb1, va2, vb2);
  const [ga2, gb2] = [accelerations[0], accelerations[1]];
  const va3 = va1 + half * ga2;
  const vb3 = vb1 + half * gb2;
  accelerate(drive, a + half * va2, b + half * vb2, va3, vb3);
  const [ga3, gb3] = [accelerations[0], accelerations[1]];
  const va4 = va1 + STEP * ga3;
  const vb4 = vb1 + STEP * gb3;
  accelerate(drive, a + STEP * va3, b + STEP * vb3, va4, vb4);
  states[row] = wrap(a + sixth * (va1 + 2 * va2 + 2 * va3 + va4));
  states[row + 1] = wrap(b + sixth * (vb1 + 2 * vb2 + 2 * vb3 + vb4));
  const shoulderSpeed = va1 + sixth * (ga1 + 2 * ga2 + 2 * ga3 + accelerations[0]);
  const elbowSpeed = vb1 + sixth * (gb1 + 2 * gb2 + 2 * gb3 + accelerations[1]);
  states[row + 2] = Math.min(Math.max(shoulderSpeed, -SHOULDER_SPEED_LIMIT), SHOULDER_SPEED_LIMIT);
  states[row + 3] = Math.min(Math.max(elbowSpeed, -ELBOW_SPEED_LIMIT), ELBOW_SPEED_LIMIT);
}

/** Actions 0, 1, 2 turn the elbow with −1, 0, +1 N m. */
const torques = {
  book: [-1, 0, 1].map((torque) => ({ equations: "book" as const, torque })),
  nips: [-1, 0, 1].map((torque) => ({ equations: "nips" as const, torque })),
};

/** An angle brought within [−π, π] by whole turns. */
function wrap(angle: number): number {
  let wrapped = angle;
  while (wrapped > Math.PI) wrapped -= 2 * Math.PI;
  while (wrapped < -Math.PI) wrapped += 2 * Math.PI;
  return wrapped;
}

/** Whether the free end is more than a link's length above the shoulder. */
export const isUp = (shoulder: number, elbow: number): boolean => -cos(shoulder) - cos(elbow + shoulder) > 1;

/** The rules over rows [shoulder, elbow, their velocities]; the plain ones go through a row of their own. */
export const acrobotBatch = (equations: AcrobotEquations): BatchRules<AcrobotState> => ({
  stateSize: 4,

  write({ shoulder, elbow, shoulderVelocity, elbowVelocity }, states, lane) {
    states.set([shoulder, elbow, shoulderVelocity, elbowVelocity], 4 * lane);
  },

  read(states, lane) {
    const [shoulder, elbow, shoulderVelocity, elbowVelocity] = states.subarray(4 * lane, 4 * lane + 4);
    return { shoulder, elbow, shoulderVelocity, elbowVelocity };
  },

  reset(states, lane, random, options) {
    const { low, high } = startingRange("Acrobot", options, defaultRange);
    for (let i = 4 * lane; i < 4 * lane + 4; i++) states[i] = Math.fround(random.uniform(low, high));
  },

  step(states, actions, rewards, terminated, _randoms, first, last) {
    for (let lane = first; lane < last; lane++) {
      const row = 4 * lane;
      swing(states, row, actions[lane], equations);
      const up = isUp(states[row], states[row + 1]);
      rewards[lane] = up ? 0 : -1;
      terminated[lane] = up ? 1 : 0;
    }
  },

  observe(states, observations, first, last) {
    for (let lane = first; lane < last; lane++) {
      const row = 4 * lane;
      const out = 6 * lane;
      observations[out] = cos(states[row]);
      observations[out + 1] = sin(states[row]);
      observations[out + 2] = cos(states[row + 1]);
      observations[out + 3] = sin(states[row + 1]);
      observations[out + 4] = states[row + 2];
      observations[out + 5] = states[row + 3];
    }
  },
});
