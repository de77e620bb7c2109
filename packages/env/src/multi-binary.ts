// The multi-binary space: arrays of switches.
import type { Random } from "@agon/random";
import { needStream } from "./masks.ts";
import { show } from "./show.ts";
import { areWholeNumbers, isNumbers, sameNumbers } from "./numbers.ts";
import type { MultiBinarySpace } from "./spaces.ts";

/** Arrays of 0 and 1 of a length or a shape: `multiBinary(4)`, `multiBinary([2, 3])`. */
export function multiBinary(shape: number | readonly number[]): MultiBinarySpace {
  const lengths = typeof shape === "number" ? [shape] : shape;
  if (!areWholeNumbers(lengths, 1) || lengths.length === 0) {
    throw new RangeError(`multiBinary: expected a positive whole number, or a list of them; got ${show(shape)}.`);
  }
  return Object.freeze(new MultiBinary(lengths));
}

class MultiBinary implements MultiBinarySpace {
  readonly kind = "multi-binary";
  readonly shape: readonly number[];
  readonly size: number;

  constructor(shape: readonly number[]) {
    this.shape = Object.freeze([...shape]);
    this.size = shape.reduce((product, length) => product * length, 1);
  }

  sample(random: Random, mask?: ArrayLike<number>): Uint8Array {
    needStream(random, this);
    const out = new Uint8Array(this.size);
    if (mask && !(mask.length === this.size && Array.prototype.every.call(mask, (flag) => [0, 1, 2].includes(flag))))
      throw new RangeError(
        `sample: the mask of ${this} takes ${this.size} numbers, 0 and 1 to be so and 2 to be drawn.`,
      );
    random.fillBits(out);
    if (mask) for (let i = 0; i < this.size; i++) if (mask[i] !== 2) out[i] = mask[i];
    return out;
  }

  contains(value: unknown): boolean {
    if (!isNumbers(value) || value.length !== this.size) return false;
    return Array.prototype.every.call(value, (element) => element === 0 || element === 1);
  }

  equals(other: unknown): boolean {
    return other instanceof MultiBinary && sameNumbers(other.shape, this.shape);
  }

  toJSON(): unknown {
    return { kind: "multi-binary", shape: [...this.shape] };
  }

  toString(): string {
    return this.shape.length === 1 ? `MultiBinary(${this.size})` : `MultiBinary([${this.shape.join(", ")}])`;
  }
}
