// Losses made of others: weighted sums that report their terms, and distances between features of a network.
import type { Tensor } from "@agon/tensor";
import { mse } from "./regression.ts";

/** A loss and what it counts for in the sum. */
export type WeightedTerm = readonly [weight: number, loss: Tensor];

/**
 * Σ weight·loss, and each loss by its name, as optimizers' `minimize` returns them:
 * weightedSum({ reconstruction: [1, mse(y, x)], sparsity: [0.1, code.abs().mean()] }).
 */
export const weightedSum = <Name extends string>(
  terms: Readonly<Record<Name, WeightedTerm>>,
): { readonly loss: Tensor } & Readonly<Record<Name, Tensor>> => {
  const entries = Object.entries<WeightedTerm>(terms);
  if (entries.length === 0) throw new Error("weightedSum: got no terms; expected { name: [weight, loss], … }.");
  if (Object.hasOwn(terms, "loss")) throw new Error('weightedSum: no term may be called "loss", the name of the sum.');
  const loss = entries.map(([, [weight, term]]) => term.mul(weight)).reduce((sum, term) => sum.add(term));
  const reported = Object.fromEntries(entries.map(([name, [, term]]) => [name, term])) as Record<Name, Tensor>;
  return { ...reported, loss };
};

export interface PerceptualOptions {
  /** What each feature counts for; default 1 each. */
  readonly weights?: readonly number[];
  /** Distance between features of prediction and target; default mse. */
  readonly distance?: (prediction: Tensor, target: Tensor) => Tensor;
}

/**
 * Σ weightₗ·distance(featuresₗ(x), featuresₗ(y)) over the outputs of some layers of a network (Johnson, Alahi & Fei-Fei 2016, eq. 2).
 * No gradient flows into the target's features.
 */
export const perceptual = (
  features: (x: Tensor) => readonly Tensor[],
  prediction: Tensor,
  target: Tensor,
  { weights, distance = mse }: PerceptualOptions = {},
): Tensor => {
  const wanted = features(target);
  const parts = features(prediction).map((part, i) => distance(part, wanted[i].detach()));
  if (parts.length === 0 || (weights && weights.length !== parts.length))
    throw new Error(
      `perceptual: got ${parts.length} features and ${weights?.length ?? "no"} weights; expected one weight for each.`,
    );
  return parts.map((part, i) => (weights ? part.mul(weights[i]) : part)).reduce((sum, part) => sum.add(part));
};
