// Training epoch by epoch: a generator of plain events over state that can be kept, so that breaking off and going on equals never having stopped.
import type { Transform } from "@agon/data";
import type { AnyModule, Module } from "@agon/nn";
import { type LossResult, type Optimizer, ReduceOnPlateau, type Schedule } from "@agon/optim";
import {
  arrayOf,
  compile,
  type Compiled,
  loadVariables,
  NonFiniteError,
  packState,
  saveVariables,
  type SafetensorsArray,
  Tensor,
  type TypedArray,
  unpackState,
} from "@agon/tensor";
import { EarlyStopping, type EarlyStoppingOptions, type EarlyStoppingState } from "./early-stopping.ts";
import { evaluate } from "./evaluate.ts";
import { type Batch, type Examples, type Pair, pairsOf } from "./examples.ts";
import type { MetricLike } from "./metric-like.ts";

export interface TrainerOptions<B extends Batch> {
  /** The loss of predictions and targets: a scalar, or an object with `loss` and further scalars that are reported. */
  readonly loss: (prediction: Tensor, target: Tensor) => LossResult;
  /** Over the model's parameters. Its clipNorm and clipValue limit the gradients. */
  readonly optimizer: Optimizer;
  /** Passes over the data. Default 1. */
  readonly epochs?: number;
  /** Examples in a batch. Default 32. */
  readonly batchSize?: number;
  /** Of the order of the examples. Default 0. */
  readonly seed?: number;
  /** Augmentation: changes of the batches to train on, by chance of the seed. */
  readonly transform?: Transform | readonly Transform[];
  /** What of a batch is the input and what the target; default: by the names of the dataset, else the first of two tensors, and the second. */
  readonly read?: (batch: B) => Pair;
  /** Examples that are only looked at, after every epoch. */
  readonly validate?: Examples<B>;
  /** Figures of the validation, by name. */
  readonly metrics?: Readonly<Record<string, MetricLike>>;
  /** Sets the learning rate: a function of the step, or a plateau that observes the validation's loss. */
  readonly schedule?: Schedule | ReduceOnPlateau;
  readonly earlyStopping?: EarlyStoppingOptions;
}

/** A step was taken. */
export interface BatchEvent {
  readonly type: "batch";
  /** Steps taken so far. */
  readonly step: number;
  /** Counted from 1, as all else here. */
  readonly epoch: number;
  readonly batch: number;
  readonly batches: number;
  readonly loss: number;
  /** What else the loss reported. */
  readonly terms: Readonly<Record<string, number>>;
}

/** A pass over the data is complete. */
export interface EpochEvent {
  readonly type: "epoch";
  readonly step: number;
  readonly epoch: number;
  readonly epochs: number;
  /** Mean over the epoch's examples, each as it was when its batch came. */
  readonly loss: number;
  /** The rate in force at the epoch's end. */
  readonly learningRate: number;
  /** Loss and metrics on the examples to validate. */
  readonly validation?: Readonly<Record<string, number>>;
}

export type FitEvent = BatchEvent | EpochEvent;

/** Everything that changes, but the arrays. */
interface Progress {
  step: number;
  /** Epochs completed. */
  epoch: number;
  /** Batches of the epoch under way. */
  batch: number;
  /** Σ loss·examples and Σ examples of the epoch under way. */
  lossSum: number;
  seen: number;
  over: boolean;
  history: EpochEvent[];
}

/** Trains a model on examples. All that is needed to go on lives here: break out of `train` and call it again. */
export class Trainer<B extends Batch = Batch> {
  private readonly model: Module;
  private readonly data: Examples<B>;
  private readonly options: TrainerOptions<B>;
  private readonly stopping: EarlyStopping | null;
  private readonly take: Compiled<[input: Tensor, target: Tensor], LossResult>;
  private best: Record<string, TypedArray> | null = null;
  private progress: Progress = { step: 0, epoch: 0, batch: 0, lossSum: 0, seen: 0, over: false, history: [] };

  constructor(model: AnyModule, data: Examples<B>, options: TrainerOptions<B>) {
    const { epochs = 1, batchSize = 32, validate, metrics, schedule, earlyStopping } = options;
    requireCount("epochs", epochs);
    requireCount("batchSize", batchSize);
    if (data.length === 0) throw new RangeError("fit: there are no examples; expected at least one.");
    const needsValidation = { metrics, earlyStopping, plateau: schedule instanceof ReduceOnPlateau || undefined };
    const needy = Object.entries(needsValidation).find(([, value]) => value !== undefined)?.[0];
    if (needy !== undefined && !validate)
      throw new TypeError(`fit: ${needy} looks at the validation, and there is none; pass validate: examples.`);
    this.model = model as unknown as Module;
    this.data = data;
    this.options = options;
    this.stopping = earlyStopping ? new EarlyStopping(earlyStopping) : null;
    const { optimizer, loss } = options;
    this.take = compile((input, target) => optimizer.minimize(() => loss(this.model.forward(input), target)));
  }

  /** Epochs completed so far, oldest first. */
  get history(): readonly EpochEvent[] {
    return this.progress.history;
  }

  /** The epoch whose validation was best, where early stopping watches; else 0. */
  get bestEpoch(): number {
    return this.stopping?.state().bestEpoch ?? 0;
  }

