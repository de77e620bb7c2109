// CartPole-v1: balance a pole on a cart (Barto, Sutton & Anderson 1983), with Gymnasium's constants and seeding.
import { type Canvas, box, defineEnvironment, discrete, type EnvironmentDefinition } from "@agon/env";
import { cos, sin } from "@agon/math";

const GRAVITY = 9.8;
const CART_MASS = 1;
const POLE_MASS = 0.1;
const TOTAL_MASS = CART_MASS + POLE_MASS;
/** Half of the pole's length, in metres. */
const HALF_LENGTH = 0.5;
const POLE_MOMENT = POLE_MASS * HALF_LENGTH;
const FORCE = 10;
/** Seconds between steps. */
const TIME_STEP = 0.02;
/** The episode ends beyond this angle (12°), in radians. */
const ANGLE_LIMIT = (12 * 2 * 3.141592653589793) / 360;
const POSITION_LIMIT = 2.4;

export interface CartPoleState {
  /** Metres from the middle of the track. */
  readonly position: number;
  readonly velocity: number;
  /** Radians, 0 upright, clockwise positive. */
  readonly angle: number;
  readonly angularVelocity: number;
  /** The pole has fallen or the cart has left the track. */
  readonly failed: boolean;
}

export interface CartPoleOptions {
  /** Reward 0 for each step and −1 for failing, instead of 1 for each step. */
  readonly suttonBartoReward?: boolean;
}

/** Euler's method over one time step; action 1 pushes right, 0 left. */
const move = ({ position, velocity, angle, angularVelocity }: CartPoleState, push: boolean): CartPoleState => {
  const force = push ? FORCE : -FORCE;
  const [c, s] = [cos(angle), sin(angle)];
  const shared = (force + POLE_MOMENT * (angularVelocity * angularVelocity) * s) / TOTAL_MASS;
  const angularAcceleration = (GRAVITY * s - c * shared) / (HALF_LENGTH * (4 / 3 - (POLE_MASS * (c * c)) / TOTAL_MASS));
  const acceleration = shared - (POLE_MOMENT * angularAcceleration * c) / TOTAL_MASS;
  const next = {
    position: position + TIME_STEP * velocity,
    velocity: velocity + TIME_STEP * acceleration,
    angle: angle + TIME_STEP * angularVelocity,
    angularVelocity: angularVelocity + TIME_STEP * angularAcceleration,
  };
  return { ...next, failed: Math.abs(next.position) > POSITION_LIMIT || Math.abs(next.angle) > ANGLE_LIMIT };
};

const draw = ({ position, angle }: CartPoleState, canvas: Canvas): void => {
  canvas.view(-3, -2, 6, 3);
  canvas.line(-3, 0.2, 3, 0.2, { stroke: "track", strokeWidth: 0.03 });
  for (const side of [-1, 1])
    canvas.line(side * POSITION_LIMIT, 0.1, side * POSITION_LIMIT, 0.3, {
      stroke: "danger",
      strokeWidth: 0.02,
      opacity: 0.6,
    });
  canvas.rectangle(position, 0.05, 0.5, 0.3, { fill: "cart", cornerRadius: 0.06 });
  const [tipX, tipY] = [position + 2 * HALF_LENGTH * 1.5 * sin(angle), -2 * HALF_LENGTH * 1.5 * cos(angle)];
  canvas.line(position, 0, tipX, tipY, { stroke: "pole", strokeWidth: 0.1 });
  canvas.circle(position, 0, 0.06, "accent");
};

export const cartPole = ({ suttonBartoReward = false }: CartPoleOptions = {}): EnvironmentDefinition<CartPoleState> =>
  defineEnvironment<CartPoleState>({
    id: "CartPole-v1",
    observation: box([4], {
      low: [-2 * POSITION_LIMIT, -Infinity, -2 * ANGLE_LIMIT, -Infinity],
      high: [2 * POSITION_LIMIT, Infinity, 2 * ANGLE_LIMIT, Infinity],
    }),
    action: discrete(["left", "right"]),
    maxSteps: 500,
    rewardThreshold: 475,
    reset(random) {
      const near = (): number => random.uniform(-0.05, 0.05);
      return { position: near(), velocity: near(), angle: near(), angularVelocity: near(), failed: false };
    },
    step(state, action) {
      const next = move(state, action === 1);
      const reward = suttonBartoReward ? (next.failed ? -1 : 0) : 1;
      return { state: next, reward, terminated: next.failed };
    },
    observe({ position, velocity, angle, angularVelocity }, out) {
      out[0] = position;
      out[1] = velocity;
      out[2] = angle;
      out[3] = angularVelocity;
    },
    draw,
  });

export const CartPole: EnvironmentDefinition<CartPoleState> = cartPole();
