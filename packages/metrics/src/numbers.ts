// Reading what a metric is given: flat, nested or typed arrays, or tensors.

/** A tensor of any library that knows its shape and can be read at once; the tensors of `@agon/tensor` are such. */
export interface TensorLike {
  readonly shape: readonly number[];
  /** The elements, row-major. */
  dataSync(): ArrayLike<number>;
}

/**
 * Numbers of a batch: a flat or typed array ([batch]), nested arrays of equal lengths ([batch, classes], …) or a tensor. Where a tensor cannot be
 * read at once (a graphics processor holds it) hand in `await tensor.toArray()`.
 */
export type Numbers = number | ArrayLike<number> | readonly Numbers[] | TensorLike;

/** Numbers with their shape, row-major. */
export interface Batch {
  readonly shape: readonly number[];
  readonly data: ArrayLike<number>;
}

/** Where numbers came from, for messages: the metric, and which of its arguments. */
export interface Source {
  readonly metric: string;
  readonly argument: string;
}

/** The numbers with their shape; an error names what is no number, or where rows differ in length. */
export function readNumbers(value: Numbers, source: Source): Batch {
  const batch = collect(value, source);
  const { data } = batch;
  for (let i = 0; i < data.length; i++)
    if (typeof data[i] !== "number" || Number.isNaN(data[i]))
      throw new TypeError(
        `${source.metric}: ${source.argument}[${placeOf(i, batch)}] is ${shown(data[i])}; expected a number.`,
      );
  return batch;
}

function collect(value: Numbers, source: Source): Batch {
  if (isTensor(value)) return { shape: value.shape, data: value.dataSync() };
  if (typeof value === "number") return { shape: [], data: [value] };
  const { metric, argument } = source;
  if (!isArray(value))
    throw new TypeError(
      `${metric}: ${argument} is ${value === null ? "null" : typeof value}; expected an array of numbers or a tensor.`,
    );
  if (!isNested(value)) return { shape: [value.length], data: value as ArrayLike<number> };
  const rows = Array.from(value, (row) => collect(row as Numbers, source));
  const { shape } = rows[0];
  const odd = rows.findIndex((row) => showShape(row.shape) !== showShape(shape));
  if (odd >= 0)
    throw new RangeError(
      `${metric}: ${argument}[${odd}] has shape ${showShape(rows[odd].shape)}, ${argument}[0] ${showShape(shape)}; expected equal shapes.`,
    );
  return { shape: [rows.length, ...shape], data: rows.flatMap(({ data }) => Array.from(data)) };
}

const isTensor = (value: unknown): value is TensorLike =>
  typeof value === "object" && value !== null && "dataSync" in value && "shape" in value;

const isArray = (value: unknown): value is ArrayLike<unknown> => Array.isArray(value) || ArrayBuffer.isView(value);

const isNested = (value: ArrayLike<unknown>): boolean => value.length > 0 && (isArray(value[0]) || isTensor(value[0]));

/** Refuses infinities too. */
export function expectFinite(batch: Batch, { metric, argument }: Source): void {
  const { data } = batch;
  for (let i = 0; i < data.length; i++)
    if (!Number.isFinite(data[i]))
      throw new RangeError(`${metric}: ${argument}[${placeOf(i, batch)}] is ${data[i]}; expected a finite number.`);
}

/** Refuses what is no whole number, or lies outside [0, count) where a count is given; `hint` is the way out. */
export function expectLabels(
  batch: Batch,
  { metric, argument }: Source,
  { count, except, hint = "" }: LabelOptions = {},
): void {
  const { data } = batch;
  const fits = (label: number): boolean =>
    label === except || (Number.isSafeInteger(label) && (count === undefined || (label >= 0 && label < count)));
  for (let i = 0; i < data.length; i++) {
    if (fits(data[i])) continue;
    const expected = count === undefined ? "a whole number" : `a whole number from 0 to ${count - 1}`;
    throw new RangeError(
      `${metric}: ${argument}[${placeOf(i, batch)}] is ${data[i]}; expected the label of a class, ${expected}${hint}.`,
    );
  }
}

export interface LabelOptions {
  /** Number of classes; without it any whole number is a label. */
  readonly count?: number;
  /** A label that is let through. */
  readonly except?: number;
  readonly hint?: string;
}

/** Two batches of one metric that must have equal shapes; a last dim of length 1 is neither here nor there. */
export function readPair(metric: string, predictions: Numbers, targets: Numbers): { p: Batch; t: Batch } {
  const p = readNumbers(predictions, { metric, argument: "predictions" });
  const t = readNumbers(targets, { metric, argument: "targets" });
  if (showShape(squeezed(p.shape)) !== showShape(squeezed(t.shape)))
    throw new RangeError(
      `${metric}: predictions have shape ${showShape(p.shape)}, targets ${showShape(t.shape)}; expected equal shapes.`,
    );
  return { p, t };
}

/** [batch, 1] as [batch]. */
export const squeezed = (shape: readonly number[]): readonly number[] =>
  shape.length > 1 && shape[shape.length - 1] === 1 ? shape.slice(0, -1) : shape;

export const showShape = (shape: readonly number[]): string => `[${shape.join(", ")}]`;

/** "2" or "2, 0": the indices of the i-th element. */
export function placeOf(i: number, { shape }: Batch): string {
  const indices: number[] = [];
  for (let dim = shape.length - 1, rest = i; dim >= 0; dim--) {
    indices.unshift(rest % shape[dim]);
    rest = Math.floor(rest / shape[dim]);
  }
  return indices.join(", ");
}

const shown = (value: unknown): string =>
  typeof value === "string" ? `"${value}"` : typeof value === "bigint" ? `${value}n` : String(value);
