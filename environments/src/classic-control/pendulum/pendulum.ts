// Pendulum-v1: swing a pendulum up and hold it there.
import {
  type ArgumentSpecs,
  box,
  defineEnvironment,
  type EnvironmentDefinition,
  type EnvironmentEntry,
} from "@agon/env";
import { cos, sin } from "@agon/math";
import { drawPendulum } from "./drawing.ts";
import { type PendulumState, pendulumBatch, SPEED_LIMIT, startingState, TORQUE_LIMIT, turn } from "./rules.ts";

export interface PendulumOptions {
  /** Acceleration of gravity in m/s²; default 10. */
  readonly g?: number;
}

/** Pendulum-v1 with options. */
export function pendulum({ g = 10 }: PendulumOptions = {}): EnvironmentDefinition<PendulumState> {
  return defineEnvironment({
    id: "Pendulum-v1",
    observation: box([3], { low: [-1, -1, -SPEED_LIMIT], high: [1, 1, SPEED_LIMIT] }),
    action: box([1], { low: -TORQUE_LIMIT, high: TORQUE_LIMIT }),
    maxSteps: 200,
    reset: startingState,
    step: (state, [torque]) => turn(state, torque, g),
    observe({ angle, velocity }, out) {
      out[0] = cos(angle);
      out[1] = sin(angle);
      out[2] = velocity;
    },
    draw: drawPendulum,
    batch: pendulumBatch(g),
  });
}

/** Pendulum-v1 as it is registered: gravity 10 m/s², 200 steps. */
export const Pendulum: EnvironmentDefinition<PendulumState> = pendulum();

const pendulumArguments: ArgumentSpecs = {
  g: { kind: "number", default: 10, description: "acceleration of gravity in m/s²" },
};

export const pendulumEntry: EnvironmentEntry = {
  id: "Pendulum-v1",
  summary: "Swing a pendulum up and hold it there",
  arguments: pendulumArguments,
  create: (given) => pendulum(given as PendulumOptions) as EnvironmentDefinition,
};
