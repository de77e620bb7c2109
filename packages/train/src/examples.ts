// What training asks of a dataset: its size, and its examples in batches.
import type { Tensor } from "@agon/tensor";

/** Tensors by name whose first dim counts the examples. */
export type Batch = Readonly<Record<string, Tensor>>;

export interface BatchOptions {
  /** Examples in a batch; the last may have fewer. */
  readonly size: number;
  /** Shuffles; without it the examples keep their order. */
  readonly seed?: number;
}

/** A dataset: the same options must give the same batches in the same order every time. */
export interface Examples<B extends Batch = Batch> {
  /** How many there are. */
  readonly size: number;
  batches(options: BatchOptions): Iterable<B> | AsyncIterable<B>;
}

/** A batch as a network sees it. */
export interface Pair {
  readonly input: Tensor;
  readonly target: Tensor;
}

/** Of a batch of two tensors, such as { images, labels }, the first is the input and the second the target. */
export const firstIsInput = (batch: Batch): Pair => {
  const names = Object.keys(batch);
  if (names.length !== 2)
    throw new TypeError(
      `fit: a batch has the tensors ${names.join(", ") || "(none)"}; which is what? Pass read: (batch) => ({ input, target }).`,
    );
  return { input: batch[names[0]], target: batch[names[1]] };
};
