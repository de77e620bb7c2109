// What attention has seen so far, for generating a token at a time.
import { arange, scalar, ShapeError, type Tensor, Variable, zeros } from "@agon/tensor";

/** Sizes of a KeyValueCache. */
export interface KeyValueCacheSize {
  readonly batch: number;
  readonly heads: number;
  /** Most steps it holds. */
  readonly capacity: number;
  /** Width of one head. */
  readonly width: number;
}

/**
 * Keys and values of the steps so far, in Variables: a compiled step that appends to it can be replayed. Past its capacity attention gives NaN,
 * not an answer from a part of the sequence.
 */
export class KeyValueCache {
  /** [batch, heads, capacity, width] */
  readonly keys: Variable;
  readonly values: Variable;
  /** Steps so far: int32 scalar. */
  readonly length: Variable;

  constructor({ batch, heads, capacity, width }: KeyValueCacheSize) {
    const shape = [batch, heads, capacity, width];
    this.keys = new Variable(zeros(shape));
    this.values = new Variable(zeros(shape));
    this.length = new Variable(scalar(0, "int32"));
  }

  /** Forgets everything. */
  reset(): void {
    this.length.set([0]);
  }

  /**
   * Adds steps, and returns all keys and values with the mask of what each new step may look at: those before it and itself,
   * bool [steps, capacity]. keys, values: [batch, heads, steps, width].
   */
  append(
    keys: Tensor,
    values: Tensor,
  ): { readonly keys: Tensor; readonly values: Tensor; readonly mask: Tensor; readonly fits: Tensor } {
    const [batch, heads, capacity, width] = this.keys.shape;
    for (const added of [keys, values])
      if (added.rank !== 4 || added.shape[0] !== batch || added.shape[1] !== heads || added.shape[3] !== width)
        throw new ShapeError(
          `KeyValueCache: got keys or values [${added.shape.join(", ")}]; expected [${batch}, ${heads}, steps, ${width}].`,
        );
    const steps = keys.shape[2];
    const length = this.length.value;
    const place = arange(0, capacity).sub(length); // [capacity], number of the new step that comes there
    const isNew = place.greaterEqual(0).and(place.less(steps)).unsqueeze(1); // [capacity, 1]
    const source = place.maximum(0).minimum(steps - 1);
    for (const [cell, added] of [
      [this.keys, keys],
      [this.values, values],
    ] as const)
      cell.assign(isNew.where(added.take(source, 2), cell.value).detach());
    this.length.assign(length.add(steps));
    return {
      keys: this.keys.value,
      values: this.values.value,
      mask: place.unsqueeze(0).lessEqual(arange(0, steps).unsqueeze(1)),
      fits: length.add(steps).lessEqual(capacity),
    };
  }
}
