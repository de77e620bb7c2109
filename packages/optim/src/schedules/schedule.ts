// What a schedule is, and the checks that all share.

/**
 * The learning rate in force at a step (or epoch), counted from 0. A schedule is a plain function without state: set
 * `optimizer.learningRate = schedule(step)` before the step; compiled steps need no new recording.
 */
export type Schedule = (step: number) => number;

/** What every schedule starts from. */
export interface ScheduleOptions {
  /** η₀, the rate that is scaled. */
  readonly learningRate: number;
}

/** Refuses numbers that are not positive. */
export const requirePositive = (name: string, values: Readonly<Record<string, number>>): void => {
  for (const [option, value] of Object.entries(values))
    if (!(value > 0)) throw new RangeError(`${name}: ${option} is ${value}; expected a positive number.`);
};
