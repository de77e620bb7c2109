// One cycle: up to a large rate and down to a tiny one, with momentum the other way around.
import { halfWave } from "./cosine.ts";
import { requirePositive, type Schedule } from "./schedule.ts";

export interface OneCycleOptions {
  /** The rate at the top. */
  readonly highest: number;
  /** Steps in all; later ones keep the last rate. */
  readonly steps: number;
  /** Share of the steps until the top; default 0.3. */
  readonly rise?: number;
  /** Shape of the ways; default "cosine". */
  readonly shape?: "cosine" | "linear";
  /** The first rate is highest/initialDivisor; default 25. */
  readonly initialDivisor?: number;
  /** The last rate is the first/finalDivisor; default 10⁴. */
  readonly finalDivisor?: number;
  /** Down to the first rate in as many steps as up, and only then to the last. Default false. */
  readonly threePhases?: boolean;
}

/** A way from one value to another, up to a step (a fraction, as PyTorch has it). */
interface Phase {
  readonly end: number;
  readonly from: number;
  readonly to: number;
}

/** first → highest → last, in two phases or three (Smith & Topin 2018). */
export const oneCycle = (options: OneCycleOptions): Schedule => {
  const { highest, initialDivisor = 25, finalDivisor = 1e4 } = options;
  const first = highest / initialDivisor;
  return along("oneCycle", options, [first, highest, first, first / finalDivisor]);
};

export interface OneCycleMomentumOptions extends Omit<OneCycleOptions, "highest" | "initialDivisor" | "finalDivisor"> {
  /** At the largest rate; default 0.85. */
  readonly lowestMomentum?: number;
  /** At both ends; default 0.95. */
  readonly highestMomentum?: number;
}

/** The momentum that goes with oneCycle: high where the rate is low. */
export const oneCycleMomentum = (options: OneCycleMomentumOptions): Schedule => {
  const { lowestMomentum: low = 0.85, highestMomentum: high = 0.95 } = options;
  return along("oneCycleMomentum", options, [high, low, high, high]);
};

const along = (
  name: string,
  { steps, rise = 0.3, shape = "cosine", threePhases = false }: Omit<OneCycleOptions, "highest">,
  [start, top, middle, last]: readonly [number, number, number, number],
): Schedule => {
  requirePositive(name, { steps });
  if (!(rise > 0 && rise < (threePhases ? 0.5 : 1)))
    throw new RangeError(`${name}: rise is ${rise}; expected a share between 0 and ${threePhases ? 0.5 : 1}.`);
  const up: Phase = { end: rise * steps - 1, from: start, to: top };
  const phases: readonly Phase[] = threePhases
    ? [up, { end: 2 * rise * steps - 2, from: top, to: middle }, { end: steps - 1, from: middle, to: last }]
    : [up, { end: steps - 1, from: top, to: last }];
  return (step) => {
    const at = Math.min(step, steps - 1);
    const found = phases.findIndex(({ end }) => at <= end);
    const { end, from, to } = phases[found];
    const begin = found === 0 ? 0 : phases[found - 1].end;
    const share = end === begin ? 1 : (at - begin) / (end - begin);
    return shape === "cosine" ? halfWave(from, to, share) : from + (to - from) * share;
  };
};
