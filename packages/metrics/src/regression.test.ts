import { createRandom } from "@agon/random";
import { describe, expect, test } from "vitest";
import { explainedVariance, mse, r2 } from "./index.ts";

// Values of scikit-learn 1.9.1.
test("R² and explained variance of several outputs are the means of theirs", () => {
  const targets = [
    [1, 10],
    [2, 20],
    [4, 10],
    [3, 50],
  ];
  const predictions = [
    [1.5, 12],
    [2, 18],
    [3, 11],
    [3, 40],
  ];
  expect(r2(predictions, targets)).toBeCloseTo(0.8243023255813954, 14);
  expect(explainedVariance(predictions, targets)).toBeCloseTo(0.8399709302325581, 14);
  expect(mse(predictions, targets)).toBe(13.78125);
});

describe("R²", () => {
  test("of constant targets is 1 where all errors are 0, else 0, even where their mean rounds", () => {
    const targets = new Array<number>(10).fill(0.1);
    expect(r2(targets, targets)).toBe(1);
    expect(r2([...targets.slice(1), 0.2], targets)).toBe(0);
  });
  test("of a single sample is NaN", () => expect(r2([1], [1])).toBeNaN());
  test("refuses other numbers of outputs, and images", () => {
    const running = r2.stream();
    running.update([[1, 2]], [[1, 2]]);
    expect(() => running.update([1], [1])).toThrow("r2: 1 outputs a sample, those before had 2; expected as many.");
    expect(() => r2([[[1, 2]]], [[[1, 2]]])).toThrow(
      "r2: targets have shape [1, 1, 2]; expected [batch] or [batch, outputs].",
    );
  });
});

test("sums of a million terms keep 15 digits, in one stream and merged", () => {
  const random = createRandom(1);
  const errors = Array.from({ length: 1_000_000 }, () => random.uniform());
  const zeros = errors.map(() => 0);
  const exact = Number(errors.reduce((sum, e) => sum + BigInt(Math.round(e * e * 2 ** 80)), 0n)) / 2 ** 80 / 1e6;
  const half = mse.stream();
  half.update(errors.slice(500_000), zeros.slice(500_000));
  const all = mse.stream();
  all.update(errors.slice(0, 500_000), zeros.slice(0, 500_000));
  all.merge(half);
  expect(Math.abs(mse(errors, zeros) / exact - 1)).toBeLessThan(1e-15);
  expect(Math.abs(all.result() / exact - 1)).toBeLessThan(1e-15);
});
