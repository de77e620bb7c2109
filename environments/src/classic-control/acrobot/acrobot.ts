// Acrobot-v1: swing the free end of a double pendulum up.
import {
  type ArgumentSpecs,
  box,
  defineEnvironment,
  discrete,
  type EnvironmentDefinition,
  type EnvironmentEntry,
} from "@agon/env";
import { cos, sin } from "@agon/math";
import { drawAcrobot } from "./drawing.ts";
import {
  type AcrobotEquations,
  type AcrobotState,
  acrobotBatch,
  ELBOW_SPEED_LIMIT,
  isUp,
  SHOULDER_SPEED_LIMIT,
  startingState,
  swing,
} from "./rules.ts";

export interface AcrobotOptions {
  /** The equations of motion of Sutton & Barto's book (default), or those of the NIPS paper of 1996, which lack a term. */
  readonly bookOrNips?: AcrobotEquations;
}

/** Acrobot-v1 with options. */
export function acrobot({ bookOrNips = "book" }: AcrobotOptions = {}): EnvironmentDefinition<AcrobotState> {
  const bounds = [1, 1, 1, 1, SHOULDER_SPEED_LIMIT, ELBOW_SPEED_LIMIT];
  const rows = acrobotBatch(bookOrNips);
  return defineEnvironment({
    id: "Acrobot-v1",
    observation: box([6], { low: bounds.map((bound) => -bound), high: bounds }),
    action: discrete(["clockwise", "none", "counter-clockwise"]),
    maxSteps: 500,
    rewardThreshold: -100,
    reset: startingState,
    step(before, action) {
      const row = new Float64Array(4);
      rows.write(before, row, 0);
      swing(row, 0, action, bookOrNips);
      const terminated = isUp(row[0], row[1]);
      return { state: rows.read(row, 0), reward: terminated ? 0 : -1, terminated };
    },
    observe({ shoulder, elbow, shoulderVelocity, elbowVelocity }, out) {
      out[0] = cos(shoulder);
      out[1] = sin(shoulder);
      out[2] = cos(elbow);
      out[3] = sin(elbow);
      out[4] = shoulderVelocity;
      out[5] = elbowVelocity;
    },
    draw: drawAcrobot,
    batch: rows,
  });
}

/** Acrobot-v1 as it is registered: −1 for every step until the end is up, at most 500 steps, solved from a mean return of −100. */
export const Acrobot: EnvironmentDefinition<AcrobotState> = acrobot();

const acrobotArguments: ArgumentSpecs = {
  bookOrNips: {
    kind: "string",
    default: "book",
    choices: ["book", "nips"],
    description: "equations of motion: of Sutton & Barto's book, or of the NIPS paper, which lack a term",
  },
};

export const acrobotEntry: EnvironmentEntry = {
  id: "Acrobot-v1",
  summary: "Swing the free end of a double pendulum up",
  arguments: acrobotArguments,
  create: (given) => acrobot(given as AcrobotOptions) as EnvironmentDefinition,
};
