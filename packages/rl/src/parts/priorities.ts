// Prioritised replay (Schaul et al. 2016): sampling in proportion to priorities, and the weights that make up for it.
import { pow } from "@agon/math";

/** pᵅ with p = |δ| + ε (sec. 3.3): what the chance of a transition is proportional to. */
export const priority = (tdError: number, alpha: number, epsilon: number): number =>
  pow(Math.abs(tdError) + epsilon, alpha);

/** (N·P)^−β: makes up for sampling with probability P in place of 1/N; fully with β = 1 (sec. 3.4). */
export const importanceWeight = (probability: number, count: number, beta: number): number =>
  pow(count * probability, -beta);

/** Numbers ≥ 0 with their sum and their smallest positive one, O(log n) to change one and to find where a share of the sum lies. */
export class SumTree {
  readonly capacity: number;
  /** Leaves rounded up to a power of two; leaf i is node leaves + i, the children of node k are 2k and 2k + 1. */
  private readonly leaves: number;
  private readonly sums: Float64Array;
  private readonly minima: Float64Array;

  constructor(capacity: number) {
    this.capacity = capacity;
    let leaves = 1;
    while (leaves < capacity) leaves *= 2;
    this.leaves = leaves;
    this.sums = new Float64Array(2 * this.leaves);
    this.minima = new Float64Array(2 * this.leaves).fill(Infinity);
  }

  get total(): number {
    return this.sums[1];
  }

  /** The smallest positive number; infinity where there is none. */
  get minimum(): number {
    return this.minima[1];
  }

  get(index: number): number {
    return this.sums[this.leaves + index];
  }

  set(index: number, value: number): void {
    if (!(index >= 0 && index < this.capacity))
      throw new RangeError(`SumTree.set: no place ${index} of ${this.capacity}.`);
    if (!(value >= 0 && value < Infinity))
      throw new RangeError(`SumTree.set: ${value} at place ${index}; expected a finite number from 0 up.`);
    const { sums, minima } = this;
    let node = this.leaves + index;
    sums[node] = value;
    minima[node] = value > 0 ? value : Infinity;
    for (node >>= 1; node >= 1; node >>= 1) {
      sums[node] = sums[2 * node] + sums[2 * node + 1];
      minima[node] = Math.min(minima[2 * node], minima[2 * node + 1]);
    }
  }

  /** The first place with v₀ + … + vᵢ > mass; mass in [0, total). Never a place whose number is 0, as long as one is positive. */
  find(mass: number): number {
    const { sums } = this;
    let rest = mass;
    let node = 1;
    while (node < this.leaves) {
      node *= 2;
      // Rounding may leave more than the right side holds, or a right side that is empty.
      if (rest >= sums[node] && sums[node + 1] > 0) rest -= sums[node++];
    }
    return node - this.leaves;
  }
}
