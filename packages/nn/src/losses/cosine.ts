// Losses of directions: the cosine between vectors.
import type { Tensor } from "@agon/tensor";
import { type LossOptions, reduceLoss, requireAlike, requireShape } from "./reduction.ts";

export interface CosineSimilarityOptions {
  /** The dim of the vectors; default the last. */
  readonly dim?: number;
  /** Lengths are at least this; default 1e−8. */
  readonly epsilon?: number;
}

/** a·b/(‖a‖·‖b‖) along dim, in [−1, 1]. a, b: one shape. */
export const cosineSimilarity = (
  a: Tensor,
  b: Tensor,
  { dim = -1, epsilon = 1e-8 }: CosineSimilarityOptions = {},
): Tensor => {
  requireAlike("cosineSimilarity", { a, b });
  const length = (x: Tensor): Tensor => x.norm(2, dim).maximum(epsilon);
  return a
    .mul(b)
    .sum(dim)
    .div(length(a).mul(length(b)));
};

export interface CosineEmbeddingOptions extends LossOptions {
  /** Cosines of different vectors up to this cost nothing; default 0. */
  readonly margin?: number;
}

/** 1 − cos(a, b) where the target is 1, max(0, cos(a, b) − margin) where it is −1. a, b: [batch, width]; target: [batch]. */
export const cosineEmbedding = (
  a: Tensor,
  b: Tensor,
  target: Tensor,
  { margin = 0, reduction }: CosineEmbeddingOptions = {},
): Tensor => {
  requireAlike("cosineEmbedding", { a, b });
  requireShape("cosineEmbedding", "target", target, a.shape.slice(0, -1));
  const cosine = cosineSimilarity(a, b);
  return reduceLoss(target.greater(0).where(cosine.neg().add(1), cosine.sub(margin).relu()), reduction);
};
