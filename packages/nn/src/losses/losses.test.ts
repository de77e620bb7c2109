// What losses promise beyond their values: errors, finiteness at the edges, and agreement with each other and with compiled steps.
import { createRandom } from "@agon/random";
import { compile, grad, ShapeError, type Tensor, tensor, zeros } from "@agon/tensor";
import { describe, expect, it } from "vitest";
import {
  binaryCrossEntropy,
  binaryCrossEntropyWithLogits,
  contrastive,
  cosineEmbedding,
  crossEntropy,
  ctc,
  gaussianNll,
  hinge,
  huber,
  klDivergence,
  Linear,
  minedTriplet,
  mse,
  multiMargin,
  nll,
  ntXent,
  perceptual,
  poissonNll,
  sigmoidFocal,
  smoothL1,
  softmaxFocal,
  tripletMargin,
  weightedSum,
} from "../index.ts";

const x = zeros([2, 3]);
const whole = zeros([2, 3], "int32");
const classes = zeros([2], "int32");

const errors: readonly [f: () => unknown, message: string][] = [
  [() => mse(x, zeros([2])), "mse: target has shape [2], prediction [2, 3]; expected one shape."],
  [() => hinge(x, whole), "hinge: target is int32 [2, 3]; expected floats, cast it first."],
  [() => huber(x, x, { delta: 0 }), "huber: delta is 0; expected a positive number."],
  [() => smoothL1(x, x, { beta: -1 }), "smoothL1: beta is -1; expected a number from 0 up."],
  [() => sigmoidFocal(x, x, { gamma: -1 }), "sigmoidFocal: gamma is -1; expected a number from 0 up."],
  [() => ntXent(zeros([3, 2])), "ntXent: embeddings are [3, 2]; expected [2·pairs, width], row i + pairs the partner"],
  [() => ntXent(zeros([2, 2]), { temperature: 0 }), "ntXent: temperature is 0; expected a positive number."],
  [
    () => crossEntropy(x, zeros([3], "int32")),
    "crossEntropy: target is int32 [3]; expected int32 [2], numbers of classes, for prediction [2, 3].",
  ],
  [() => crossEntropy(zeros([3]), classes), "crossEntropy: prediction is float32 [3]; expected [batch, classes, …]."],
  [() => crossEntropy(x, classes, { weight: zeros([2]) }), "crossEntropy: weight is float32 [2]; expected shape [3]."],
  [() => crossEntropy(x, zeros([2])), "crossEntropy: prediction has shape [2, 3], target [2]; expected one shape."],
  [() => crossEntropy(x, x, { ignoreIndex: 0 }), "crossEntropy: ignoreIndex needs targets that are numbers of classes"],
  [
    () => crossEntropy(x, classes, { labelSmoothing: 2 }),
    "crossEntropy: labelSmoothing is 2; expected a number from 0 to 1.",
  ],
  [() => nll(x, tensor([0, 3], { dtype: "int32" })), "gather: index 3 is outside [0, 3)."],
  [() => multiMargin(x, zeros([2])), "multiMargin: target is float32 [2]; expected int32 [2]"],
  [() => contrastive(x, x, zeros([3])), "contrastive: target is float32 [3]; expected shape [2]."],
  [() => cosineEmbedding(x, x, x), "cosineEmbedding: target is float32 [2, 3]; expected shape [2]."],
  [() => minedTriplet(x, zeros([2])), "minedTriplet: embeddings are [2, 3], labels float32 [2]; expected"],
  [() => ctc(x, whole), "ctc: logits are [2, 3]; expected [time, batch, classes]."],
  [() => ctc(zeros([4, 2, 3]), zeros([2, 2])), "ctc: targets are float32 [2, 2]; expected int32 [2, labels]"],
  [() => ctc(zeros([4, 2, 3]), whole, { blank: 3 }), "ctc: blank is 3; expected one of the 3 classes."],
  [
    () => ctc(zeros([4, 2, 3]), whole, { targetLengths: whole }),
    "ctc: targetLengths is int32 [2, 3]; expected shape [2]",
  ],
  [() => weightedSum({ loss: [1, x.mean()] }), 'weightedSum: no term may be called "loss"'],
  [() => perceptual((y) => [y], x, x, { weights: [1, 2] }), "perceptual: got 1 features and 2 weights"],
];

