// Schedules that only go down: in steps, by powers, to a line's end.
import { pow } from "@agon/math";
import { requirePositive, type Schedule, type ScheduleOptions } from "./schedule.ts";

export interface StepDecayOptions extends ScheduleOptions {
  /** Steps from one decay to the next. */
  readonly every: number;
  /** γ; default 0.1. */
  readonly factor?: number;
}

/** η₀·γ^⌊t/every⌋ */
export const stepDecay = ({ learningRate, every, factor = 0.1 }: StepDecayOptions): Schedule => {
  requirePositive("stepDecay", { every });
  return (step) => learningRate * pow(factor, Math.floor(step / every));
};

export interface MultiStepDecayOptions extends ScheduleOptions {
  /** Steps at which the rate decays; one that is named twice counts twice. */
  readonly milestones: readonly number[];
  /** γ; default 0.1. */
  readonly factor?: number;
}

/** η₀·γ^(number of milestones up to t) */
export const multiStepDecay =
  ({ learningRate, milestones, factor = 0.1 }: MultiStepDecayOptions): Schedule =>
  (step) =>
    learningRate * pow(factor, milestones.filter((milestone) => milestone <= step).length);

export interface ExponentialDecayOptions extends ScheduleOptions {
  /** γ, of each step. */
  readonly factor: number;
}

/** η₀·γᵗ */
export const exponentialDecay =
  ({ learningRate, factor }: ExponentialDecayOptions): Schedule =>
  (step) =>
    learningRate * pow(factor, step);

export interface PolynomialDecayOptions extends ScheduleOptions {
  /** Steps until the rate is 0. */
  readonly steps: number;
  /** Default 1: a line. */
  readonly power?: number;
}

/** η₀·(1 − min(t, T)/T)^power with T = steps. */
export const polynomialDecay = ({ learningRate, steps, power = 1 }: PolynomialDecayOptions): Schedule => {
  requirePositive("polynomialDecay", { steps, power });
  return (step) => (step >= steps ? 0 : learningRate * pow(1 - step / steps, power));
};
