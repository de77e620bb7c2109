// What training asks of a dataset: its size, and its examples in batches.
import type { Transform } from "@agon/data";
import type { Tensor } from "@agon/tensor";

/** Tensors by name whose first dim counts the examples. */
export type Batch = Readonly<Record<string, Tensor>>;

/** What training asks for; datasets may understand more. */
export interface BatchRequest {
  /** Examples in a batch; the last may have fewer. */
  readonly size: number;
  /** Shuffles; without it the examples keep their order. */
  readonly seed?: number;
  /** Which of the many orders of the seed. */
  readonly epoch?: number;
  /** Index of the first batch, for going on in the middle of an epoch. */
  readonly start?: number;
  /** Changes of a batch on its way, such as augmentation, in order. */
  readonly transform?: Transform | readonly Transform[];
}

/** A dataset: the same request must give the same batches in the same order every time. Those of @agon/data are such. */
export interface Examples<B extends Batch = Batch> {
  /** How many there are. */
  readonly length: number;
  /** Names of what a network reads and of what it should predict; without them the first of two tensors, and the second. */
  readonly input?: string;
  readonly target?: string;
  batches(request: BatchRequest): Iterable<B> | AsyncIterable<B>;
}

/** A batch as a network sees it. */
export interface Pair {
  readonly input: Tensor;
  readonly target: Tensor;
}

/** How to read a dataset's batches: by its names, or in their order where they hold two tensors, such as { images, labels }. */
export const pairsOf = <B extends Batch>({ input, target }: Examples<B>): ((batch: B) => Pair) => {
  if (input !== undefined && target !== undefined) return (batch) => ({ input: batch[input], target: batch[target] });
  return (batch) => {
    const names = Object.keys(batch);
    if (names.length === 2) return { input: batch[names[0]], target: batch[names[1]] };
    throw new TypeError(
      `fit: a batch has the tensors ${names.join(", ") || "(none)"}; which is what? Pass read: (batch) => ({ input, target }).`,
    );
  };
};
