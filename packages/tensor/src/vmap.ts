// A function of one example, or of one model, made a function of many at once.
import { ShapeError } from "./errors.ts";
import { scope } from "./scope.ts";
import { laneOf, type Tensor, wholeOf } from "./tensor.ts";
import { mapTree, tensorsIn } from "./tree.ts";

/** How many calls of vmap are under way, one inside the other. */
let depth = 0;

/** Whether a vmap is under way. */
export const isMapping = (): boolean => depth > 0;

/**
 * The function that applies f to every slice of its arguments along their first dim, all at once, and puts the results side by side along a
 * new first dim: vmap(f)(xs)[i] = f(xs[i]). f is written for one slice, and sees its shapes. Arguments and results are trees of tensors;
 * what f takes from outside (a batch, parameters) is the same for every slice. Composes with grad, compile and itself.
 *
 * Per-example gradients: `vmap((x, y) => grad((w) => loss(w, x, y))(w))(xs, ys)`; several models: `vmap((w) => loss(w, x, y))(ws)`.
 */
export const vmap =
  <Args extends unknown[], Result>(f: (...args: Args) => Result): ((...args: Args) => Result) =>
  (...args) => {
    const count = countOf(tensorsIn(args));
    return scope(() => {
      const level = ++depth;
      try {
        const result = f(...mapTree((whole) => laneOf(level, whole), args));
        return result instanceof Promise ? result : mapTree((x) => wholeOf(x, level, count), result);
      } finally {
        depth--;
      }
    });
  };

/** The number of slices that all arguments have. */
const countOf = (wholes: readonly Tensor[]): number => {
  const [first] = wholes;
  if (!first)
    throw new ShapeError("vmap: expects tensors among the arguments; what is the same for all can be captured.");
  for (const { rank, shape } of wholes)
    if (rank === 0 || shape[0] !== first.shape[0])
      throw new ShapeError(
        `vmap: expects tensors with one number of slices as their first dim, got ${wholes.map(String).join(", ")}; what is the same for all can be captured.`,
      );
  return first.shape[0];
};