describe("losses refuse what does not fit:", () => {
  it.each(errors)("%s", (f, message) => expect(f).toThrow(message));
  it("shapes by a ShapeError, as all ops", () => expect(() => mse(x, zeros([2]))).toThrow(ShapeError));
});

describe("losses at the edges", () => {
  const finite = (loss: (x: Tensor) => Tensor, at: Tensor): void => {
    expect(Number.isFinite(loss(at).itemSync())).toBe(true);
    for (const slope of grad(loss)(at).dataSync()) expect(Number.isFinite(slope)).toBe(true);
  };
  const targets = tensor([0, 1, 0, 1]);
  it("binary cross-entropy of sure mistakes is 100 each, with finite gradients", () => {
    const sure = tensor([1, 0]);
    expect(binaryCrossEntropy(sure, tensor([0, 1])).itemSync()).toBe(100);
    finite((p) => binaryCrossEntropy(p, targets), tensor([0, 0, 1, 1]));
  });
  it("logits of ±10⁴ give finite losses and gradients", () => {
    const logits = tensor([1e4, 1e4, -1e4, -1e4]);
    finite((z) => binaryCrossEntropyWithLogits(z, targets), logits);
    for (const gamma of [0, 0.5, 2]) finite((z) => sigmoidFocal(z, targets, { gamma }), logits);
    const index = tensor([0, 2], { dtype: "int32" });
    for (const gamma of [0, 0.5, 2])
      finite(
        (z) => softmaxFocal(z, index, { gamma }),
        tensor([
          [1e4, 0, 0],
          [1e4, 0, 0],
        ]),
      );
  });
  it("equal vectors and tiny variances give finite gradients", () => {
    const twins = tensor([
      [1, 2],
      [1, 2],
    ]);
    finite((z) => contrastive(z, twins, tensor([0, 1])), twins);
    finite((z) => tripletMargin(z, twins, twins), twins);
    finite((z) => minedTriplet(z, tensor([0, 0], { dtype: "int32" })), twins);
    finite((v) => gaussianNll(targets, targets, v), zeros([4]));
    finite((z) => ntXent(z), zeros([4, 2]));
  });
  it("a ctc without any alignment is infinite, or 0 with zeroInfinity", () => {
    const [logits, labels] = [zeros([2, 1, 3]), tensor([[1, 1]], { dtype: "int32" })];
    expect(ctc(logits, labels).itemSync()).toBe(Infinity);
    finite((z) => ctc(z, labels, { zeroInfinity: true }), logits);
  });
  it("ctc of one label and one step is cross-entropy, and does without labels", () => {
    const logits = tensor([[[0.5, -1, 2]]]);
    const label = tensor([[2]], { dtype: "int32" });
    expect(ctc(logits, label).itemSync()).toBeCloseTo(
      crossEntropy(logits.select(0, 0), label.squeeze(1)).itemSync(),
      6,
    );
    const none = ctc(logits, zeros([1, 0], "int32")).itemSync();
    expect(none).toBeCloseTo(crossEntropy(logits.select(0, 0), zeros([1], "int32")).itemSync(), 6);
  });
});

