// Losses that draw vectors of one kind together and push others apart, pair by pair.
import { arange, eye, ShapeError, type Tensor } from "@agon/tensor";
import { crossEntropy } from "./cross-entropy.ts";
import { type LossOptions, reduceLoss, requireAlike, requireFloats, requireShape } from "./reduction.ts";

export interface ContrastiveOptions extends LossOptions {
  /** Different pairs this far apart cost nothing; default 1. */
  readonly margin?: number;
}

/**
 * ½(1 − y)·D² + ½y·max(0, margin − D)² with D = ‖a − b‖ (Hadsell, Chopra & LeCun 2006, eq. 4). a, b: [batch, width]; target y: floats
 * [batch], 0 for similar pairs and 1 for different ones.
 */
export const contrastive = (
  a: Tensor,
  b: Tensor,
  target: Tensor,
  { margin = 1, reduction }: ContrastiveOptions = {},
): Tensor => {
  requireAlike("contrastive", { a, b });
  requireFloats("contrastive", { target });
  requireShape("contrastive", "target", target, a.shape.slice(0, -1));
  const distance = a.sub(b).norm(2, -1);
  const apart = distance.neg().add(margin).relu().square();
  return reduceLoss(target.mul(apart).add(target.neg().add(1).mul(distance.square())).mul(0.5), reduction);
};

export interface NtXentOptions extends LossOptions {
  /** τ > 0, divides the similarities; default 0.5. */
  readonly temperature?: number;
}

/**
 * Cross-entropy of finding each row's partner among all other rows by cosine similarity/τ (NT-Xent; Chen et al. 2020, eq. 1).
 * embeddings: [2·pairs, width], where rows i and i + pairs are partners. Single losses: [2·pairs].
 */
export const ntXent = (embeddings: Tensor, { temperature = 0.5, reduction }: NtXentOptions = {}): Tensor => {
  requireFloats("ntXent", { embeddings });
  const [rows] = embeddings.shape;
  if (embeddings.rank !== 2 || rows % 2 !== 0 || rows === 0)
    throw new ShapeError(
      `ntXent: embeddings are [${embeddings.shape.join(", ")}]; expected [2·pairs, width], row i + pairs the partner of row i.`,
    );
  if (!(temperature > 0)) throw new RangeError(`ntXent: temperature is ${temperature}; expected a positive number.`);
  const unit = embeddings.div(embeddings.norm(2, -1, { keepDim: true }).maximum(1e-8));
  const similarity = unit.multiply(unit, { transposeB: true }).mul(1 / temperature);
  const others = eye(rows).greater(0).where(-Infinity, similarity); // [rows, rows]
  const partners = arange(rows / 2, rows).concat([arange(0, rows / 2)]);
  return crossEntropy(others, partners, { reduction });
};
