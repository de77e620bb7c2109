// Reset options of the classic-control environments: the range of the starting state.
import type { ResetOptions } from "@agon/env";

export interface Range {
  readonly low: number;
  readonly high: number;
}

/** The options `low` and `high` of a reset, those left out from `fallback`. */
export function startingRange(name: string, options: ResetOptions | undefined, fallback: Range): Range {
  if (!options) return fallback;
  const unknown = Object.keys(options).find((key) => key !== "low" && key !== "high");
  if (unknown !== undefined)
    throw new RangeError(`${name}: there is no reset option ${unknown}; there are low and high.`);
  const { low = fallback.low, high = fallback.high } = options as { low?: unknown; high?: unknown };
  if (Number.isFinite(low) && Number.isFinite(high) && (low as number) <= (high as number)) {
    return { low: low as number, high: high as number };
  }
  throw new RangeError(`${name}: reset options low and high must be numbers with low ≤ high; got ${low} and ${high}.`);
}
