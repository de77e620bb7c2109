// Which transitions of a replay buffer to learn from: those that surprised most, more often (Schaul et al. 2016, sec. 3.3 and 3.4).
import type { Random } from "@agon/random";
import type { SafetensorsArray } from "@agon/tensor";
import { importanceWeight, priority, SumTree } from "./priorities.ts";

/** Keeps δ + ε of a transition that was learned perfectly above 0. */
const EPSILON = 1e-6;

export class PrioritySampler {
  private readonly tree: SumTree;
  private readonly alpha: number;
  /** The largest priority so far: that of new transitions, so that each is seen. */
  private largest = 1;
  /** Rows up to the last one that was ever added. */
  private rows = 0;

  /** `alpha`: 0 samples uniformly, 1 in proportion to |δ|. */
  constructor(capacity: number, alpha: number) {
    this.tree = new SumTree(capacity);
    this.alpha = alpha;
  }

  /** A new transition stands at a row. */
  add(row: number): void {
    this.tree.set(row, this.largest);
    this.rows = Math.max(this.rows, row + 1);
  }

  /**
   * Draws rows with P(i) = pᵢᵅ/Σ pᵅ, one from each of as many equal shares of the sum as rows are asked for, and their weights (N·P(i))^−β,
   * scaled so that the largest one in the buffer is 1.
   */
  draw(
    rows: Int32Array,
    weights: Float32Array,
    { random, size, beta }: { random: Random; size: number; beta: number },
  ): void {
    const { tree } = this;
    const share = tree.total / rows.length;
    const heaviest = importanceWeight(tree.minimum / tree.total, size, beta);
    for (let i = 0; i < rows.length; i++) {
      rows[i] = tree.find((i + random.uniform()) * share);
      weights[i] = importanceWeight(tree.get(rows[i]) / tree.total, size, beta) / heaviest;
    }
  }

  /** The TD errors that the rows turned out to have. */
  update(rows: Int32Array, tdErrors: ArrayLike<number>): void {
    for (let i = 0; i < rows.length; i++) {
      const value = priority(tdErrors[i], this.alpha, EPSILON);
      this.largest = Math.max(this.largest, value);
      this.tree.set(rows[i], value);
    }
  }

  /** Priorities of the rows that were added, and the largest one so far. */
  save(): { readonly data: { readonly largest: number }; readonly arrays: { readonly values: Float64Array } } {
    const values = Float64Array.from({ length: this.rows }, (_, row) => this.tree.get(row));
    return { data: { largest: this.largest }, arrays: { values } };
  }

  load(saved: unknown, array: (name: string) => SafetensorsArray): void {
    const values = array("values");
    this.rows = values.length;
    for (let row = 0; row < this.tree.capacity; row++) this.tree.set(row, row < this.rows ? values[row] : 0);
    this.largest = (saved as { largest: number }).largest;
  }
}
