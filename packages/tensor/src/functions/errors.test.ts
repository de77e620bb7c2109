// What each function says about arguments that do not fit.
import { describe, expect, it } from "vitest";
import { tensor, zeros } from "../create.ts";
import { ShapeError } from "../errors.ts";
import { Variable } from "../variable.ts";
import {
  causalMask,
  chunk,
  diagonal,
  maskedFill,
  repeat,
  repeatInterleave,
  roll,
  split,
  tril,
  triu,
} from "./arrange.ts";
import { conv1d, conv2d, convTranspose1d, convTranspose2d } from "./convolution.ts";
import { embedding } from "./embedding.ts";
import { interpolate } from "./interpolation.ts";
import { batchNorm, groupNorm, instanceNorm, layerNorm, rmsNorm } from "./normalisation.ts";
import { pad } from "./padding.ts";
import { adaptiveAvgPool2d, adaptiveMaxPool2d, avgPool1d, avgPool2d, maxPool1d, maxPool2d } from "./pooling.ts";
import { dropout, RandomStream } from "./random.ts";
import { argsort, sort, topK } from "./sorting.ts";
import { fold, unfold } from "./windows.ts";

const images = zeros([8, 3, 28, 28]);
const sequences = zeros([2, 4, 9]);
const x = zeros([2, 3]);
const whole = zeros([2, 3], "int32");
const random = new RandomStream(0);

