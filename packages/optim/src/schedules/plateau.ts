// The schedule that watches: it lowers the rate where a metric no longer improves.
import { requirePositive, type ScheduleOptions } from "./schedule.ts";

export interface PlateauOptions extends ScheduleOptions {
  /** Whether smaller metrics are better, or larger; default "min". */
  readonly mode?: "min" | "max";
  /** What the rate is multiplied by; default 0.1. */
  readonly factor?: number;
  /** Observations without improvement that are put up with; default 10. */
  readonly patience?: number;
  /** How much better counts as an improvement; default 1e−4. */
  readonly threshold?: number;
  /** The threshold is a share of the best metric so far ("relative", the default), or a difference from it. */
  readonly thresholdMode?: "relative" | "absolute";
  /** Observations after a reduction that do not count; default 0. */
  readonly cooldown?: number;
  /** Lowest rate; default 0. */
  readonly lowest?: number;
  /** Changes up to this are not made; default 1e−8. */
  readonly epsilon?: number;
}

/** All that a plateau schedule remembers, as plain data. */
export interface PlateauState {
  readonly learningRate: number;
  readonly best: number | null;
  readonly badObservations: number;
  readonly cooldownLeft: number;
}

/** η ← max(factor·η, lowest) after more than `patience` observations without improvement. optimizer.learningRate = plateau.observe(loss) */
export class ReduceOnPlateau {
  private readonly options: PlateauOptions;
  private current: PlateauState;

  constructor(options: PlateauOptions) {
    const { learningRate, factor = 0.1 } = options;
    requirePositive("ReduceOnPlateau", { learningRate, factor });
    if (factor >= 1) throw new RangeError(`ReduceOnPlateau: factor is ${factor}; expected a number below 1.`);
    this.options = options;
    this.current = { learningRate, best: null, badObservations: 0, cooldownLeft: 0 };
  }

  /** The rate in force. */
  get learningRate(): number {
    return this.current.learningRate;
  }

  /** Takes note of a metric, and gives the rate from here on. */
  observe(metric: number): number {
    const { factor = 0.1, patience = 10, cooldown = 0, lowest = 0, epsilon = 1e-8 } = this.options;
    let { learningRate, best, badObservations, cooldownLeft } = this.current;
    if (this.improves(metric, best)) [best, badObservations] = [metric, 0];
    else badObservations++;
    if (cooldownLeft > 0) [cooldownLeft, badObservations] = [cooldownLeft - 1, 0];
    if (badObservations > patience) {
      const lower = Math.max(learningRate * factor, lowest);
      if (learningRate - lower > epsilon) learningRate = lower;
      [cooldownLeft, badObservations] = [cooldown, 0];
    }
    this.current = { learningRate, best, badObservations, cooldownLeft };
    return learningRate;
  }

  /** What to restore to go on exactly from here. */
  state(): PlateauState {
    return this.current;
  }

  restore(state: PlateauState): void {
    this.current = state;
  }

  private improves(metric: number, best: number | null): boolean {
    const { mode = "min", threshold = 1e-4, thresholdMode = "relative" } = this.options;
    if (best === null) return !Number.isNaN(metric);
    const sign = mode === "min" ? -1 : 1;
    const margin = thresholdMode === "relative" ? best * threshold : threshold;
    return mode === "min" ? metric < best + sign * margin : metric > best + sign * margin;
  }
}
