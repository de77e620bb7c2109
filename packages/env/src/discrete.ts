// The discrete space: a run of integers, with names if wanted.
import type { Random } from "@agon/random";
import { show } from "./show.ts";
import { drawFlag, needStream } from "./masks.ts";
import type { DiscreteSpace } from "./spaces.ts";

/** {start, …, start + n − 1}; or one value per label. `discrete(4)`, `discrete(["left", "right"])`, `discrete(5, { start: -2 })`. */
export function discrete(values: number | readonly string[], { start = 0 }: { start?: number } = {}): DiscreteSpace {
  const labels = Array.isArray(values) ? Object.freeze([...(values as readonly string[])]) : undefined;
  const n = labels ? labels.length : (values as number);
  if (!Number.isSafeInteger(n) || n < 1) {
    throw new RangeError(`discrete: expected a positive whole number of values, or their labels; got ${show(values)}.`);
  }
  if (!Number.isSafeInteger(start)) throw new RangeError(`discrete: start must be a whole number; got ${start}.`);
  return Object.freeze(new Discrete(n, start, labels));
}

class Discrete implements DiscreteSpace {
  readonly kind = "discrete";
  readonly shape: readonly number[] = Object.freeze([]);
  readonly size = 1;
  readonly n: number;
  readonly start: number;
  readonly labels?: readonly string[];

  constructor(n: number, start: number, labels: readonly string[] | undefined) {
    this.n = n;
    this.start = start;
    if (labels) this.labels = labels;
  }

  sample(random: Random, mask?: ArrayLike<number>): number {
    needStream(random, this);
    return this.start + (mask ? drawFlag(random, mask, this, this.n) : random.integer(this.n));
  }

  contains(value: unknown): boolean {
    return Number.isInteger(value) && (value as number) >= this.start && (value as number) < this.start + this.n;
  }

  equals(other: unknown): boolean {
    return other instanceof Discrete && other.n === this.n && other.start === this.start;
  }

  toJSON(): unknown {
    const { n, start, labels } = this;
    return { kind: "discrete", n, ...(start !== 0 && { start }), ...(labels && { labels }) };
  }

  toString(): string {
    return this.start === 0 ? `Discrete(${this.n})` : `Discrete(${this.n}, start=${this.start})`;
  }
}
