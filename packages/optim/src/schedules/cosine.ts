// Schedules along half waves of the cosine.
import { cos } from "@agon/math";
import { requirePositive, type Schedule, type ScheduleOptions } from "./schedule.ts";

/** From `high` at share 0 to `low` at share 1. */
export const halfWave = (high: number, low: number, share: number): number =>
  low + ((high - low) * (1 + cos(Math.PI * share))) / 2;

export interface CosineDecayOptions extends ScheduleOptions {
  /** T, steps until the lowest rate; then it rises again, as PyTorch's. */
  readonly steps: number;
  /** Lowest rate; default 0. */
  readonly lowest?: number;
}

/** η_low + ½(η₀ − η_low)(1 + cos(πt/T)) (Loshchilov & Hutter 2017, eq. 5, without restarts). */
export const cosineDecay = ({ learningRate, steps, lowest = 0 }: CosineDecayOptions): Schedule => {
  requirePositive("cosineDecay", { steps });
  return (step) => halfWave(learningRate, lowest, step / steps);
};

export interface CosineWarmRestartsOptions extends ScheduleOptions {
  /** Steps of the first period. */
  readonly period: number;
  /** How much longer each period is than the one before; default 1. */
  readonly growth?: number;
  /** Lowest rate; default 0. */
  readonly lowest?: number;
}

/** A cosine decay that begins anew after each period (SGDR; Loshchilov & Hutter 2017, eq. 5). */
export const cosineWarmRestarts = (options: CosineWarmRestartsOptions): Schedule => {
  const { learningRate, period, growth = 1, lowest = 0 } = options;
  requirePositive("cosineWarmRestarts", { period });
  if (!(growth >= 1)) throw new RangeError(`cosineWarmRestarts: growth is ${growth}; expected 1 or more.`);
  return (step) => {
    let [start, length] = growth === 1 ? [step - (step % period), period] : [0, period];
    while (step >= start + length) {
      start += length;
      length *= growth;
    }
    return halfWave(learningRate, lowest, (step - start) / length);
  };
};
