// Functions composed of primitives: gradients of both orders, values in float32, compiled calls; and what each is known to do.
import { describe, expect, it } from "vitest";
import { grad } from "../autodiff.ts";
import { compile } from "../compile.ts";
import { arange, tensor, zeros } from "../create.ts";
import { checkFunction } from "../gradient-check.test-data.ts";
import type { Tensor } from "../tensor.ts";
import { Variable } from "../variable.ts";
import { chunk, diagonal, maskedFill, repeat, repeatInterleave, roll, split, tril, triu } from "./arrange.ts";
import { conv1d, conv2d, convTranspose1d, convTranspose2d } from "./convolution.ts";
import { embedding } from "./embedding.ts";
import { interpolate } from "./interpolation.ts";
import { batchNorm, groupNorm, instanceNorm, layerNorm, rmsNorm } from "./normalisation.ts";
import { pad } from "./padding.ts";
import { adaptiveAvgPool2d, adaptiveMaxPool2d, avgPool1d, avgPool2d, maxPool1d, maxPool2d } from "./pooling.ts";
import { argsort, sort, topK } from "./sorting.ts";
import { fold, unfold } from "./windows.ts";

const image = (...shape: number[]) => ({ shape });

describe("convolution", () => {
  checkFunction("conv1d with everything", [image(2, 4, 7), image(6, 2, 3), image(6)], (x, w, bias) =>
    conv1d(x, w, { bias, stride: 2, padding: 1, dilation: 2, groups: 2 }),
  );
  checkFunction("conv2d, padding same of an even kernel", [image(1, 2, 4, 3), image(2, 2, 2, 3)], (x, w) =>
    conv2d(x, w, { padding: "same" }),
  );
  checkFunction("convTranspose1d", [image(2, 3, 4), image(3, 2, 3), image(2)], (x, w, bias) =>
    convTranspose1d(x, w, { bias, stride: 2, padding: 1, outputPadding: 1 }),
  );
  checkFunction("convTranspose2d with groups", [image(1, 4, 2, 3), image(4, 1, 3, 2)], (x, w) =>
    convTranspose2d(x, w, { stride: [2, 1], groups: 2, dilation: [1, 2] }),
  );

  it("keeps the size with padding same", () => {
    for (const kernel of [1, 2, 3, 4])
      expect(conv2d(zeros([1, 1, 5, 6]), zeros([1, 1, kernel, kernel]), { padding: "same" }).shape).toEqual([
        1, 1, 5, 6,
      ]);
  });
  it("is the product of unfolded windows and the kernel", () => {
    const x = arange(0, 2 * 3 * 5 * 6, 1, "float32")
      .reshape([2, 3, 5, 6])
      .sin();
    const w = arange(0, 4 * 3 * 3 * 2, 1, "float32")
      .reshape([4, 3, 3, 2])
      .cos();
    const options = { stride: [2, 1], padding: [1, 0] } as const;
    const direct = conv2d(x, w, options);
    const product = w
      .reshape([4, 18])
      .matmul(unfold(x, [3, 2], options))
      .reshape(direct.shape);
    expect(direct.sub(product).abs().max().itemSync()).toBeLessThan(2e-6);
  });
  it("takes an empty batch", () => {
    expect(conv2d(zeros([0, 3, 8, 8]), zeros([2, 3, 3, 3])).shape).toEqual([0, 2, 6, 6]);
    expect(grad((w: Tensor) => conv2d(zeros([0, 1, 4, 4]), w).sum())(zeros([1, 1, 2, 2])).toArraySync()).toEqual([
      [
        [
          [0, 0],
          [0, 0],
        ],
      ],
    ]);
  });
});

