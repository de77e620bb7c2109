import { describe, expect, test } from "vitest";
import { Dataset, minMaxScaler, Scaler, standardScaler } from "./index.ts";

describe("scalers", () => {
  const table = () =>
    new Dataset({
      features: { data: Float64Array.of(1, 10, 5, 2, 10, 5, 6, 10, 5, 100, 30, 5), shape: [3] },
      labels: { data: Int32Array.of(0, 1, 0, 1), shape: [] },
    });
  const parts = () => ({ train: table().slice(0, 3).as("train"), test: table().slice(3).as("test") });

  test("standardise by mean and deviation of the training set, whatever they are applied to", () => {
    const { train, test: held } = parts();
    const scaler = standardScaler(train);
    expect(scaler.shift).toEqual([3, 10, 5]);
    expect(scaler.spread[0]).toBeCloseTo(Math.sqrt(14 / 3), 14);
    expect(scaler.spread.slice(1)).toEqual([1, 1]);
    const scaled = Array.from(scaler.apply(train).column("features").data);
    expect(scaled.filter((_, i) => i % 3 === 0).reduce((sum, each) => sum + each * each, 0) / 3).toBeCloseTo(1, 6);
    expect(scaler.apply(held).column("features").data[0]).toBeCloseTo(97 / Math.sqrt(14 / 3), 5);
    expect(scaler.apply(held).role).toBe("test");
    expect(Array.from(held.column("features").data)).toEqual([100, 30, 5]);
  });
  test("put the training set into [0, 1], and others where they fall", () => {
    const { train, test: held } = parts();
    const scaler = minMaxScaler(train);
    expect(Array.from(scaler.apply(train).column("features").data).filter((_, i) => i % 3 === 0)).toEqual([
      0,
      Math.fround(0.2),
      1,
    ]);
    expect(scaler.apply(held).column("features").data[0]).toBeCloseTo(99 / 5, 5);
  });
  test("go back to what was, and through JSON", () => {
    const { train } = parts();
    const scaler = new Scaler(JSON.parse(JSON.stringify(standardScaler(train).state())));
    const back = scaler.inverse(scaler.apply(train).column("features").data);
    train.column("features").data.forEach((value, i) => expect(back[i]).toBeCloseTo(value, 5));
    expect(() => new Scaler({ kind: "standard", column: "x", shift: [0], spread: [0] })).toThrow(
      "Scaler: a shift and a spread other than 0",
    );
  });
  test("cannot be fitted on anything but a training set: not in types, not at run time", () => {
    const { test: held } = parts();
    // @ts-expect-error: a test set
    expect(() => standardScaler(held)).toThrow('standardScaler: the dataset is for "test"; expected one for "train"');
    // @ts-expect-error: a whole dataset
    expect(() => minMaxScaler(table())).toThrow(
      'minMaxScaler: the dataset is for "all"; expected one for "train": split() it first',
    );
    expect(Object.getOwnPropertyNames(Scaler.prototype).sort()).toEqual(["apply", "constructor", "inverse", "state"]);
  });
  test("refuse what is missing, other features, and an empty set", () => {
    const holes = table()
      .with({ features: { data: Float32Array.of(1, Number.NaN, 3, 4), shape: [1] } })
      .as("train");
    expect(() => standardScaler(holes)).toThrow(
      'standardScaler: column "features" holds NaN at example 1, feature 0; fill in',
    );
    expect(() => standardScaler(holes.slice(0, 1)).apply(table())).toThrow(
      'apply: column "features" has 3 features; the scaler knows 1.',
    );
    expect(() => standardScaler(table().slice(4).as("train"))).toThrow("standardScaler: the training set is empty.");
  });
});
