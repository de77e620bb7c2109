import { createRandom } from "@agon/random";
import { tensor } from "@agon/tensor";
import { describe, expect, test } from "vitest";
import * as metrics from "./index.ts";
import type { Metric, MetricState, RunningMetric } from "./index.ts";

type AnyMetric = Metric<never, never, object, unknown>;

const SAMPLES = 40;
const random = createRandom(7);
const many = <T>(draw: () => T): T[] => Array.from({ length: SAMPLES }, draw);
const vocabulary = ["the", "cat", "sat", "on", "a", "mat"];
const words = (): string[] => Array.from({ length: 1 + random.integer(8) }, () => vocabulary[random.integer(6)]);
const bioTags = (): string[] => Array.from({ length: 6 }, () => ["O", "B-a", "I-a", "B-b", "I-b"][random.integer(5)]);

const numbers = many(() => random.normal(1e6, 3));
const otherNumbers = many(() => random.normal(1e6, 3));
const labels = many(() => random.integer(3));
const otherLabels = many(() => random.integer(3));
const bits = many(() => random.integer(2));
const otherBits = many(() => random.integer(2));
const scores = many(() => random.integer(12) / 12);
const rows = many(() => {
  const row = [random.uniform(), random.uniform(), random.uniform()];
  return row.map((each) => each / (row[0] + row[1] + row[2]));
});

/** Every metric, with options and samples of its kind. */
const cases: readonly (readonly [string, AnyMetric, object, readonly unknown[], readonly unknown[]])[] = [
  ["accuracy", metrics.accuracy, {}, labels, otherLabels],
  ["accuracy, threshold", metrics.accuracy, { threshold: 0.4 }, scores, bits],
  ["accuracy, topK", metrics.accuracy, { topK: 2 }, rows, labels],
  ["confusionMatrix", metrics.confusionMatrix, { labels: [0, 1, 2] }, labels, otherLabels],
  ["precision", metrics.precision, {}, otherBits, bits],
  ["recall", metrics.recall, { average: "none" }, labels, otherLabels],
  ["f1", metrics.f1, { average: "macro", zeroDivision: 1 }, labels, otherLabels],
  ["matthewsCorrelation", metrics.matthewsCorrelation, {}, labels, otherLabels],
  ["rocCurve", metrics.rocCurve, { dropIntermediate: false }, scores, bits],
  ["precisionRecallCurve", metrics.precisionRecallCurve, {}, scores, bits],
  ["auc", metrics.auc, {}, scores, bits],
  ["auc of classes", metrics.auc, { strategy: "one-vs-one", average: "weighted" }, rows, labels],
  ["averagePrecision", metrics.averagePrecision, { average: "weighted" }, rows, labels],
  ["logLoss", metrics.logLoss, {}, rows, labels],
  ["brierScore", metrics.brierScore, { from: "logits" }, rows, labels],
  ["perplexity", metrics.perplexity, {}, rows, labels],
  ["mse", metrics.mse, {}, numbers, otherNumbers],
  ["rmse", metrics.rmse, {}, numbers, otherNumbers],
  ["mae", metrics.mae, {}, numbers, otherNumbers],
  ["maxError", metrics.maxError, {}, numbers, otherNumbers],
  ["medianAbsoluteError", metrics.medianAbsoluteError, {}, numbers, otherNumbers],
  ["meanAbsolutePercentageError", metrics.meanAbsolutePercentageError, {}, numbers, otherNumbers],
  ["r2", metrics.r2, {}, numbers, otherNumbers],
  ["explainedVariance", metrics.explainedVariance, {}, numbers, otherNumbers],
  ["bleu", metrics.bleu, {}, many(words), many(() => [words(), words()])],
  ["bleuScore", metrics.bleuScore, { smoothing: "none" }, many(words), many(() => [words(), words()])],
  ["wordErrorRate", metrics.wordErrorRate, {}, many(() => words().join(" ")), many(() => words().join(" "))],
  ["characterErrorRate", metrics.characterErrorRate, {}, many(() => words().join(" ")), many(() => words().join(" "))],
  [
    "tokenErrorRate",
    metrics.tokenErrorRate,
    {},
    many(() => [random.integer(3), 4]),
    many(() => [random.integer(3), 4]),
  ],
  ["entityScore", metrics.entityScore, {}, many(bioTags), many(bioTags)],
];

