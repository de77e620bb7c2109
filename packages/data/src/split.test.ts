import { describe, expect, test } from "vitest";
import { type AnyDataset, Dataset, kFold, split } from "./index.ts";

const LENGTH = 103;

/** Numbered examples of three classes, 70, 20 and 10 in a hundred. */
const numbered = () =>
  new Dataset({
    numbers: { data: Float32Array.from({ length: LENGTH }, (_, i) => i), shape: [] },
    labels: { data: Int32Array.from({ length: LENGTH }, (_, i) => (i % 10 < 7 ? 0 : i % 10 < 9 ? 1 : 2)), shape: [] },
  });

const numbersOf = (dataset: AnyDataset): number[] => Array.from(dataset.column("numbers").data);
const ascending = (a: number, b: number): number => a - b;
const everything = Array.from({ length: LENGTH }, (_, i) => i);
const classCounts = (dataset: AnyDataset): number[] =>
  [0, 1, 2].map((label) => dataset.column("labels").data.filter((each) => each === label).length);

describe("split", () => {
  test.each([undefined, "labels" as const])(
    "deals every example to exactly one part (stratified by %s)",
    (stratify) => {
      const {
        train,
        validation,
        test: held,
      } = split(numbered(), { train: 0.7, validation: 0.1, test: 0.2 }, { seed: 3, stratify });
      const parts = [train, validation, held].map(numbersOf);
      expect(parts.flat().sort(ascending)).toEqual(everything);
      expect(parts.map((part) => part.length)).toEqual([72, 10, 21]);
      expect([train.role, validation.role, held.role]).toEqual(["train", "validation", "test"]);
    },
  );
  test("depends on the seed alone", () => {
    const trained = (seed: number): number[] => numbersOf(split(numbered(), { train: 0.5, test: 0.5 }, { seed }).train);
    expect(trained(1)).toEqual(trained(1));
    expect(trained(1)).not.toEqual(trained(2));
  });
  test("keeps the shares of the classes, to within one example, when stratified", () => {
    const { train, test: held } = split(numbered(), { train: 0.75, test: 0.25 }, { stratify: "labels" });
    const all = classCounts(numbered());
    classCounts(train).forEach((count, label) => expect(Math.abs(count - 0.75 * all[label])).toBeLessThanOrEqual(1));
    classCounts(held).forEach((count, label) => expect(Math.abs(count - 0.25 * all[label])).toBeLessThanOrEqual(1));
  });
  test("leaves over what no share claims, and makes empty parts of no share", () => {
    const parts = split(numbered(), { train: 0.1 });
    expect([parts.train.length, parts.validation.length, parts.test.length]).toEqual([10, 0, 0]);
  });
  test("refuses shares beyond the whole, and labels that are none", () => {
    expect(() => split(numbered(), { train: 0.8, test: 0.3 })).toThrow("split: shares are 0.8, 0, 0.3");
    expect(() => split(numbered(), { train: -1 })).toThrow("split: shares are -1");
    expect(() => split(numbered(), { train: Number.NaN })).toThrow("split: shares are NaN");
    const halves = numbered().with({ labels: { data: new Float32Array(LENGTH).fill(0.5), shape: [] } });
    expect(() => split(halves, { train: 0.5 }, { stratify: "labels" })).toThrow(
      'split: column "labels" holds 0.5 at example 0',
    );
    const pairs = numbered().with({ labels: { data: new Int32Array(2 * LENGTH), shape: [2] } });
    expect(() => split(pairs, { train: 0.5 }, { stratify: "labels" })).toThrow(
      "has examples of shape [2]; expected a label each",
    );
  });
});

describe("folds", () => {
  test.each([undefined, "labels" as const])(
    "test every example once and train on all others (stratified by %s)",
    (stratify) => {
      const folds = kFold(numbered(), { folds: 4, seed: 1, stratify });
      expect(folds.flatMap(({ test: held }) => numbersOf(held)).sort(ascending)).toEqual(everything);
      for (const { train, test: held } of folds) {
        expect([...numbersOf(train), ...numbersOf(held)].sort(ascending)).toEqual(everything);
        expect(Math.abs(held.length - LENGTH / 4)).toBeLessThan(1);
        expect([train.role, held.role]).toEqual(["train", "test"]);
      }
    },
  );
  test("have the classes in equal shares, to within one example, when stratified", () => {
    const all = classCounts(numbered());
    for (const { test: held } of kFold(numbered(), { folds: 5, stratify: "labels" }))
      classCounts(held).forEach((count, label) => expect(Math.abs(count - all[label] / 5)).toBeLessThanOrEqual(1));
  });
  test("are at least two, and at most as many as examples", () => {
    expect(() => kFold(numbered(), { folds: 1 })).toThrow(
      "kFold: folds is 1; expected a whole number from 2 to 103, the examples.",
    );
    expect(() => kFold(numbered().slice(0, 3), { folds: 4 })).toThrow("kFold: folds is 4");
  });
});
