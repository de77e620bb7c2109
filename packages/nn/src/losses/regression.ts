// Losses of numbers that should be near their targets.
import type { Tensor } from "@agon/tensor";
import { type LossOptions, reduceLoss, requireAlike } from "./reduction.ts";

/** (x − y)². prediction, target: one shape. */
export const mse = (prediction: Tensor, target: Tensor, { reduction }: LossOptions = {}): Tensor => {
  requireAlike("mse", { prediction, target });
  return reduceLoss(prediction.sub(target).square(), reduction);
};

/** |x − y|. prediction, target: one shape. */
export const mae = (prediction: Tensor, target: Tensor, { reduction }: LossOptions = {}): Tensor => {
  requireAlike("mae", { prediction, target });
  return reduceLoss(prediction.sub(target).abs(), reduction);
};

export interface HuberOptions extends LossOptions {
  /** δ > 0, where the parabola turns into lines; default 1. */
  readonly delta?: number;
}

/** ½d² for |d| ≤ δ, else δ(|d| − ½δ), with d = x − y (Huber 1964). prediction, target: one shape. */
export const huber = (prediction: Tensor, target: Tensor, { reduction, delta = 1 }: HuberOptions = {}): Tensor => {
  requireAlike("huber", { prediction, target });
  if (!(delta > 0)) throw new RangeError(`huber: delta is ${delta}; expected a positive number.`);
  const size = prediction.sub(target).abs();
  const inner = size.clamp(0, delta);
  return reduceLoss(inner.square().mul(0.5).add(size.sub(inner).mul(delta)), reduction);
};

export interface SmoothL1Options extends LossOptions {
  /** β ≥ 0, where the parabola turns into lines; default 1. */
  readonly beta?: number;
}

/** ½d²/β for |d| < β, else |d| − ½β, with d = x − y: slope 1 outside for every β (Girshick 2015, eq. 3). prediction, target: one shape. */
export const smoothL1 = (prediction: Tensor, target: Tensor, { reduction, beta = 1 }: SmoothL1Options = {}): Tensor => {
  requireAlike("smoothL1", { prediction, target });
  if (beta === 0) return mae(prediction, target, { reduction });
  if (!(beta > 0)) throw new RangeError(`smoothL1: beta is ${beta}; expected a number from 0 up.`);
  return huber(prediction, target, { reduction, delta: beta }).mul(1 / beta);
};
