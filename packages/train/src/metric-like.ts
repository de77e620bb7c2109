// What training asks of a metric: to be told of predictions and targets batch by batch. Those of @agon/metrics fit.
import type { Tensor } from "@agon/tensor";

/** A figure under way. */
export interface MetricStream {
  update(prediction: Tensor, target: Tensor): void;
  /** The figure over all that came so far. */
  result(): number;
}

/** A figure over predictions and targets. */
export interface MetricLike {
  stream(): MetricStream;
}
