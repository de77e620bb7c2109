// What all losses share: the reduction of single losses to one number, and the checks of their arguments.
import { ShapeError, type Tensor } from "@agon/tensor";

/** "mean" over all single losses (the default), their "sum", or "none": each by itself. */
export type Reduction = "mean" | "sum" | "none";

export interface LossOptions {
  readonly reduction?: Reduction;
}

/** The single losses as the options ask for them. */
export const reduceLoss = (losses: Tensor, reduction: Reduction = "mean"): Tensor =>
  reduction === "mean" ? losses.mean() : reduction === "sum" ? losses.sum() : losses;

const isFloat = ({ dtype }: Tensor): boolean => dtype === "float32" || dtype === "float64";

const shown = ({ dtype, shape }: Tensor): string => `${dtype} [${shape.join(", ")}]`;

/** Refuses tensors that are not of one shape, or not floats. */
export const requireAlike = (loss: string, tensors: Readonly<Record<string, Tensor>>): void => {
  requireFloats(loss, tensors);
  const entries = Object.entries(tensors);
  const [firstName, first] = entries[0];
  for (const [name, value] of entries)
    if (value.shape.join() !== first.shape.join())
      throw new ShapeError(
        `${loss}: ${name} has shape [${value.shape.join(", ")}], ${firstName} [${first.shape.join(", ")}]; expected one shape.`,
      );
};

/** Refuses tensors that are not floats. */
export const requireFloats = (loss: string, tensors: Readonly<Record<string, Tensor>>): void => {
  for (const [name, value] of Object.entries(tensors))
    if (!isFloat(value)) throw new ShapeError(`${loss}: ${name} is ${shown(value)}; expected floats, cast it first.`);
};

/** Refuses a tensor of another shape. */
export const requireShape = (loss: string, name: string, value: Tensor, shape: readonly number[]): void => {
  if (value.shape.join() !== shape.join())
    throw new ShapeError(`${loss}: ${name} is ${shown(value)}; expected shape [${shape.join(", ")}].`);
};

/** Refuses all but int32 numbers of classes, one for each vector along dim 1 of `scores`: [batch, classes, …] and [batch, …]. */
export const requireClasses = (loss: string, scores: Tensor, target: Tensor): void => {
  requireFloats(loss, { prediction: scores });
  if (scores.rank < 2) throw new ShapeError(`${loss}: prediction is ${shown(scores)}; expected [batch, classes, …].`);
  const expected = [scores.shape[0], ...scores.shape.slice(2)];
  if (target.dtype !== "int32" || target.shape.join() !== expected.join())
    throw new ShapeError(
      `${loss}: target is ${shown(target)}; expected int32 [${expected.join(", ")}], numbers of classes, for prediction [${scores.shape.join(", ")}].`,
    );
};
