// Trees: a tensor, or arrays and plain objects of trees. Parameters, gradients and outputs come as trees.
import { Tensor } from "./tensor.ts";

/** A tensor, or nested arrays and objects that hold tensors (other leaves pass through unchanged). */
export type Tree =
  | Tensor
  | number
  | string
  | boolean
  | null
  | undefined
  | readonly Tree[]
  | { readonly [key: string]: Tree };

const isBranch = (value: unknown): value is readonly unknown[] | Record<string, unknown> =>
  Array.isArray(value) ||
  (typeof value === "object" && value !== null && Object.getPrototypeOf(value) === Object.prototype);

/** Applies `f` to the tensors of one tree and whatever stands at the same places of the others; the shape of the first is kept. */
export const mapTree = <T>(f: (leaf: Tensor, ...others: Tensor[]) => Tensor, tree: T, ...others: T[]): T => {
  if (tree instanceof Tensor) return f(tree, ...(others as unknown as Tensor[])) as unknown as T;
  if (!isBranch(tree)) return tree;
  const child = (key: string | number): unknown =>
    mapTree(
      f,
      (tree as Record<string, unknown>)[key],
      ...others.map((other) => (other as Record<string, unknown>)[key]),
    );
  if (Array.isArray(tree)) return tree.map((_, i) => child(i)) as unknown as T;
  return Object.fromEntries(Object.keys(tree).map((key) => [key, child(key)])) as T;
};

/** The tensors of a tree, in order. */
export const tensorsIn = (tree: unknown, found: Tensor[] = []): Tensor[] => {
  if (tree instanceof Tensor) found.push(tree);
  else if (isBranch(tree)) for (const part of Object.values(tree)) tensorsIn(part, found);
  return found;
};