  /** Trains to the end of `options.epochs`, or until early stopping ends it. */
  async *train(): AsyncGenerator<FitEvent, void, void> {
    const { epochs = 1 } = this.options;
    while (this.progress.epoch < epochs && !this.progress.over) {
      yield* this.trainEpoch();
      yield await this.endEpoch();
    }
    this.finish();
  }

  private async *trainEpoch(): AsyncGenerator<BatchEvent, void, void> {
    const { progress, data, options } = this;
    const { batchSize = 32, seed = 0, read = pairsOf(data), transform } = options;
    const batches = Math.ceil(data.length / batchSize);
    const request = { size: batchSize, seed, epoch: progress.epoch, start: progress.batch };
    this.model.train();
    for await (const batch of data.batches({ ...request, ...(transform && { transform }) })) {
      const { input, target } = read(batch);
      const { loss, ...terms } = this.step(input, target);
      progress.step++;
      progress.batch++;
      progress.lossSum += loss * input.shape[0];
      progress.seen += input.shape[0];
      const { step, epoch } = progress;
      yield { type: "batch", step, epoch: epoch + 1, batch: progress.batch, batches, loss, terms };
    }
  }

  private step(input: Tensor, target: Tensor): { readonly loss: number; readonly [term: string]: number } {
    const { schedule, optimizer } = this.options;
    const { step, epoch, batch } = this.progress;
    if (typeof schedule === "function") optimizer.learningRate = schedule(step);
    try {
      const result = this.take(input, target);
      if (result instanceof Tensor) return { loss: result.itemSync() };
      const figures = Object.entries(result).map(([name, value]) => [name, value.itemSync()] as const);
      return Object.fromEntries(figures) as { readonly loss: number };
    } catch (error) {
      if (!(error instanceof NonFiniteError)) throw error;
      throw new NonFiniteError(`fit: epoch ${epoch + 1}, batch ${batch + 1}: ${error.message}`, error.op);
    }
  }

  private async endEpoch(): Promise<EpochEvent> {
    const { progress, options, stopping } = this;
    const { epochs = 1, optimizer, validate, metrics = {}, loss, read, schedule, batchSize } = options;
    const epoch = progress.epoch + 1;
    const learningRate = optimizer.learningRate;
    const validation = validate && (await evaluate(this.model, validate, metrics, { loss, read, batchSize }));
    const meanLoss = progress.lossSum / progress.seen;
    const event: EpochEvent = {
      type: "epoch",
      step: progress.step,
      epoch,
      epochs,
      loss: meanLoss,
      learningRate,
      ...(validation && { validation }),
    };
    if (validation && schedule instanceof ReduceOnPlateau) optimizer.learningRate = schedule.observe(validation.loss);
    if (validation && stopping?.observe(epoch, validation) && stopping.restoreBest) this.best = this.model.stateDict();
    Object.assign(progress, { epoch, batch: 0, lossSum: 0, seen: 0, over: stopping?.isOver ?? false });
    progress.history.push(event);
    return event;
  }

  /** Puts the best parameters back. */
  private finish(): void {
    if (this.best) this.model.loadStateDict(this.best);
  }

  /** Everything: parameters, optimizer, schedule, order, history, as safetensors bytes. */
  checkpoint(): Uint8Array {
    const { schedule, optimizer } = this.options;
    const named = (prefix: string, values: Record<string, TypedArray> | null): [string, SafetensorsArray][] =>
      Object.entries(values ?? {}).map(([name, value]) => [`${prefix}.${name}`, value]);
    return packState({
      kind: "fit",
      arrays: new Map([
        ...named("model", this.model.stateDict()),
        ...named("best", this.best),
        ...saveVariables("optimizer", optimizer.variables()),
      ]),
      data: {
        progress: this.progress,
        stopping: this.stopping?.state() ?? null,
        plateau: schedule instanceof ReduceOnPlateau ? schedule.state() : null,
      },
    });
  }

  /** Goes on from a checkpoint of a trainer with the same model, data and options. */
  restore(bytes: Uint8Array): void {
    const state = unpackState(bytes, "fit");
    const { progress, stopping, plateau } = state.data as {
      readonly progress: Progress;
      readonly stopping: EarlyStoppingState | null;
      readonly plateau: ReturnType<ReduceOnPlateau["state"]> | null;
    };
    const names = [...this.model.namedVariables().keys()];
    const values = (prefix: string): Record<string, TypedArray> =>
      Object.fromEntries(names.map((name) => [name, arrayOf(state, `${prefix}.${name}`) as TypedArray]));
    this.model.loadStateDict(values("model"));
    this.best = state.arrays.has(`best.${names[0]}`) ? values("best") : null;
    loadVariables(state, "optimizer", this.options.optimizer.variables());
    if (stopping) this.stopping?.restore(stopping);
    const { schedule } = this.options;
    if (plateau && schedule instanceof ReduceOnPlateau) schedule.restore(plateau);
    this.progress = progress;
  }
}

const requireCount = (name: string, value: number): void => {
  if (!Number.isInteger(value) || value < 1)
    throw new RangeError(`fit: ${name} is ${value}; expected a whole number, 1 or more.`);
};
