// The multi-discrete space: several discrete choices at once.
import type { Random } from "@agon/random";
import { show } from "./show.ts";
import { drawFlag, needStream } from "./masks.ts";
import { areWholeNumbers, isNumbers, sameNumbers } from "./numbers.ts";
import type { MultiDiscreteSpace } from "./spaces.ts";

/** Lists of integers, element i in {0, …, counts[i] − 1}: `multiDiscrete([3, 2])`, a steering wheel with three positions and a brake. */
export function multiDiscrete(counts: readonly number[]): MultiDiscreteSpace {
  if (!areWholeNumbers(counts, 1) || counts.length === 0) {
    throw new RangeError(
      `multiDiscrete: expected a list of positive whole numbers, one per element; got ${show(counts)}.`,
    );
  }
  return Object.freeze(new MultiDiscrete(counts));
}

class MultiDiscrete implements MultiDiscreteSpace {
  readonly kind = "multi-discrete";
  readonly counts: readonly number[];
  readonly shape: readonly number[];
  readonly size: number;

  constructor(counts: readonly number[]) {
    this.counts = Object.freeze([...counts]);
    this.shape = Object.freeze([counts.length]);
    this.size = counts.length;
  }

  /** Each element a uniform number in [0, 1) times its count, rounded down; under a mask one of the values it allows. */
  sample(random: Random, mask?: readonly ArrayLike<number>[]): Int32Array {
    needStream(random, this);
    if (mask && mask.length !== this.size)
      throw new RangeError(`sample: ${mask.length} masks for the ${this.size} elements of ${this}.`);
    if (mask) return Int32Array.from(this.counts, (count, i) => drawFlag(random, mask[i], this, count));
    return Int32Array.from(this.counts, (count) => Math.floor(random.uniform() * count));
  }

  contains(value: unknown): boolean {
    if (!isNumbers(value) || value.length !== this.size) return false;
    return this.counts.every((count, i) => Number.isInteger(value[i]) && value[i] >= 0 && value[i] < count);
  }

  equals(other: unknown): boolean {
    return other instanceof MultiDiscrete && sameNumbers(other.counts, this.counts);
  }

  toJSON(): unknown {
    return { kind: "multi-discrete", counts: [...this.counts] };
  }

  toString(): string {
    return `MultiDiscrete([${this.counts.join(", ")}])`;
  }
}