describe("losses agree", () => {
  const random = createRandom(1);
  const draw = (shape: readonly number[]): Tensor =>
    tensor(
      Float32Array.from({ length: shape.reduce((n, d) => n * d, 1) }, () => random.normal()),
      { shape },
    );
  it("huber is quadratic inside delta and linear outside", () => {
    expect(huber(tensor([0.5, 3]), tensor([0, 0]), { reduction: "none" }).toArraySync()).toEqual([0.125, 2.5]);
  });
  it("cross-entropy of equal logits is the log of the number of classes", () => {
    expect(crossEntropy(zeros([2, 4]), tensor([1, 3], { dtype: "int32" })).itemSync()).toBeCloseTo(Math.log(4), 6);
  });
  it("cross-entropy against one-hot probabilities is that against numbers of classes", () => {
    const logits = draw([2, 3]);
    const options = { labelSmoothing: 0.2, reduction: "none" } as const;
    const byNumber = crossEntropy(logits, tensor([2, 0], { dtype: "int32" }), options).dataSync();
    const byShare = crossEntropy(
      logits,
      tensor([
        [0, 0, 1],
        [1, 0, 0],
      ]),
      options,
    ).dataSync();
    byNumber.forEach((value, i) => expect(value).toBeCloseTo(byShare[i], 6));
  });
  it("the divergence of a distribution from itself is 0", () => {
    const p = draw([2, 3]).softmax(1);
    expect(klDivergence(p.log(), p, { reduction: "sum" }).itemSync()).toBeCloseTo(0, 6);
  });
  it("the full Poisson and normal likelihoods are the whole −ln p", () => {
    // Stirling's formula is 1/(12y) below ln y!.
    const loss = poissonNll(tensor([Math.log(3)]), tensor([50]), { full: true }).itemSync();
    let logFactorial = 0;
    for (let k = 2; k <= 50; k++) logFactorial += Math.log(k);
    expect(loss).toBeCloseTo(3 - 50 * Math.log(3) + logFactorial - 1 / 600, 3);
    const normal = gaussianNll(tensor([1]), tensor([2]), tensor([4]), { full: true }).itemSync();
    expect(normal).toBeCloseTo(-Math.log(Math.exp(-1 / 8) / Math.sqrt(8 * Math.PI)), 6);
  });
  it("a compiled ctc is the eager one, value and gradient", () => {
    const logits = draw([6, 2, 4]);
    const labels = tensor(
      [
        [1, 1],
        [3, 2],
      ],
      { dtype: "int32" },
    );
    const f = (z: Tensor): Tensor => ctc(z, labels);
    expect(compile(f)(logits).itemSync()).toBeCloseTo(f(logits).itemSync(), 5);
    const [compiled, eager] = [compile(grad(f))(logits).dataSync(), grad(f)(logits).dataSync()];
    compiled.forEach((value, i) => expect(value).toBeCloseTo(eager[i], 5));
  });
});

describe("mined triplets", () => {
  // Distances on a line: positions 0, 1 of class 0 and 3, 7 of class 1.
  const line = tensor([[0], [1], [3], [7]]);
  const labels = tensor([0, 0, 1, 1], { dtype: "int32" });
  it("hard: farthest positive and nearest negative of each anchor", () => {
    // 1 − 3, 1 − 2, 4 − 2, 4 − 6 and a margin of 1: 0, 0, 3, 0.
    expect(minedTriplet(line, labels).itemSync()).toBeCloseTo(3 / 4, 6);
  });
  it("semi-hard: nearest negative beyond the positive, else the farthest", () => {
    // 1 − 3, 1 − 2, then 4 with negatives at 3 and 2 (farthest: 3), 4 − 6: 0, 0, 2, 0.
    expect(minedTriplet(line, labels, { mining: "semi-hard" }).itemSync()).toBeCloseTo(2 / 4, 6);
  });
  it("a batch of one class costs nothing", () => {
    expect(minedTriplet(line, zeros([4], "int32")).itemSync()).toBe(0);
  });
});

describe("losses of losses", () => {
  it("a weighted sum reports its terms", () => {
    const { loss, near, small } = weightedSum({ near: [2, tensor(3)], small: [0.5, tensor(4)] });
    expect([loss, near, small].map((t) => t.itemSync())).toEqual([8, 3, 4]);
  });
  it("a perceptual loss compares features, and moves the prediction only", () => {
    const layer = new Linear(3, 4, { bias: false });
    const features = (z: Tensor): Tensor[] => [z, layer.forward(z)];
    const [a, b] = [tensor([[1, 2, 3]]), tensor([[0, 2, 5]])];
    const expected = mse(a, b).itemSync() * 0.5 + mse(layer.forward(a), layer.forward(b)).itemSync() * 2;
    expect(perceptual(features, a, b, { weights: [0.5, 2] }).itemSync()).toBeCloseTo(expected, 5);
    const slope = grad((z: Tensor) => perceptual(features, a, z))(b).dataSync();
    expect([...slope]).toEqual([0, 0, 0]);
  });
});
