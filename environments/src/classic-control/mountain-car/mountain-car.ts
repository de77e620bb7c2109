// MountainCar-v0 and MountainCarContinuous-v0: rock a weak car out of a valley.
import {
  type ArgumentSpecs,
  box,
  defineEnvironment,
  discrete,
  type EnvironmentDefinition,
  type EnvironmentEntry,
} from "@agon/env";
import { drawMountainCar } from "./drawing.ts";
import {
  CONTINUOUS_GOAL,
  continuousMountainCarBatch,
  drive,
  drivingReward,
  GOAL,
  hasArrived,
  hasClimbed,
  LEFT_END,
  type MountainCarState,
  mountainCarBatch,
  push,
  RIGHT_END,
  SPEED_LIMIT,
  startingState,
} from "./rules.ts";

export interface MountainCarOptions {
  /** The car must pass the flag at least this fast; default 0. */
  readonly goalVelocity?: number;
}

const common = {
  observation: box([2], { low: [LEFT_END, -SPEED_LIMIT], high: [RIGHT_END, SPEED_LIMIT] }),
  reset: startingState,
  observe({ position, velocity }: MountainCarState, out: Float32Array): void {
    out[0] = position;
    out[1] = velocity;
  },
};

/** MountainCar-v0 with options. */
export function mountainCar({ goalVelocity = 0 }: MountainCarOptions = {}): EnvironmentDefinition<MountainCarState> {
  return defineEnvironment({
    id: "MountainCar-v0",
    ...common,
    action: discrete(["left", "coast", "right"]),
    maxSteps: 200,
    rewardThreshold: -110,
    step(before, action) {
      const state = push(before, action);
      return { state, reward: -1, terminated: hasArrived(state, goalVelocity) };
    },
    draw: (state, canvas) => drawMountainCar(state, canvas, GOAL),
    batch: mountainCarBatch(goalVelocity),
  });
}

/** MountainCarContinuous-v0 with options. */
export function mountainCarContinuous({
  goalVelocity = 0,
}: MountainCarOptions = {}): EnvironmentDefinition<MountainCarState> {
  return defineEnvironment({
    id: "MountainCarContinuous-v0",
    ...common,
    action: box([1], { low: -1, high: 1 }),
    maxSteps: 999,
    rewardThreshold: 90,
    step(before, [force]) {
      const state = drive(before, force);
      const terminated = hasClimbed(state, goalVelocity);
      return { state, reward: drivingReward(terminated, force), terminated };
    },
    draw: (state, canvas) => drawMountainCar(state, canvas, CONTINUOUS_GOAL),
    batch: continuousMountainCarBatch(goalVelocity),
  });
}

/** MountainCar-v0 as it is registered: −1 for every step, at most 200 steps, solved from a mean return of −110. */
export const MountainCar: EnvironmentDefinition<MountainCarState> = mountainCar();

/** MountainCarContinuous-v0 as it is registered: 100 for the arrival less the fuel, at most 999 steps, solved from a mean return of 90. */
export const MountainCarContinuous: EnvironmentDefinition<MountainCarState> = mountainCarContinuous();

const mountainCarArguments: ArgumentSpecs = {
  goalVelocity: { kind: "number", default: 0, description: "the car must pass the flag at least this fast" },
};

export const mountainCarEntry: EnvironmentEntry = {
  id: "MountainCar-v0",
  summary: "Rock a weak car out of a valley",
  arguments: mountainCarArguments,
  create: (given) => mountainCar(given as MountainCarOptions) as EnvironmentDefinition,
};

export const mountainCarContinuousEntry: EnvironmentEntry = {
  id: "MountainCarContinuous-v0",
  summary: "The same by a continuous force, which costs",
  arguments: mountainCarArguments,
  create: (given) => mountainCarContinuous(given as MountainCarOptions) as EnvironmentDefinition,
};
