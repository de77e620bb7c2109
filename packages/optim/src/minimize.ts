// What every optimizer does: differentiate, guard, update.
import { differentiate, guardFinite, type Parameter, scalar, scope, type Tensor, Variable } from "@agon/tensor";

/** A loss, or an object with a loss and further outputs to return. */
export type LossResult = Tensor | { readonly loss: Tensor; readonly [name: string]: Tensor };

/** Differentiates f's loss with respect to the parameters and hands over the gradients, unless anything is NaN or infinite. */
export const minimizeWith = <R extends LossResult>(
  parameters: readonly Parameter[],
  f: () => R,
  update: (gradients: readonly Tensor[]) => void,
): R =>
  scope(() => {
    const { result, loss, gradients } = differentiate(parameters, f);
    guardFinite([loss, ...gradients], () => differentiate(parameters, f));
    update(gradients);
    return result;
  });

/** A Variable of zeros like the parameter. */
export const zerosLike = (parameter: Parameter, role: string): Variable =>
  new Variable(scalar(0, parameter.dtype).expand(parameter.shape), `${parameter.name}.${role}`);

/** A number that may change between steps without a new recording. */
export const setting = (value: number, name: string): Variable => new Variable(scalar(value), name);

/** Gradients scaled so that their joint norm is at most `limit`: g·min(1, limit/‖g‖). */
export const clipByGlobalNorm = (gradients: readonly Tensor[], limit: number): Tensor[] => {
  const norm = gradients
    .map((gradient) => gradient.square().sum())
    .reduce((total, part) => total.add(part))
    .sqrt();
  const factor = norm.add(1e-6).reciprocal().mul(limit).minimum(1);
  return gradients.map((gradient) => gradient.mul(factor));
};