const cases: readonly [f: () => unknown, message: string][] = [
  [
    () => conv2d(images, zeros([32, 1, 5, 5])),
    "conv2d: input has 3 channels, kernel expects 1 (input [8, 3, 28, 28], kernel [32, 1, 5, 5]).",
  ],
  [
    () => conv2d(images, zeros([32, 2, 5, 5]), { groups: 2 }),
    "conv2d: input has 3 channels, kernel expects 4 (2 groups of 2) (input [8, 3, 28, 28], kernel [32, 2, 5, 5]).",
  ],
  [() => conv2d(images, zeros([32, 1, 5, 5]), { groups: 3 }), "conv2d: 32 outputs do not fall into 3 groups"],
  [() => conv2d(images, zeros([32, 3, 5])), "conv2d: expects input and kernel of rank 4, batch and channels first"],
  [
    () => conv2d(images, zeros([2, 3, 5, 5], "int32")),
    "conv2d: expects float tensors of one type, got float32 and int32.",
  ],
  [
    () => conv2d(images, zeros([2, 3, 5, 5]), { bias: zeros([3]) }),
    "conv2d: bias is [3], expected [2], one per output channel.",
  ],
  [() => conv2d(images, zeros([2, 3, 5, 5]), { stride: 0 }), "conv2d: stride is 0; expected a whole number from 1 up."],
  [
    () => conv2d(images, zeros([2, 3, 5, 5]), { padding: [1, -1] }),
    "conv2d: padding is -1; expected a whole number from 0 up.",
  ],
  [
    () => conv2d(images, zeros([2, 3, 5, 5]), { groups: 0.5 }),
    "conv2d: groups is 0.5; expected a whole number from 1 up.",
  ],
  [
    () => conv2d(images, zeros([2, 3, 5, 5]), { padding: "same", stride: 2 }),
    'conv2d: padding "same" needs stride 1, got [2, 2]; give the padding in numbers.',
  ],
  [
    () => conv2d(images, zeros([2, 3, 15, 1]), { dilation: 2, padding: 0 }),
    "conv2d: a kernel of 15 (dilation 2) does not fit into length 28 with padding 0",
  ],
  [
    () => conv1d(sequences, zeros([4, 3, 3])),
    "conv1d: input has 4 channels, kernel expects 3 (input [2, 4, 9], kernel [4, 3, 3]).",
  ],
  [() => conv1d(images, zeros([4, 3, 3])), "conv1d: expects input and kernel of rank 3"],
  [() => convTranspose1d(sequences, zeros([3, 2, 3])), "convTranspose1d: input has 4 channels, kernel expects 3"],
  [
    () => convTranspose2d(images, zeros([3, 2, 2, 2]), { groups: 2 }),
    "convTranspose2d: 3 channels do not fall into 2 groups",
  ],
  [
    () => convTranspose2d(images, zeros([3, 2, 2, 2]), { outputPadding: 1 }),
    "convTranspose2d: outputPadding is 1; expected less than the stride 1 or the dilation 1.",
  ],
  [
    () => convTranspose2d(zeros([1, 1, 1, 1]), zeros([1, 1, 1, 1]), { padding: 1 }),
    "convTranspose2d: padding 1 leaves nothing",
  ],
  [() => maxPool2d(x, 2), "maxPool2d: expects [batch, channels, height, width], got [2, 3]."],
  [() => maxPool2d(images, 2, { padding: 2 }), "maxPool2d: padding is 2; expected at most half of the window 2."],
  [
    () => maxPool2d(images, 29),
    "maxPool2d: a window of 29 (dilation 1) does not fit into length 28 with padding 0 (input [8, 3, 28, 28]).",
  ],
  [
    () => maxPool2d(zeros([1, 1, 4, 4]), 2, { padding: 1, dilation: 5 }),
    "maxPool2d: a window lies in the padding alone",
  ],
  [() => maxPool1d(x, 2), "maxPool1d: expects [batch, channels, length], got rank 2."],
  [() => maxPool1d(sequences.cast("int32"), 2), "maxPool1d: expects a float tensor, got int32; cast it first."],
  [() => avgPool2d(images, [2, 0]), "avgPool2d: kernelSize is 0; expected a whole number from 1 up."],
  [() => avgPool1d(sequences, 10), "avgPool1d: a window of 10 (dilation 1) does not fit into length 9"],
  [() => adaptiveAvgPool2d(zeros([1, 1, 0, 3]), 1), "adaptiveAvgPool2d: nothing to pool (input [1, 1, 0, 3])."],
  [() => adaptiveMaxPool2d(images, 0), "adaptiveMaxPool2d: outputSize is 0; expected a whole number from 1 up."],
  [() => unfold(x, 2), "unfold: expects [batch, channels, height, width], got [2, 3]."],
  [() => unfold(images, 30), "unfold: a window of 30 (dilation 1) does not fit into length 28 with padding 0."],
  [
    () => fold(zeros([1, 8, 5]), [4, 5], 2),
    "fold: expects [batch, channels · 4, 12] for windows [2, 2] of an image [4, 5], got [1, 8, 5].",
  ],
  [() => layerNorm(x, [2]), "layerNorm: input [2, 3] does not end in [2]."],
  [() => layerNorm(x, 3, { weight: zeros([2]) }), "layerNorm: weight is [2], expected [3]."],
  [() => rmsNorm(whole, 3), "rmsNorm: expects a float tensor, got int32; cast it first."],
  [() => batchNorm(zeros([3])), "batchNorm: expects [batch, channels, …], got [3]."],
  [() => batchNorm(zeros([1, 3])), "batchNorm: training needs more than one value per channel, got 1 (input [1, 3])."],
  [() => batchNorm(x, { training: false }), "batchNorm: evaluation needs runningMean and runningVar"],
  [() => batchNorm(x, { runningMean: new Variable(zeros([2])) }), "batchNorm: runningMean is [2], expected [3]."],
  [() => groupNorm(x, 2), "groupNorm: 3 channels do not fall into 2 groups (input [2, 3])."],
  [() => instanceNorm(zeros([3])), "instanceNorm: expects [batch, channels, …], got [3]."],
  [() => sort(x, 2), "sort: dim 2 does not exist in a tensor of rank 2."],
  [() => argsort(x, -3), "argsort: dim -3 does not exist in a tensor of rank 2."],
  [() => topK(x, 4), "topK: k is 4; expected a whole number up to the length 3 of dim -1 (input [2, 3])."],
  [() => repeat(x, [2]), "repeat: 1 counts for the 2 dims of [2, 3]."],
  [() => repeat(x, [2, -1]), "repeat: count is -1; expected a whole number from 0 up."],
  [() => repeatInterleave(x, 1.5, 0), "repeatInterleave: count is 1.5; expected a whole number from 0 up."],
  [() => roll(x, [1, 2], 0), "roll: 2 shifts for 1 dims."],
  [() => roll(x, 0.5, 0), "roll: shift is 0.5; expected a whole number."],
  [() => split(x, [1, 1], 1), "split: sizes [1, 1] add up to 2, dim 1 has length 3."],
  [() => split(x, 0), "split: size is 0; expected a whole number from 1 up."],
  [() => split(x, [4, -1], 1), "narrow: [0, 4) leaves dim 1 of [2, 3]."],
  [() => chunk(x, 0), "chunk: count is 0; expected a whole number from 1 up."],
  [() => diagonal(x, { dimB: 0 }), "diagonal: expects two dims and a whole offset, got dims 0 and 0, offset 0."],
  [() => tril(zeros([3])), "tril: expects matrices in the last two dims, got [3]."],
  [() => triu(zeros([])), "triu: expects matrices in the last two dims, got []."],
  [() => causalMask(-1), "causalMask: size is -1; expected a whole number from 0 up."],
  [() => maskedFill(x, x, 0), "maskedFill: the mask must be bool, got float32."],
  [() => pad(x, [1]), "pad: [1] are not pairs for the dims of [2, 3], the last first."],
  [() => pad(x, [3, 0], { mode: "reflect" }), 'pad: mode "reflect" adds at most 2 to length 3, got [3, 0] for dim 1'],
  [() => pad(x, [-2, -2]), "pad: [-2, -2] cuts more than the length 3 of dim 1 (input [2, 3])."],
  [() => interpolate(images, {}), "interpolate: expects either a size or a scale."],
  [() => interpolate(x, { scale: 2 }), "interpolate: expects [batch, channels, height, width], got [2, 3]."],
  [() => interpolate(images, { scale: 0.01 }), "interpolate: size is 0; expected a whole number from 1 up."],
  [() => embedding(zeros([3]), zeros([2], "int32")), "embedding: weight is [3]; expected [entries, width]."],
  [() => embedding(x, tensor([2], { dtype: "int32" })), "take: index 2 is outside [0, 2)."],
  [
    () => embedding(x, zeros([1], "int32"), { paddingIndex: 2 }),
    "embedding: paddingIndex is 2; expected a row of the 2 of weight.",
  ],
  [() => dropout(x, random, { p: 1.5 }), "dropout: p is 1.5; expected a number from 0 to 1."],
  [() => dropout(whole, random), "dropout: expects a float tensor, got int32; cast it first."],
  [() => random.bernoulli([2], NaN), "bernoulli: probability is NaN; expected a number from 0 to 1."],
  [
    () => x.scatterAdd(1, zeros([2, 3], "int32"), [1, 4]),
    "scatterAdd: index [2, 3] does not fit shape [1, 4] along dim 1.",
  ],
  [() => x.scatterAdd(1, zeros([2, 2], "int32"), [2, 4]), "scatterAdd: index [2, 2] and values [2, 3] differ."],
];

describe("errors name the function, what came and what was expected", () => {
  it.each(cases.map(([f, message]) => [message, f] as const))("%s", (message, f) => {
    expect(f).toThrow(ShapeError);
    expect(f).toThrow(message);
  });
});
