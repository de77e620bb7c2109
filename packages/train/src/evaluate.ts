// How good a model is on examples: its loss and any metrics, over batches.
import type { AnyModule, Module } from "@agon/nn";
import type { LossResult } from "@agon/optim";
import { compile, Tensor } from "@agon/tensor";
import { type Batch, type Examples, type Pair, pairsOf } from "./examples.ts";
import type { MetricLike } from "./metric-like.ts";

export interface EvaluateOptions<B extends Batch> {
  /** Reported as `loss`, the mean over the examples. */
  readonly loss?: (prediction: Tensor, target: Tensor) => LossResult;
  /** Examples in a batch; default 256. */
  readonly batchSize?: number;
  /** What of a batch is the input and what the target; default: by the names of the dataset, else the first of two tensors, and the second. */
  readonly read?: (batch: B) => Pair;
}

/** The metrics of a model on examples, by their names. The model is put into evaluation, and back. */
export const evaluate = async <B extends Batch>(
  model: AnyModule,
  data: Examples<B>,
  metrics: Readonly<Record<string, MetricLike>>,
  { loss, batchSize = 256, read = pairsOf(data) }: EvaluateOptions<B> = {},
): Promise<Record<string, number>> => {
  const network = model as unknown as Module;
  const forward = predictionsOf(network);
  const streams = Object.entries(metrics).map(([name, metric]) => [name, metric.stream()] as const);
  const trained = network.training;
  let [sum, seen] = [0, 0];
  network.eval();
  try {
    for await (const batch of data.batches({ size: batchSize })) {
      const { input, target } = read(batch);
      const prediction = forward(input);
      for (const [, stream] of streams) stream.update(prediction, target);
      const size = input.shape[0];
      seen += size;
      if (!loss) continue;
      const value = loss(prediction, target);
      sum += (value instanceof Tensor ? value : value.loss).itemSync() * size;
    }
  } finally {
    network.train(trained);
  }
  if (seen === 0) throw new RangeError("evaluate: there are no examples; expected at least one.");
  const figures = streams.map(([name, stream]) => [name, stream.result()] as const);
  return { ...(loss && { loss: sum / seen }), ...Object.fromEntries(figures) };
};

/** One compiled forward pass per model: evaluating it again replays the plan. */
const compiled = new WeakMap<Module, (input: Tensor) => Tensor>();

const predictionsOf = (model: Module): ((input: Tensor) => Tensor) => {
  const known = compiled.get(model) ?? compile((input: Tensor) => model.forward(input));
  compiled.set(model, known);
  return known;
};