const updateWith = (
  running: RunningMetric<never, never, unknown>,
  predictions: readonly unknown[],
  targets: readonly unknown[],
): void => running.update(predictions as never, targets as never);

test("every metric of the package stands among the cases", () => {
  const tried = new Set(cases.map(([, metric]) => metric));
  const missing = Object.entries(metrics).filter(
    ([, each]) => typeof each === "function" && "stream" in each && !tried.has(each as AnyMetric),
  );
  expect(missing.map(([name]) => name)).toEqual([]);
});

describe.each(cases)("%s", (_, metric, options, predictions, targets) => {
  const atOnce = (): unknown => metric(predictions as never, targets as never, options);

  test("gives over batches, of whatever sizes, exactly what it gives at once", () => {
    for (const size of [1, 3, 16, SAMPLES]) {
      const running = metric.stream(options);
      for (let i = 0; i < SAMPLES; i += size)
        updateWith(running, predictions.slice(i, i + size), targets.slice(i, i + size));
      expect(running.samples).toBe(SAMPLES);
      expect(running.result()).toEqual(atOnce());
      expect(running.result()).toEqual(atOnce());
    }
  });

  test("gives, merged from parts, what it gives at once, up to the last digits", () => {
    const parts = [0, 10, 10, 35].map((start, i, starts) => {
      const part = metric.stream(options);
      const end = starts[i + 1] ?? SAMPLES;
      if (end > start) updateWith(part, predictions.slice(start, end), targets.slice(start, end));
      return part;
    });
    const all = metric.stream(options);
    for (const part of parts) {
      const before = JSON.stringify(part.state());
      all.merge(part);
      expect(JSON.stringify(part.state())).toBe(before);
    }
    expectNear(all.result(), atOnce());
  });

  test("goes on from a state in JSON exactly as if it had never stopped", () => {
    const first = metric.stream(options);
    updateWith(first, predictions.slice(0, 13), targets.slice(0, 13));
    const saved = JSON.stringify(first.state());
    updateWith(first, predictions.slice(13, 20), targets.slice(13, 20));
    const second = metric.stream(options);
    second.restore(JSON.parse(saved) as MetricState);
    updateWith(second, predictions.slice(13), targets.slice(13));
    expect(second.result()).toEqual(atOnce());
    expect(JSON.stringify(metric.stream(options).state())).not.toBe(saved);
  });

  test("forgets everything on reset", () => {
    const running = metric.stream(options);
    updateWith(running, predictions.slice(5), targets.slice(5));
    running.reset();
    expect(running.samples).toBe(0);
    updateWith(running, predictions, targets);
    expect(running.result()).toEqual(atOnce());
  });

  test("refuses to judge nothing", () => {
    expect(() => metric([] as never, [] as never, options)).toThrow(/has seen no samples; update it/);
    expect(() => metric.stream(options).result()).toThrow(/has seen no samples; update it/);
  });

  test("refuses targets of another length, and keeps what it has", () => {
    const running = metric.stream(options);
    updateWith(running, predictions, targets);
    expect(() => updateWith(running, predictions, targets.slice(1))).toThrow(/40.*39|39.*40/s);
    expect(running.result()).toEqual(atOnce());
  });

  test("refuses what another metric, or one with other options, has counted", () => {
    const running = metric.stream(options);
    updateWith(running, predictions, targets);
    const state = running.state();
    expect(() => running.restore({ ...state, metric: "cucumber" })).toThrow(
      /cannot restore what "cucumber" has counted/,
    );
    expect(() => running.restore({ ...state, options: { other: 1 } })).toThrow(/cannot restore.*options \{"other":1\}/);
    expect(() => running.restore({ ...state, counts: {} })).toThrow(/cannot restore 40 samples with counts \{\}/);
    expect(() => running.restore({ ...state, samples: -1 })).toThrow(/cannot restore -1 samples/);
    expect(running.result()).toEqual(atOnce());
  });
});

