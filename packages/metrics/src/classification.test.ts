import { tensor } from "@agon/tensor";
import { describe, expect, test } from "vitest";
import { accuracy, confusionMatrix, f1, matthewsCorrelation, precision, recall } from "./index.ts";

describe("accuracy", () => {
  test("of labels, of scores per class, and of one score with a threshold", () => {
    expect(accuracy([0, 2, 1, 1], [0, 1, 1, 1])).toBe(0.75);
    expect(accuracy([-1, 1, 1], [-1, -1, 1])).toBeCloseTo(2 / 3, 15);
    expect(
      accuracy(
        tensor([
          [3, 1],
          [0, 0],
        ]),
        tensor([0, 0], { dtype: "int32" }),
      ),
    ).toBe(1);
    expect(accuracy([0.5, 0.49, 0.9], [1, 0, 0], { threshold: 0.5 })).toBeCloseTo(2 / 3, 15);
    expect(accuracy([[0.5], [0.4]], [1, 0], { threshold: 0.5 })).toBe(1);
  });
  test("of tokens, without those that are padding", () => {
    const scores = [
      [
        [0, 1],
        [1, 0],
      ],
      [
        [1, 0],
        [0, 1],
      ],
    ];
    expect(
      accuracy(
        scores,
        [
          [1, 1],
          [0, -1],
        ],
        { ignoreIndex: -1 },
      ),
    ).toBeCloseTo(2 / 3, 15);
    expect(
      accuracy(
        [
          [1, 7],
          [0, 0],
        ],
        [
          [1, 1],
          [0, -1],
        ],
        { ignoreIndex: -1 },
      ),
    ).toBeCloseTo(2 / 3, 15);
  });
  test("of the k best ranks equal scores by index", () => {
    const tied = [
      [1, 1, 1],
      [0, 2, 2],
    ];
    expect([1, 2, 3].map((topK) => accuracy(tied, [1, 2], { topK }))).toEqual([0, 1, 1]);
  });
  test("refuses what it cannot read", () => {
    expect(() => accuracy([0.7, 1], [1, 1])).toThrow(
      "accuracy: predictions[0] is 0.7; expected the label of a class, a whole number, or the option threshold for a score.",
    );
    expect(() => accuracy([1, 1], [1, 0.5])).toThrow(
      "accuracy: targets[1] is 0.5; expected the label of a class, a whole number.",
    );
    expect(() => accuracy([[1, 0]], [2])).toThrow(
      "accuracy: targets[0] is 2; expected the label of a class, a whole number from 0 to 1.",
    );
    expect(() => accuracy([0.3], [2], { threshold: 0.5 })).toThrow("targets[0] is 2");
    expect(() => accuracy([[1, 0]], [0], { topK: 3 })).toThrow("topK 3 needs a score for each of at least 3 classes");
    expect(() => accuracy([1], [0], { topK: 2 })).toThrow("topK 2 needs a score");
    expect(() => accuracy([[1, 0]], [0], { topK: 0 })).toThrow("accuracy: topK is 0; expected a whole number from 1.");
    expect(() =>
      accuracy(
        [
          [1, 0],
          [0, 1],
        ],
        [0],
      ),
    ).toThrow("predictions have shape [2, 2], targets [1]");
  });
});

describe("precision, recall and F1", () => {
  // Values of scikit-learn 1.9.1.
  test("of a positive class other than 1, and of labels that are not 0, 1, 2", () => {
    expect(precision([2, 2, 2, 4], [2, 4, 2, 4], { positive: 4 })).toBe(1);
    expect(precision([2, 2, 2, 4], [2, 4, 2, 4], { average: "macro" })).toBeCloseTo(5 / 6, 15);
  });
  test("are the value of 0 ÷ 0 where the positive class neither appears nor is predicted", () => {
    expect(recall([0, 0], [0, 0])).toBe(0);
    expect(recall([0, 0], [0, 0], { zeroDivision: 1 })).toBe(1);
    expect(f1([0, 0, 0], [0, 0, 1], { average: "none" })).toEqual([0.8, 0]);
  });
  test("of one class demand two classes, and say what to do with more", () => {
    expect(() => f1([0, 1, 2], [0, 1, 2])).toThrow(
      'f1: of class 1 alone there is no value over the classes 0, 1, 2; choose average "micro", "macro", "weighted" or "none".',
    );
    expect(() => f1([0, 1], [0, 1], { average: "mean" as never })).toThrow('f1: average is "mean"');
  });
  test("refuse labels that are not among those named, and keep what they have", () => {
    const running = f1.stream({ labels: [0, 1], average: "macro" });
    running.update([0, 1], [0, 0]);
    const before = running.result();
    expect(() => running.update([0, 1], [0, 3])).toThrow(
      "f1: targets hold the label 3; the option labels names [0, 1].",
    );
    expect(() => running.update([5, 1], [0, 1])).toThrow("f1: predictions hold the label 5");
    expect(running.result()).toBe(before);
    expect(() => f1.stream({ labels: [1, 1] })).toThrow("f1: labels are [1, 1]; expected distinct whole numbers");
  });
});

test("a confusion matrix keeps the order of its labels, and classes that never appear", () => {
  expect(confusionMatrix([1, 1, 0], [0, 1, 0], { labels: [2, 1, 0] })).toEqual({
    labels: [2, 1, 0],
    counts: [
      [0, 0, 0],
      [0, 1, 0],
      [0, 1, 1],
    ],
    support: [0, 1, 2],
  });
});

test("Matthews' correlation of four classes equals scikit-learn's", () => {
  expect(matthewsCorrelation([0, 2, 2, 1, 1, 0, 3, 2, 2], [0, 1, 2, 2, 1, 0, 3, 3, 2])).toBeCloseTo(
    0.5520524474738834,
    14,
  );
});

test("accuracy praises what AUC and F1 see through: always predicting the 99%", () => {
  const targets = Array.from({ length: 100 }, (_, i) => Number(i > 0));
  const always = targets.map(() => 1);
  expect(accuracy(always, targets)).toBe(0.99);
  expect(recall(always, targets, { positive: 0 })).toBe(0);
  expect(matthewsCorrelation(always, targets)).toBe(0);
});
