// Attention: means of values, weighted by how well queries and keys agree.
import { causalSoftmax, ShapeError, type Tensor, tensor } from "@agon/tensor";

export interface AttentionOptions {
  /** Where a query may look at a key: bool, broadcast to [batch, heads, queries, keys]. Default everywhere. */
  readonly mask?: Tensor;
  /** Each query may look at keys up to its own place only; the last query and the last key are at the same place. Default false. */
  readonly causal?: boolean;
  /** What to do to the weights before values are averaged: dropout. */
  readonly onWeights?: (weights: Tensor) => Tensor;
}

export interface AttentionOutput {
  /** [batch, heads, queries, value width] */
  readonly output: Tensor;
  /** How much each query looked at each key, sums of 1: [batch, heads, queries, keys]. */
  readonly weights: Tensor;
}

/** Stands for −∞ before a softmax, but keeps rows without any allowed key finite. */
const NEVER = -1e30;

/**
 * softmax(q·kᵀ/√width)·v (Vaswani et al. 2017, eq. 1). q: [batch, heads, queries, width]; k: [batch, heads, keys, width]; v: [batch, heads,
 * keys, value width]. A query that may look nowhere gets zeros.
 */
export const scaledDotProductAttention = (
  q: Tensor,
  k: Tensor,
  v: Tensor,
  { mask, causal = false, onWeights = (weights) => weights }: AttentionOptions = {},
): AttentionOutput => {
  requireFit(q, k, v, mask);
  const width = q.shape[q.rank - 1];
  const scores = q.mul(1 / Math.sqrt(width)).multiply(k, { transposeB: true }); // [batch, heads, queries, keys]
  const [queries, keys] = scores.shape.slice(-2);
  const weights = mask
    ? maskedSoftmax(scores, causal ? mask.and(pastMask(queries, keys)) : mask)
    : causal
      ? causalSoftmax(scores)
      : scores.softmax(-1);
  return { output: onWeights(weights).multiply(v), weights };
};

/** The softmax over allowed keys; zeros for a query that may look nowhere. */
const maskedSoftmax = (scores: Tensor, allowed: Tensor): Tensor =>
  allowed.where(maskScores(scores, allowed).softmax(-1), 0);

/** Keys up to the query's own place, counted from the ends. bool [queries, keys] */
const pastMask = (queries: number, keys: number): Tensor => {
  const allowed = Array.from({ length: queries }, (_, i) =>
    Array.from({ length: keys }, (_, j) => Number(j - keys <= i - queries)),
  );
  return tensor(allowed, { dtype: "bool" });
};

/** A mask that all batches and heads share is laid beside flattened scores: backends broadcast a row fast. */
const maskScores = (scores: Tensor, allowed: Tensor): Tensor => {
  const { size } = allowed;
  const shared = allowed.rank === 2 && size === scores.shape.slice(-2).reduce((n, length) => n * length, 1);
  if (!shared || size === 0) return allowed.where(scores, NEVER);
  return allowed
    .reshape([size])
    .where(scores.reshape([-1, size]), NEVER)
    .reshape(scores.shape);
};

const requireFit = (q: Tensor, k: Tensor, v: Tensor, mask: Tensor | undefined): void => {
  const fits =
    q.rank >= 2 &&
    k.rank === q.rank &&
    v.rank === q.rank &&
    q.shape.at(-1) === k.shape.at(-1) &&
    k.shape.at(-2) === v.shape.at(-2);
  if (!fits)
    throw new ShapeError(
      `scaledDotProductAttention: got q [${q.shape.join(", ")}], k [${k.shape.join(", ")}], v [${v.shape.join(", ")}]; expected […, queries, width], […, keys, width], […, keys, value width].`,
    );
  if (mask && mask.dtype !== "bool")
    throw new ShapeError(
      `scaledDotProductAttention: the mask is ${mask.dtype}; expected bool, true where a query may look.`,
    );
};
