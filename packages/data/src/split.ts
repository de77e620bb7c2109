// Splits of a dataset into parts that share no example: by shares, stratified by class, or folds.
import { createRandom, type Philox } from "@agon/random";
import type { Columns, Dataset } from "./dataset.ts";

/** Shares of the examples; they sum to at most 1. */
export interface Shares {
  readonly train: number;
  readonly validation?: number;
  readonly test?: number;
}

export interface SplitOptions<C extends Columns> {
  /** Of the order in which examples are dealt. Default 0. */
  readonly seed?: number;
  /** A column of whole numbers: each part has its classes in the same shares, as nearly as whole examples allow. */
  readonly stratify?: keyof C & string;
}

export interface Split<C extends Columns> {
  readonly train: Dataset<C, "train">;
  readonly validation: Dataset<C, "validation">;
  readonly test: Dataset<C, "test">;
}

/** Deals the examples out; a part without a share is empty, and where the shares sum to less than 1 the rest is left over. */
export function split<C extends Columns>(
  dataset: Dataset<C, "all" | "train">,
  shares: Shares,
  { seed = 0, stratify }: SplitOptions<C> = {},
): Split<C> {
  const { train, validation = 0, test = 0 } = shares;
  const wanted = [train, validation, test];
  const sum = train + validation + test;
  if (wanted.some((share) => !(share >= 0 && share <= 1)) || sum > 1 + 1e-9)
    throw new RangeError(
      `split: shares are ${wanted.join(", ")}; expected numbers from 0 to 1 whose sum is at most 1.`,
    );
  const random = createRandom(seed).split("split");
  const parts: number[][] = [[], [], []];
  const groups = groupsOf(dataset, stratify, random);
  const owed = [0, 0, 0];
  for (const group of groups) {
    const counts = countsOf(group.length, wanted, owed);
    let next = 0;
    counts.forEach((count, i) => {
      for (let k = 0; k < count; k++) parts[i].push(group[next++]);
    });
  }
  const [a, b, c] = parts.map((indices) => {
    random.shuffle(indices);
    return dataset.take(indices);
  });
  return { train: a.as("train"), validation: b.as("validation"), test: c.as("test") };
}

/** Shuffled indices, one group per class. */
function groupsOf<C extends Columns>(
  dataset: Dataset<C, "all" | "train">,
  stratify: (keyof C & string) | undefined,
  random: Philox,
): number[][] {
  const groups = new Map<number, number[]>();
  const labels = stratify === undefined ? null : dataset.column(stratify);
  if (labels && labels.shape.some((length) => length !== 1))
    throw new RangeError(
      `split: column "${stratify}" has examples of shape [${labels.shape.join(", ")}]; expected a label each.`,
    );
  for (let i = 0; i < dataset.length; i++) {
    const label = labels ? labels.data[i] : 0;
    if (!Number.isSafeInteger(label))
      throw new RangeError(`split: column "${stratify}" holds ${label} at example ${i}; expected whole numbers.`);
    const group = groups.get(label) ?? [];
    group.push(i);
    groups.set(label, group);
  }
  return [...groups.keys()]
    .sort((a, b) => a - b)
    .map((label) => {
      const group = groups.get(label)!;
      random.shuffle(group);
      return group;
    });
}

/** Whole numbers of examples for each share of a group; what rounding owes a part is carried over to the next group. */
function countsOf(length: number, shares: readonly number[], owed: number[]): number[] {
  const exact = shares.map((share, i) => share * length + owed[i]);
  const counts = exact.map((each) => Math.max(0, Math.floor(each + 1e-9)));
  const total = Math.min(length, Math.round(exact.reduce((sum, each) => sum + each, 0)));
  while (counts.reduce((a, b) => a + b, 0) < total) {
    const gaps = exact.map((each, i) => each - counts[i]);
    counts[gaps.indexOf(Math.max(...gaps))]++;
  }
  while (counts.reduce((a, b) => a + b, 0) > total) counts[counts.indexOf(Math.max(...counts))]--;
  exact.forEach((each, i) => (owed[i] = each - counts[i]));
  return counts;
}

export interface FoldOptions<C extends Columns> extends SplitOptions<C> {
  /** Default 5. */
  readonly folds?: number;
}

export interface Fold<C extends Columns> {
  readonly train: Dataset<C, "train">;
  readonly test: Dataset<C, "test">;
}

/** k-fold cross-validation: each example is in the test part of exactly one fold, and in the training part of all others. */
export function kFold<C extends Columns>(
  dataset: Dataset<C, "all" | "train">,
  { folds = 5, seed = 0, stratify }: FoldOptions<C> = {},
): Fold<C>[] {
  if (!Number.isSafeInteger(folds) || folds < 2 || folds > dataset.length)
    throw new RangeError(
      `kFold: folds is ${folds}; expected a whole number from 2 to ${dataset.length}, the examples.`,
    );
  // Dealt out like cards, class after class: every fold gets its share of each.
  const dealt = groupsOf(dataset, stratify, createRandom(seed).split("folds")).flat();
  return Array.from({ length: folds }, (_, fold) => ({
    train: dataset.take(dealt.filter((_, i) => i % folds !== fold)).as("train"),
    test: dataset.take(dealt.filter((_, i) => i % folds === fold)).as("test"),
  }));
}
