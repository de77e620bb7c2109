// What the labs on images share: a network trained as a classifier, and what it got right.
import { type AnyModule, crossEntropy, withRandom } from "@agon/nn";
import { Adam, type Optimizer, type Schedule } from "@agon/optim";
import { createRandom } from "@agon/random";
import { accuracy, type Batch, type EpochEvent, evaluate, type Examples, Trainer } from "@agon/train";

export interface ClassifyOptions<B extends Batch> {
  /** Builds the network; its weights are drawn from the seed. */
  readonly build: () => AnyModule;
  readonly train: Examples<B>;
  readonly test: Examples<B>;
  readonly seed: number;
  readonly epochs: number;
  readonly batchSize?: number;
  readonly learningRate?: number;
  /** Default: Adam. */
  readonly optimizer?: (model: AnyModule) => Optimizer;
  readonly schedule?: Schedule;
  readonly transform?: ConstructorParameters<typeof Trainer<B>>[2]["transform"];
  /** Whether to look at the test examples after every epoch. */
  readonly watch?: boolean;
  /** Times the training, where its speed is told. */
  readonly now?: () => number;
  /** Told of the share done, now and then. */
  readonly onShare: (share: number) => Promise<void>;
}

export interface Classified {
  readonly model: AnyModule;
  readonly history: readonly EpochEvent[];
  /** Loss of each step. */
  readonly losses: readonly number[];
  /** Of training, what `watch` looks at included; 0 without a clock. */
  readonly seconds: number;
  /** Share of the test examples that it got right. */
  readonly accuracy: number;
}

/** Trains on cross-entropy, and tells how many test examples come out right. */
export const classify = async <B extends Batch>({
  build,
  train,
  test,
  seed,
  epochs,
  batchSize = 64,
  learningRate = 1e-3,
  optimizer = (model) => new Adam(model.parameters(), { learningRate }),
  schedule,
  transform,
  watch = false,
  now = () => 0,
  onShare,
}: ClassifyOptions<B>): Promise<Classified> => {
  const model = withRandom(createRandom(seed).split("weights"), build);
  const trainer = new Trainer(model, train, {
    loss: crossEntropy,
    optimizer: optimizer(model),
    epochs,
    batchSize,
    seed,
    ...(schedule && { schedule }),
    ...(transform && { transform }),
    ...(watch && { validate: test, metrics: { accuracy } }),
  });
  const losses: number[] = [];
  const start = now();
  const steps = epochs * Math.ceil(train.length / batchSize);
  for await (const event of trainer.train()) {
    if (event.type !== "batch") continue;
    losses.push(event.loss);
    if (event.step % 20 === 0) await onShare(event.step / steps);
  }
  const seconds = (now() - start) / 1000;
  const { accuracy: share } = await evaluate(model, test, { accuracy });
  return { model, history: trainer.history, losses, seconds, accuracy: share };
};
