// Keeping gradients from being too large: all together by their norm, or one by one by value.
import type { Tensor } from "@agon/tensor";

/** The norm of the elements of all gradients together, (Σ|g|^order)^(1/order); the largest |g| for order Infinity. */
export const globalNorm = (gradients: readonly Tensor[], order = 2): Tensor => {
  if (!(order > 0)) throw new RangeError(`globalNorm: the order is ${order}; expected a number above 0, or Infinity.`);
  if (gradients.length === 0) throw new RangeError("globalNorm: there are no gradients; expected at least one.");
  if (order === 2) return total(gradients.map((gradient) => gradient.square().sum())).sqrt();
  const sizes = gradients.map((gradient) => gradient.abs());
  if (order === Infinity) return sizes.map((size) => size.max()).reduce((largest, size) => largest.maximum(size));
  if (order === 1) return total(sizes.map((size) => size.sum()));
  return total(sizes.map((size) => size.pow(order).sum())).pow(1 / order);
};

const total = (parts: readonly Tensor[]): Tensor => parts.reduce((sum, part) => sum.add(part));

/** Gradients scaled so that their joint norm is at most `limit`: g·min(1, limit/(‖g‖ + 10⁻⁶)) (Pascanu et al. 2013). */
export const clipByGlobalNorm = (gradients: readonly Tensor[], limit: number, order = 2): Tensor[] => {
  const factor = globalNorm(gradients, order).add(1e-6).reciprocal().mul(limit).minimum(1);
  return gradients.map((gradient) => gradient.mul(factor));
};

/** Gradients with each element brought within [−limit, limit]. */
export const clipByValue = (gradients: readonly Tensor[], limit: number): Tensor[] =>
  gradients.map((gradient) => gradient.clamp(-limit, limit));