function expectNear(got: unknown, want: unknown): void {
  if (typeof want === "number" && Number.isFinite(want) && want !== 0)
    expect(Math.abs(Number(got) / want - 1)).toBeLessThan(1e-12);
  else if (typeof want === "object" && want !== null)
    for (const [key, inner] of Object.entries(want)) expectNear((got as Record<string, unknown>)[key], inner);
  else expect(got).toBe(want);
}

describe("numbers come as", () => {
  const predictions = [0.5, 2, -1, 4];
  const targets = [1, 2, 3, 4];
  const want = metrics.mse(predictions, targets);
  test("arrays, typed arrays, nested arrays and tensors alike", () => {
    expect(want).toBe((0.25 + 16) / 4);
    expect(metrics.mse(Float32Array.from(predictions), Int32Array.from(targets))).toBe(want);
    expect(metrics.mse(tensor(predictions), tensor(targets, { dtype: "int32" }))).toBe(want);
    expect(metrics.mse([[0.5, 2], Float64Array.of(-1, 4)], tensor(targets).reshape([2, 2]))).toBe(want);
    expect(
      metrics.mse(
        [tensor([0.5, 2]), tensor([-1, 4])],
        [
          [1, 2],
          [3, 4],
        ],
      ),
    ).toBe(want);
    expect(metrics.mse(3, 5)).toBe(4);
  });
  test("what a tensor reads as on any backend", async () => {
    const scores = tensor([
      [0.1, 0.9],
      [0.8, 0.2],
    ]);
    expect(metrics.accuracy(await scores.toArray(), [1, 1])).toBe(0.5);
  });
  test("a column, which counts as a flat array", () => {
    expect(metrics.mse([[0.5], [2], [-1], [4]], targets)).toBe(want);
  });
});

describe("an error names the metric, the argument, the place and what was expected:", () => {
  const { mse, accuracy } = metrics;
  test.each([
    ["NaN", () => mse([1, Number.NaN], [1, 2]), "mse: predictions[1] is NaN; expected a number."],
    [
      "NaN in a row",
      () =>
        accuracy(
          [
            [1, 2],
            [Number.NaN, 0],
          ],
          [0, 1],
        ),
      "accuracy: predictions[1, 0] is NaN",
    ],
    [
      "infinity",
      () => mse([1, 2], [1, Number.POSITIVE_INFINITY]),
      "mse: targets[1] is Infinity; expected a finite number.",
    ],
    ["text", () => mse(["1"] as never, [1]), 'mse: predictions[0] is "1"; expected a number.'],
    ["a bigint", () => mse(BigInt64Array.of(1n) as never, [1]), "mse: predictions[0] is 1n; expected a number."],
    ["a hole", () => mse([1, undefined as never], [1, 2]), "mse: predictions[1] is undefined"],
    ["nothing", () => mse(null as never, [1]), "mse: predictions is null; expected an array of numbers or a tensor."],
    ["an object", () => mse({} as never, [1]), "mse: predictions is object; expected an array of numbers or a tensor."],
    [
      "ragged rows",
      () => mse([[1, 2], [3]], [1]),
      "mse: predictions[1] has shape [1], predictions[0] [2]; expected equal shapes.",
    ],
    ["shapes", () => mse([[1, 2]], [1, 2]), "mse: predictions have shape [1, 2], targets [2]; expected equal shapes."],
  ])("%s", (_, f, message) => expect(f).toThrow(message));
});
