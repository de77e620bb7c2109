// Triplet losses: an anchor is nearer to its like than to others, with triplets given or mined from a batch.
import { eye, ShapeError, type Tensor } from "@agon/tensor";
import { type LossOptions, reduceLoss, requireAlike, requireFloats } from "./reduction.ts";

export interface TripletMarginOptions extends LossOptions {
  /** By how much the negative must be farther than the positive; default 1. */
  readonly margin?: number;
  /** The norm of the distance; default 2. */
  readonly p?: number;
  /** Added to differences, so that the distance has a slope at 0; default 1e−6. */
  readonly epsilon?: number;
  /** Takes the negative's distance to the positive where that is smaller (Balntas et al. 2016). Default false. */
  readonly swap?: boolean;
}

/** max(0, d(a, p) − d(a, n) + margin) with d(x, y) = ‖x − y + ε‖ₚ (Schroff et al. 2015). All: [batch, width]. */
export const tripletMargin = (
  anchor: Tensor,
  positive: Tensor,
  negative: Tensor,
  { margin = 1, p = 2, epsilon = 1e-6, swap = false, reduction }: TripletMarginOptions = {},
): Tensor => {
  requireAlike("tripletMargin", { anchor, positive, negative });
  const distance = (x: Tensor, y: Tensor): Tensor => x.sub(y).add(epsilon).norm(p, -1);
  const near = distance(anchor, positive);
  const far = distance(anchor, negative);
  return reduceLoss(
    near
      .sub(swap ? far.minimum(distance(positive, negative)) : far)
      .add(margin)
      .relu(),
    reduction,
  );
};

export interface MinedTripletOptions {
  /** By how much the negative must be farther than the positive; default 1. */
  readonly margin?: number;
  /**
   * "hard": for each anchor its farthest positive and its nearest negative (Hermans et al. 2017, eq. 5). "semi-hard": for each anchor and
   * positive the nearest of the negatives that are farther than the positive, or the farthest where none is (Schroff et al. 2015). Default "hard".
   */
  readonly mining?: "hard" | "semi-hard";
}

/** Beyond every distance. */
const FAR = 1e30;

/**
 * Mean of max(0, d(a, p) − d(a, n) + margin) over triplets that are mined from a batch, with Euclidean distances. embeddings:
 * [batch, width]; labels: int32 [batch]. Anchors without a positive or a negative count for nothing.
 */
export const minedTriplet = (
  embeddings: Tensor,
  labels: Tensor,
  { margin = 1, mining = "hard" }: MinedTripletOptions = {},
): Tensor => {
  requireFloats("minedTriplet", { embeddings });
  const [batch] = embeddings.shape;
  if (embeddings.rank !== 2 || labels.dtype !== "int32" || labels.shape.join() !== String(batch))
    throw new ShapeError(
      `minedTriplet: embeddings are [${embeddings.shape.join(", ")}], labels ${labels.dtype} [${labels.shape.join(", ")}]; expected [batch, width] and int32 [batch].`,
    );
  const distances = embeddings.unsqueeze(1).sub(embeddings.unsqueeze(0)).norm(2, -1); // [anchor, other]
  const same = labels.unsqueeze(1).equal(labels.unsqueeze(0));
  const positives = same.and(eye(batch).equal(0));
  const mine = mining === "hard" ? hardTriplets : semiHardTriplets;
  const { near, far, found } = mine(distances, positives, same.not());
  const losses = found.where(near.sub(far).add(margin).relu(), 0);
  return losses.sum().div(found.cast(losses.dtype).sum().maximum(1));
};

/** Distances to a positive and a negative, and where there are both. */
interface Triplets {
  readonly near: Tensor;
  readonly far: Tensor;
  readonly found: Tensor;
}

const any = (condition: Tensor, dim: number): Tensor => condition.cast("float32").max(dim).greater(0);

const hardTriplets = (distances: Tensor, positives: Tensor, negatives: Tensor): Triplets => ({
  near: positives.where(distances, -FAR).max(1),
  far: negatives.where(distances, FAR).min(1),
  found: any(positives, 1).and(any(negatives, 1)),
}); // [anchor]

const semiHardTriplets = (distances: Tensor, positives: Tensor, negatives: Tensor): Triplets => {
  const near = distances;
  const candidates = distances.unsqueeze(1); // [anchor, 1, negative]
  const beyond = negatives.unsqueeze(1).and(candidates.greater(near.unsqueeze(2))); // [anchor, positive, negative]
  const nearestBeyond = beyond.where(candidates, FAR).min(2);
  const farthest = negatives.where(distances, -FAR).max(1).unsqueeze(1);
  const far = any(beyond, 2).where(nearestBeyond, farthest);
  return { near, far, found: positives.and(any(negatives, 1).unsqueeze(1)) }; // [anchor, positive]
};