describe("pooling", () => {
  checkFunction("maxPool1d", [image(2, 2, 7)], (x) => maxPool1d(x, 3, { stride: 2, padding: 1 }));
  checkFunction("maxPool2d, overlapping", [image(1, 2, 5, 6)], (x) => maxPool2d(x, 3, { stride: 2, padding: 1 }));
  checkFunction("avgPool1d", [image(2, 2, 7)], (x) => avgPool1d(x, 3, { stride: 2, padding: 1 }));
  checkFunction("avgPool2d, windows side by side", [image(1, 2, 4, 6)], (x) => avgPool2d(x, [2, 3]));
  checkFunction("avgPool2d over the end", [image(1, 2, 5, 5)], (x) =>
    avgPool2d(x, 2, { padding: 1, ceilMode: true, countIncludePad: false }),
  );
  checkFunction("adaptiveAvgPool2d", [image(1, 2, 5, 4)], (x) => adaptiveAvgPool2d(x, [3, 2]));
  checkFunction("adaptiveMaxPool2d", [image(1, 2, 5, 4)], (x) => adaptiveMaxPool2d(x, [3, 2]));

  it("of equal elements the first gets the gradient", () => {
    const x = tensor([[[[0, 0, 1, 0, 0, 1]]]]);
    expect(grad((at: Tensor) => maxPool2d(at, [1, 3]).sum())(x).toArraySync()).toEqual([[[[0, 0, 1, 0, 0, 1]]]]);
    expect(grad((at: Tensor) => maxPool2d(at, [1, 2]).sum())(x).toArraySync()).toEqual([[[[1, 0, 1, 0, 0, 1]]]]);
  });
  it("padding never is the largest, NaN always", () => {
    const x = tensor([[[-3, -2, -1, NaN]]]);
    expect(maxPool1d(x, 2, { padding: 1 }).toArraySync()).toEqual([[[-3, -1, NaN]]]);
  });
  it("counts padding, and only so far as it goes, unless told not to", () => {
    const x = tensor([[[2, 4, 6]]]);
    const options = { stride: 2, padding: 1, ceilMode: true };
    expect(avgPool1d(x, 2, options).toArraySync()).toEqual([[[1, 5]]]);
    expect(avgPool1d(x, 2, { ...options, countIncludePad: false }).toArraySync()).toEqual([[[2, 5]]]);
    expect(avgPool1d(x, 4, { stride: 3, padding: 1, ceilMode: true }).toArraySync()).toEqual([[[3, 3]]]);
  });
  it("a NaN stays in its window", () => {
    expect(avgPool1d(tensor([[[NaN, 1, 2, 4]]]), 2).toArraySync()).toEqual([[[NaN, 3]]]);
  });
  it("size 1 is the mean of the image", () => {
    expect(adaptiveAvgPool2d(arange(0, 6, 1, "float32").reshape([1, 1, 2, 3]), 1).toArraySync()).toEqual([[[[2.5]]]]);
  });
});

describe("windows", () => {
  checkFunction("unfold", [image(1, 2, 4, 5)], (x) => unfold(x, [2, 3], { stride: [1, 2], padding: [0, 1] }));
  checkFunction("fold", [image(1, 12, 6)], (x) => fold(x, [4, 4], [2, 3], { stride: [2, 1], padding: [1, 0] }));

  it("fold is the transpose of unfold", () => {
    const options = { stride: 2, padding: 1, dilation: [1, 2] } as const;
    const x = arange(0, 2 * 2 * 5 * 7, 1, "float32")
      .reshape([2, 2, 5, 7])
      .sin();
    const columns = unfold(x, [3, 2], options);
    const y = arange(0, columns.size, 1, "float32").reshape(columns.shape).cos();
    const [one, other] = [columns.mul(y).sum(), x.mul(fold(y, [5, 7], [3, 2], options)).sum()];
    expect(one.sub(other).abs().itemSync()).toBeLessThan(1e-4);
  });
});

describe("normalisation", () => {
  const channels = { shape: [3], range: [0.5, 2] } as const;
  checkFunction("layerNorm over two dims", [image(2, 3, 4), image(3, 4), image(3, 4)], (x, weight, bias) =>
    layerNorm(x, [3, 4], { weight, bias }),
  );
  checkFunction("rmsNorm", [image(2, 3, 4), image(4)], (x, weight) => rmsNorm(x, 4, { weight }));
  checkFunction("batchNorm in training", [image(4, 3, 2), channels, channels], (x, weight, bias) =>
    batchNorm(x, { weight, bias }),
  );
  checkFunction("groupNorm", [image(2, 4, 3), image(4), image(4)], (x, weight, bias) =>
    groupNorm(x, 2, { weight, bias }),
  );
  checkFunction("instanceNorm", [image(2, 2, 2, 3)], (x) => instanceNorm(x));

  it("batchNorm moves its statistics once per call, in a compiled step too", () => {
    const statistics = (): Variable[] => [new Variable(zeros([2])), new Variable(tensor([1, 1]))];
    const step =
      ([runningMean, runningVar]: Variable[]) =>
      (x: Tensor): Tensor =>
        batchNorm(x, { runningMean, runningVar, momentum: 0.5 });
    const [plain, compiled] = [statistics(), statistics()];
    const [run, replay] = [step(plain), compile(step(compiled))];
    const x = tensor([
      [1, 2],
      [3, 6],
    ]);
    for (let i = 0; i < 3; i++) expect(replay(x).toArraySync()).toEqual(run(x).toArraySync());
    expect(plain[0].value.toArraySync()).toEqual([1.75, 3.5]);
    expect(plain[1].value.toArraySync()).toEqual([1.875, 7.125]);
    expect(compiled.map(({ value }) => value.toArraySync())).toEqual(plain.map(({ value }) => value.toArraySync()));
  });
  it("constant rows come out as the bias", () => {
    expect(layerNorm(tensor([[5, 5, 5]]), 3, { bias: tensor([1, 2, 3]) }).toArraySync()).toEqual([[1, 2, 3]]);
  });
});

