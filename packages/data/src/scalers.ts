// Scalers: shift and spread of each feature, learned from a training set alone and then applied to any.
import { type Columns, type Dataset, elementsOf, type Role } from "./dataset.ts";

/** A scaler as JSON data. */
export interface ScalerState {
  readonly kind: "standard" | "min-max";
  readonly column: string;
  readonly shift: readonly number[];
  readonly spread: readonly number[];
}

export interface ScalerOptions<C extends Columns> {
  /** The column to scale. Default: the dataset's input. */
  readonly column?: keyof C & string;
}

/**
 * (x − shift) ÷ spread, feature by feature. It has no way to be fitted again: it comes from `standardScaler` or `minMaxScaler`, which take a dataset
 * with the role "train" and no other, so that nothing of a test set can leak into it.
 */
export class Scaler {
  readonly kind: ScalerState["kind"];
  readonly column: string;
  readonly shift: readonly number[];
  readonly spread: readonly number[];

  constructor({ kind, column, shift, spread }: ScalerState) {
    if (shift.length !== spread.length || ![...shift, ...spread].every(Number.isFinite) || spread.includes(0))
      throw new RangeError(`Scaler: a shift and a spread other than 0 are expected for each feature of "${column}".`);
    this.kind = kind;
    this.column = column;
    this.shift = shift;
    this.spread = spread;
  }

  /** The dataset with its column scaled, as float32. */
  apply<C extends Columns, R extends Role>(dataset: Dataset<C, R>): Dataset<C, R> {
    const { data, shape, scale = 1 } = dataset.column(this.column);
    const features = this.shift.length;
    if (elementsOf(shape) !== features)
      throw new RangeError(
        `apply: column "${this.column}" has ${elementsOf(shape)} features; the scaler knows ${features}.`,
      );
    const scaled = Float32Array.from(
      data,
      (value, i) => (value * scale - this.shift[i % features]) / this.spread[i % features],
    );
    return dataset.with({ [this.column]: { data: scaled, shape } }) as unknown as Dataset<C, R>;
  }

  /** What scaled numbers, examples side by side, were before. */
  inverse(scaled: ArrayLike<number>): Float64Array {
    const features = this.shift.length;
    return Float64Array.from(scaled, (value, i) => value * this.spread[i % features] + this.shift[i % features]);
  }

  state(): ScalerState {
    return { kind: this.kind, column: this.column, shift: this.shift, spread: this.spread };
  }
}

/** Shift: the mean of each feature; spread: its standard deviation √(Σ(x − x̄)² ÷ n), 1 where it is 0. */
export const standardScaler = <C extends Columns>(train: Dataset<C, "train">, options: ScalerOptions<C> = {}): Scaler =>
  fit("standard", train, options, (values) => {
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    const variance = values.reduce((sum, value) => sum + (value - mean) * (value - mean), 0) / values.length;
    return [mean, Math.sqrt(variance)];
  });

/** Shift: the least of each feature; spread: the largest less the least, 1 where that is 0. Training examples land in [0, 1]. */
export const minMaxScaler = <C extends Columns>(train: Dataset<C, "train">, options: ScalerOptions<C> = {}): Scaler =>
  fit("min-max", train, options, (values) => {
    const least = values.reduce((low, value) => Math.min(low, value), Number.POSITIVE_INFINITY);
    return [least, values.reduce((high, value) => Math.max(high, value), Number.NEGATIVE_INFINITY) - least];
  });

function fit<C extends Columns>(
  kind: ScalerState["kind"],
  train: Dataset<C, "train">,
  options: ScalerOptions<C>,
  measure: (values: Float64Array) => [shift: number, spread: number],
): Scaler {
  const name = kind === "standard" ? "standardScaler" : "minMaxScaler";
  if ((train.role as Role) !== "train")
    throw new TypeError(
      `${name}: the dataset is for "${train.role}"; expected one for "train": split() it first, or say as("train") of what is meant for training.`,
    );
  if (train.length === 0) throw new RangeError(`${name}: the training set is empty.`);
  const column = options.column ?? train.input;
  const { data, shape, scale = 1 } = train.column(column);
  const features = elementsOf(shape);
  const measured = Array.from({ length: features }, (_, feature) => {
    const values = Float64Array.from({ length: train.length }, (_, i) => data[i * features + feature] * scale);
    const bad = values.findIndex((value) => !Number.isFinite(value));
    if (bad >= 0)
      throw new RangeError(
        `${name}: column "${column}" holds ${values[bad]} at example ${bad}, feature ${feature}; fill in or drop what is missing first.`,
      );
    return measure(values);
  });
  return new Scaler({
    kind,
    column,
    shift: measured.map(([shift]) => shift),
    spread: measured.map(([, spread]) => spread || 1),
  });
}
