import { exp } from "@agon/math";
import { describe, expect, test } from "vitest";
import { brierScore, logLoss, perplexity } from "./index.ts";

const softmax = (row: readonly number[]): number[] => {
  const total = row.reduce((sum, x) => sum + exp(x), 0);
  return row.map((x) => exp(x) / total);
};

test("logits give what their probabilities give", () => {
  const logits = [
    [1, -2, 0.5],
    [0, 3, 1],
  ];
  const probabilities = logits.map(softmax);
  expect(logLoss(logits, [2, 1], { from: "logits" })).toBeCloseTo(logLoss(probabilities, [2, 1]), 14);
  expect(brierScore(logits, [2, 1], { from: "logits" })).toBeCloseTo(brierScore(probabilities, [2, 1]), 14);
  expect(perplexity(logits, [2, 1])).toBeCloseTo(perplexity(probabilities, [2, 1], { from: "probabilities" }), 14);
  expect(logLoss([0.3, -4], [1, 0], { from: "logits" })).toBeCloseTo(
    logLoss([1 / (1 + exp(-0.3)), 1 / (1 + exp(4))], [1, 0]),
    14,
  );
});

test("one probability a sample is a row of two", () => {
  expect(logLoss([0.2, 0.7], [0, 1])).toBeCloseTo(
    logLoss(
      [
        [0.8, 0.2],
        [0.3, 0.7],
      ],
      [0, 1],
    ),
    15,
  );
  expect(brierScore([0.2, 0.7], [0, 1])).toBeCloseTo(
    brierScore(
      [
        [0.8, 0.2],
        [0.3, 0.7],
      ],
      [0, 1],
    ) / 2,
    15,
  );
});

describe("perplexity", () => {
  test("of equally likely tokens is their number, over any dims, without padding", () => {
    expect(
      perplexity(
        [
          [
            [1, 1, 1, 1],
            [9, 0, 0, 0],
          ],
        ],
        [[2, -1]],
        { ignoreIndex: -1 },
      ),
    ).toBeCloseTo(4, 14);
  });
  test("of a batch of one, and of one time step", () => {
    expect(perplexity([[[0, 0, 0, 0]]], [[2]])).toBeCloseTo(4, 14);
    expect(perplexity([[0, 0, 0, 0]], [[2]])).toBeCloseTo(4, 14);
  });
  test("is infinite where a target cannot be, also after a round trip through JSON", () => {
    const running = perplexity.stream();
    running.update([[0, Number.NEGATIVE_INFINITY]], [1]);
    running.update([[0, 0]], [1]);
    expect(running.result()).toBe(Number.POSITIVE_INFINITY);
    const again = perplexity.stream();
    again.restore(JSON.parse(JSON.stringify(running.state())));
    expect(again.result()).toBe(Number.POSITIVE_INFINITY);
    expect(perplexity([[0, 1]], [0], { from: "probabilities" })).toBe(Number.POSITIVE_INFINITY);
  });
  test("stays finite at extreme logits", () => {
    expect(logLoss([[1e4, -1e4]], [1], { from: "logits" })).toBe(2e4);
    expect(perplexity([[1e4, -1e4]], [0])).toBe(1);
  });
});

test("what is no probability is refused, with the way out", () => {
  expect(() => logLoss([1.5], [1])).toThrow(
    'logLoss: predictions[0] is 1.5; expected a probability, from 0 to 1; say { from: "logits" } for logits.',
  );
  expect(() => logLoss([[0.5, 0.4]], [1])).toThrow(
    "logLoss: row 0 of the predictions sums to 0.9; expected probabilities",
  );
  expect(() => perplexity([[Number.POSITIVE_INFINITY, 0]], [1])).toThrow(
    "row 0 of the predictions has the largest logit Infinity",
  );
  expect(() => perplexity([Number.NEGATIVE_INFINITY], [1])).toThrow("perplexity: predictions[0] is -Infinity");
  expect(() => logLoss([[0.5, 0.5]], [2])).toThrow(
    "logLoss: targets[0] is 2; expected the label of a class, a whole number from 0 to 1.",
  );
  expect(() => logLoss([[0.5, 0.5]], [[0], [1]])).toThrow(
    "predictions have shape [1, 2], targets [2, 1]; expected a row of classes",
  );
  expect(() => logLoss([0.5], [1], { from: "odds" as never })).toThrow('logLoss: from is "odds"');
});
