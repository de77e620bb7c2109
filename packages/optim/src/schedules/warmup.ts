// Schedules that start small.
import { pow } from "@agon/math";
import { halfWave } from "./cosine.ts";
import { requirePositive, type Schedule, type ScheduleOptions } from "./schedule.ts";

export interface LinearRampOptions extends ScheduleOptions {
  /** Steps until the last share. */
  readonly steps: number;
  /** Share of the rate at step 0; default ⅓. */
  readonly from?: number;
  /** Share of the rate from `steps` on; default 1. */
  readonly to?: number;
}

/** η₀·(from + (to − from)·min(t, T)/T) with T = steps. */
export const linearRamp = ({ learningRate, steps, from = 1 / 3, to = 1 }: LinearRampOptions): Schedule => {
  requirePositive("linearRamp", { steps });
  return (step) => learningRate * (from + ((to - from) * Math.min(step, steps)) / steps);
};

export interface WarmupOptions extends ScheduleOptions {
  /** Steps until the whole rate. */
  readonly steps: number;
}

/** η₀·min(1, (t + 1)/steps): never 0. */
export const linearWarmup = ({ learningRate, steps }: WarmupOptions): Schedule => {
  requirePositive("linearWarmup", { steps });
  return (step) => learningRate * Math.min(1, (step + 1) / steps);
};

export interface WarmupCosineOptions extends ScheduleOptions {
  /** Steps of the warm-up, which begins at 0. */
  readonly warmup: number;
  /** Steps in all; from then on the rate is `lowest`. */
  readonly steps: number;
  /** Lowest rate; default 0. */
  readonly lowest?: number;
}

/** η₀·t/warmup at first, then a cosine decay to the end. */
export const warmupCosine = ({ learningRate, warmup, steps, lowest = 0 }: WarmupCosineOptions): Schedule => {
  requirePositive("warmupCosine", { warmup, "steps − warmup": steps - warmup });
  return (step) =>
    step < warmup
      ? (learningRate * step) / warmup
      : halfWave(learningRate, lowest, Math.min(1, (step - warmup) / (steps - warmup)));
};

export interface NoamOptions extends ScheduleOptions {
  /** Width of the model. */
  readonly width: number;
  /** Steps of the warm-up. */
  readonly warmup: number;
}

/** η₀·width^(−½)·min(s^(−½), s·warmup^(−3/2)) with s = t + 1 (Vaswani et al. 2017, eq. 3). */
export const noam = ({ learningRate, width, warmup }: NoamOptions): Schedule => {
  requirePositive("noam", { width, warmup });
  return (step) => {
    const s = step + 1;
    return (learningRate / Math.sqrt(width)) * Math.min(1 / Math.sqrt(s), s * pow(warmup, -1.5));
  };
};
