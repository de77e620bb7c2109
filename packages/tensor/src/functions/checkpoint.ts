// Gradient checkpointing: less memory for more arithmetic.
import { walkBack, watch } from "../autodiff.ts";
import { isFloat } from "../dtype.ts";
import { currentRecorder, isDifferentiating, isDifferentiatingOnce, runForgetting } from "../engine.ts";
import { ShapeError } from "../errors.ts";
import { lastTracked, Tensor, track } from "../tensor.ts";
import { mapTree, tensorsIn } from "../tree.ts";
import { isMapping } from "../vmap.ts";
import { withJournal, withReplay } from "../variable.ts";

/**
 * The same function, whose intermediate values are not kept for the gradient but computed again when it is taken (Chen et al. 2016):
 * memory for its arguments and results alone, for one more run of it. Arguments and results are trees of tensors; tensors and parameters
 * from outside may be used inside. Variables (running statistics, random streams) change once, and the second run sees what the first saw.
 * Inside vmap nothing is computed twice. Results must be float tensors of one type. Gradients of any order work. In a compiled plan the second run
 * comes when the gradient does, not before; a purely elementwise block then is one loop there that keeps nothing in memory.
 */
export const checkpoint =
  <Args extends unknown[], Result>(f: (...args: Args) => Result): ((...args: Args) => Result) =>
  (...args) => {
    if (!isDifferentiating() || isMapping()) return f(...args);
    const inputs = tensorsIn(args);
    const start = lastTracked();
    const leaves: Tensor[] = [];
    // The first run sees points without history, so that its own history ends at them.
    const apart = mapTree((x) => {
      const leaf = new Tensor(x.storage, x.shape);
      leaf.tracked = x.tracked;
      leaves.push(leaf);
      return leaf;
    }, args);
    const [{ result, packed }, journal] = runForgetting(
      () =>
        withJournal(() => {
          const tree = f(...apart);
          return { result: tree, packed: pack(tensorsIn(tree)) };
        }),
      ([
        {
          packed: { storage },
        },
        values,
      ]) => [storage, ...[...values.values()].map((value) => value.storage)],
    );
    const captured = capturedBy(packed, new Set(leaves), start);
    const again = (gradient: Tensor): Tensor[] => {
      currentRecorder()?.fence();
      const watched: Tensor[] = [];
      const points = mapTree((x) => {
        watched.push(watch(x));
        return watched[watched.length - 1];
      }, args);
      const second = withReplay(journal, () => pack(tensorsIn(f(...points))));
      return walkBack(second, gradient, [...watched, ...captured]);
    };
    const out = track(
      new Tensor(packed.storage, packed.shape),
      "checkpoint",
      [...inputs, ...captured],
      {},
      ({ gradient }) =>
        isDifferentiatingOnce()
          ? runForgetting(
              () => again(gradient),
              (gradients) => gradients.map(({ storage }) => storage),
            )
          : again(gradient),
    );
    return unpack(out, result);
  };

/** Several results as one tensor, so that the history has one entry. */
const pack = (results: readonly Tensor[]): Tensor => {
  const [first] = results;
  if (!first || !results.every(({ dtype }) => isFloat(dtype) && dtype === first.dtype))
    throw new ShapeError(
      `checkpoint: expects the function to return float tensors of one type, got ${results.map(String).join(", ") || "none"}.`,
    );
  if (results.length === 1) return first;
  const [head, ...rest] = results.map((x) => x.reshape([x.size]));
  return head.concat(rest);
};

const unpack = <T>(packed: Tensor, tree: T): T => {
  if (tensorsIn(tree).length === 1) return mapTree(() => packed, tree);
  let start = 0;
  return mapTree((leaf) => {
    const part = packed.narrow(0, start, leaf.size).reshape(leaf.shape);
    start += leaf.size;
    return part;
  }, tree);
};

/** Tensors with a gradient that a result depends on but that were there before it was computed. */
const capturedBy = (result: Tensor, leaves: ReadonlySet<Tensor>, start: number): Tensor[] => {
  const seen = new Set<Tensor>();
  const stack = [result];
  const captured: Tensor[] = [];
  for (let x = stack.pop(); x; x = stack.pop()) {
    if (seen.has(x) || !x.tracked || leaves.has(x)) continue;
    seen.add(x);
    if (x.origin && x.origin.number > start) stack.push(...x.origin.inputs);
    else captured.push(x);
  }
  return captured;
};
