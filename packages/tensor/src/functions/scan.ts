// Loops over sequences inside a step.
import { ShapeError } from "../errors.ts";
import { sameShape, showShape } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { stack } from "../create.ts";
import { mapTree, tensorsIn } from "../tree.ts";

/**
 * A recurrence: [carry, y] = f(carry, x[t], t) for t = 0, 1, …. carry, x and y are trees of tensors; every tensor of `xs` is
 * [time, …], and the ys come back stacked the same way, after the last carry. Has gradients of any order.
 *
 * The loop is unrolled: inside `compile` every round has its own entries in the plan. A loop of one body has little to gain over that: a training step
 * of an LSTM of 50 rounds spends 92% of its time in products and fused loops, the rest in moving and summing. What concerns all rounds is done once
 * for all of them: the gradient of a weight is one product over all rounds, and a matrix that is read transposed is turned once. Recording takes
 * about 6 ms of one core for each round of an LSTM with its gradient, the plan 1.4 KB of code. Wrap f in
 * `checkpoint` to keep only the carries for the gradient.
 */
export const scan = <Carry, X, Y>(
  f: (carry: Carry, x: X, t: number) => readonly [carry: Carry, y: Y],
  initial: Carry,
  xs: X,
): [carry: Carry, ys: Y] => {
  const length = lengthOf(tensorsIn(xs));
  let carry = initial;
  const ys: Y[] = [];
  for (let t = 0; t < length; t++) {
    const [next, y] = f(
      carry,
      mapTree((x) => x.select(0, t), xs),
      t,
    );
    requireSame(tensorsIn(carry), tensorsIn(next), t);
    carry = next;
    ys.push(y);
  }
  return [carry, mapTree((first, ...others) => stack([first, ...others]), ys[0], ...ys.slice(1))];
};

const lengthOf = (sequences: readonly Tensor[]): number => {
  const lengths = sequences.map(({ shape }) => shape[0]);
  if (lengths.length === 0 || lengths.some((length) => length !== lengths[0] || !length))
    throw new ShapeError(
      `scan: expects sequences of one length, at least 1, got ${sequences.map(String).join(", ") || "none"}.`,
    );
  return lengths[0];
};

const requireSame = (before: readonly Tensor[], after: readonly Tensor[], t: number): void => {
  const show = (tensors: readonly Tensor[]): string =>
    tensors.map(({ dtype, shape }) => `${dtype} ${showShape(shape)}`).join(", ");
  const same = (x: Tensor, i: number): boolean => x.dtype === before[i]?.dtype && sameShape(x.shape, before[i].shape);
  if (after.length !== before.length || !after.every(same))
    throw new ShapeError(
      `scan: step ${t} turned the carry from ${show(before)} into ${show(after)}; its shapes must stay.`,
    );
};