describe("sorting", () => {
  checkFunction("sort", [image(3, 4)], (x) => sort(x, 0, { descending: true }).values);
  checkFunction("topK", [image(3, 4, 2)], (x) => topK(x, 2, { dim: 1, largest: false }).values);

  it("agrees with the engine's sort, ties in order", () => {
    const values = Array.from({ length: 500 }, (_, i) => ((i * 7919) % 101) - 50);
    const places = values.map((_, i) => i);
    const [up, down] = [
      places.toSorted((i, j) => values[i] - values[j]),
      places.toSorted((i, j) => values[j] - values[i]),
    ];
    expect([...argsort(tensor(values)).dataSync()]).toEqual(up);
    expect([...argsort(tensor(values), 0, { descending: true }).dataSync()]).toEqual(down);
  });
  it("NaN counts as the largest", () => {
    expect(sort(tensor([2, NaN, -Infinity, 3])).values.toArraySync()).toEqual([-Infinity, 2, 3, NaN]);
  });
  it("takes empty and short dims", () => {
    expect(sort(zeros([2, 0])).values.shape).toEqual([2, 0]);
    expect(topK(zeros([2, 3]), 0).indices.shape).toEqual([2, 0]);
    expect(sort(arange(0, 1)).indices.toArraySync()).toEqual([0]);
  });
});

describe("arranging", () => {
  const x = image(2, 3);
  checkFunction("repeat", [x], (t) => repeat(t, [2, 1, 3]));
  checkFunction("repeatInterleave", [x], (t) => repeatInterleave(t, 3, 0));
  checkFunction("roll", [x], (t) => roll(t, [-1, 5], [0, 1]));
  checkFunction("chunk", [image(5, 2)], (t) => chunk(t, 2)[1]);
  checkFunction("diagonal", [image(2, 3, 4)], (t) => diagonal(t, { offset: 1, dimA: 1, dimB: 2 }));
  checkFunction("tril and triu", [image(2, 3, 4)], (t) => tril(t, 1).mul(triu(t, -1)));
  checkFunction("maskedFill", [x, { shape: [3], dtype: "bool", data: [1, 0, 1] }], (t, mask) => maskedFill(t, mask, 7));
  checkFunction("pad, reflect", [x], (t) => pad(t, [2, 1, 1, 0], { mode: "reflect" }));
  checkFunction("pad, replicate and cut", [x], (t) => pad(t, [-1, 2, 1, 1], { mode: "replicate" }));
  checkFunction("pad, circular", [x], (t) => pad(t, [3, 1], { mode: "circular" }));
  checkFunction("interpolate, nearest down", [image(1, 2, 5, 4)], (t) => interpolate(t, { size: [3, 2] }));
  checkFunction("interpolate, bilinear", [image(1, 1, 3, 4)], (t) =>
    interpolate(t, { size: [5, 3], mode: "bilinear" }),
  );
  checkFunction("interpolate, corners aligned", [image(1, 1, 3, 2)], (t) =>
    interpolate(t, { size: [5, 3], mode: "bilinear", alignCorners: true }),
  );
  checkFunction("embedding", [image(4, 3), { shape: [2, 2], dtype: "int32", data: [0, 3, 3, 1] }], (weight, index) =>
    embedding(weight, index),
  );

  it("diagonals beyond the corner are empty", () => {
    expect(diagonal(zeros([2, 3]), { offset: 5 }).shape).toEqual([0]);
    expect(diagonal(arange(0, 6).reshape([2, 3]), { offset: -1 }).toArraySync()).toEqual([3]);
  });
  it("parts put together are the whole", () => {
    const whole = arange(0, 20).reshape([2, 10]);
    for (const parts of [split(whole, 3, 1), split(whole, [1, 0, 9], -1), chunk(whole, 4, 1)])
      expect(parts[0].concat(parts.slice(1), 1).toArraySync()).toEqual(whole.toArraySync());
    expect(split(zeros([0, 2]), 3).map(({ shape }) => shape)).toEqual([[0, 2]]);
  });
  it("aligned corners keep the corners, bilinear doubles smoothly", () => {
    const line = tensor([[[[0, 2]]]]);
    expect(interpolate(line, { size: [1, 3], mode: "bilinear", alignCorners: true }).toArraySync()).toEqual([
      [[[0, 1, 2]]],
    ]);
    expect(interpolate(line, { scale: 2, mode: "bilinear" }).toArraySync()).toEqual([
      [
        [
          [0, 0.5, 1.5, 2],
          [0, 0.5, 1.5, 2],
        ],
      ],
    ]);
  });
});
