import { createRandom } from "@agon/random";
import { describe, expect, test } from "vitest";
import { auc, averagePrecision, precisionRecallCurve, rocCurve } from "./index.ts";

describe("the area under the ROC curve", () => {
  test("is the probability that a positive sample scores higher, ties counting half", () => {
    const random = createRandom(3);
    const scores = Array.from({ length: 60 }, () => random.integer(15));
    const targets = scores.map(() => random.integer(2));
    const positives = scores.filter((_, i) => targets[i] === 1);
    const negatives = scores.filter((_, i) => targets[i] === 0);
    let wins = 0;
    for (const p of positives) for (const n of negatives) wins += p > n ? 1 : p === n ? 0.5 : 0;
    expect(auc(scores, targets)).toBeCloseTo(wins / positives.length / negatives.length, 14);
  });
  test("is the trapezoids under the curve, with or without the points on straight lines", () => {
    const scores = [5, 4, 4, 4, 3, 2, 2, 1, 0];
    const targets = [1, 1, 0, 1, 0, 0, 1, 0, 0];
    for (const dropIntermediate of [true, false]) {
      const { falsePositiveRate: x, truePositiveRate: y } = rocCurve(scores, targets, { dropIntermediate });
      const area = x.slice(1).reduce((sum, each, i) => sum + ((each - x[i]) * (y[i + 1] + y[i])) / 2, 0);
      expect(area).toBeCloseTo(auc(scores, targets), 15);
    }
  });
  test("is 0.5 where a 99% majority is always given the same score, though its accuracy is 0.99", () => {
    expect(
      auc(
        new Array<number>(100).fill(0.99),
        Array.from({ length: 100 }, (_, i) => Number(i > 0)),
      ),
    ).toBe(0.5);
  });
  test("is not defined for a single class", () => {
    expect(auc([1, 2], [1, 1])).toBeNaN();
    expect(
      auc(
        [
          [0.2, 0.8],
          [0.4, 0.6],
        ],
        [0, 0],
      ),
    ).toBeNaN();
  });
});

test("without positives recall is 1 and average precision 0; without negatives the false positive rate is NaN, as in scikit-learn", () => {
  expect(precisionRecallCurve([0.1, 0.2], [0, 0])).toEqual({
    precision: [0, 0, 1],
    recall: [1, 1, 0],
    thresholds: [0.1, 0.2],
  });
  expect(averagePrecision([0.1, 0.2], [0, 0])).toBe(0);
  expect(rocCurve([0.1, 0.2], [1, 1]).falsePositiveRate).toEqual([Number.NaN, Number.NaN, Number.NaN]);
  expect(rocCurve([0.1, 0.2], [1, 1]).truePositiveRate).toEqual([0, 0.5, 1]);
});

test("wrong targets, scores and options are refused", () => {
  expect(() => auc([0.1, 0.2], [0, 2])).toThrow(
    "auc: targets[1] is 2; expected the label of a class, a whole number from 0 to 1.",
  );
  expect(() => auc([0.1, Number.POSITIVE_INFINITY], [0, 1])).toThrow("auc: predictions[1] is Infinity");
  expect(() => rocCurve([[0.1, 0.9]], [1])).toThrow("rocCurve: predictions have 2 scores a row; expected one");
  expect(() => auc([0.1], [1], { average: "micro" as never })).toThrow('auc: average is "micro"');
  const running = auc.stream();
  running.update([[0.1, 0.9]], [1]);
  expect(() => running.update([[0.1, 0.2, 0.7]], [1])).toThrow("predictions have 3 scores a row, those before had 2");
});
