// Samples of every public op: methods of Tensor and functions over tensors. A name that is missing here, or a kind of sample, fails the test.
import { concat, oneHot, stack, where, zeros } from "../create.ts";
import { einsum } from "../einsum.ts";
import type { SampleInput } from "../ops/samples.test-data.ts";
import type { Tensor } from "../tensor.ts";
import { chunk, diagonal, maskedFill, repeat, repeatInterleave, roll, split, tril, triu } from "./arrange.ts";
import { conv1d, conv2d, convTranspose1d, convTranspose2d } from "./convolution.ts";
import { embedding } from "./embedding.ts";
import { interpolate } from "./interpolation.ts";
import { causalSoftmax } from "./causal-softmax.ts";
import { batchNorm, groupNorm, instanceNorm, layerNorm, rmsNorm } from "./normalisation.ts";
import { pad } from "./padding.ts";
import { adaptiveAvgPool2d, adaptiveMaxPool2d, avgPool1d, avgPool2d, maxPool1d, maxPool2d } from "./pooling.ts";
import { argsort, sort, topK } from "./sorting.ts";
import { fold, unfold } from "./windows.ts";

/** A call: the function, and what it is given. */
export type Call = readonly [f: (...inputs: Tensor[]) => Tensor, ...inputs: SampleInput[]];

export interface PublicOp {
  readonly calls: readonly Call[];
  /** A call that must throw a ShapeError whose message begins with the op's name, or with `says`. */
  readonly error?: () => unknown;
  readonly says?: string;
  /** Kinds of samples that make no sense here, each with the reason. */
  readonly without?: Partial<Record<"empty" | "scalar" | "error", string>>;
  /** Takes operands of different shapes. */
  readonly broadcasts?: true;
}

const of = (...shape: number[]): SampleInput => ({ shape });
const within = (range: readonly [number, number], ...shape: number[]): SampleInput => ({ shape, range });
const bools = (...shape: number[]): SampleInput => ({ shape, dtype: "bool", range: [0, 2] });
const index = (shape: readonly number[], ...data: number[]): SampleInput => ({ shape, dtype: "int32", data });
const whole = zeros([2, 3], "int32");
const x = zeros([2, 3]);
const truth = zeros([2, 3], "bool");

/** f over a matrix, a scalar, and nothing. */
const shapes = (f: (x: Tensor) => Tensor, range: readonly [number, number] = [-2, 2]): Call[] =>
  [[2, 3], [], [0, 2]].map((shape): Call => [f, { shape, range }]);
const real = (name: "exp", range?: readonly [number, number]): PublicOp => ({
  calls: shapes((t) => t[name](), range),
  error: () => whole[name](),
});
const reals = (names: string, range?: readonly [number, number]): Record<string, PublicOp> =>
  Object.fromEntries(names.split(" ").map((name) => [name, real(name as "exp", range)]));
const number = (name: "neg"): PublicOp => ({ calls: shapes((t) => t[name]()), error: () => truth[name]() });

const pairs = (f: (a: Tensor, b: Tensor) => Tensor, a: SampleInput["range"] = [-2, 2], b = a): Call[] =>
  [
    [
      [2, 3],
      [2, 3],
    ],
    [[2, 3], [3]],
    [
      [2, 1],
      [1, 3],
    ],
    [[3], [4, 2, 3]],
    [[], []],
    [[], [2, 3]],
    [[0, 3], [3]],
  ].map(([m, n]): Call => [f, { shape: m, range: a }, { shape: n, range: b }]);
const binary = (name: "add", a?: SampleInput["range"], b?: SampleInput["range"]): PublicOp => ({
  calls: pairs((p, q) => p[name](q), a, b as never),
  error: () => x[name](zeros([4])),
  broadcasts: true,
});
const binaries = (names: string): Record<string, PublicOp> =>
  Object.fromEntries(names.split(" ").map((name) => [name, binary(name as "add")]));

/** A reduction over one dim, two, all, of a scalar and of nothing. */
const reduction = (name: "sum", emptyFails = false): PublicOp => ({
  calls: [
    [(t) => t[name](), of(2, 3)],
    [(t) => t[name](1, { keepDim: true }), of(2, 3, 2)],
    [(t) => t[name]([0, -1]), of(2, 3, 2)],
    [(t) => t[name](), of()],
    emptyFails ? [(t) => t[name](1), of(0, 3)] : [(t) => t[name](0), of(0, 3)],
  ],
  error: () => x[name](2),
});
const alongDim = (name: "cumsum"): PublicOp => ({
  calls: [
    [(t) => t[name](0), of(2, 3)],
    [(t) => t[name](-1), of(2, 3, 2)],
    [(t) => t[name](1), of(0, 3)],
  ],
  error: () => x[name](2),
  without: { scalar: "needs a dim" },
});
const needsRank = { scalar: "needs a dim" };
const needsElements = { empty: "there is no statistic of nothing", scalar: "needs a dim" };

const weights = within([0.5, 2], 3);

/** By name. */
export const publicOps: Readonly<Record<string, PublicOp>> = {
  ...reals("exp expm1 sin cos tanh sigmoid erf relu floor ceil round isFinite"),
  ...reals("log log1p sqrt reciprocal", [0.2, 3]),
  gelu: {
    calls: [...shapes((t) => t.gelu(), [-4, 4]), ...shapes((t) => t.gelu("tanh"), [-4, 4])],
    error: () => whole.gelu(),
  },
  rsqrt: real("rsqrt" as "exp", [0.2, 3]),
  neg: number("neg"),
  abs: number("abs" as "neg"),
  sign: number("sign" as "neg"),
  square: number("square" as "neg"),
  not: {
    calls: [
      [(t) => t.not(), bools(2, 3)],
      [(t) => t.not(), bools()],
      [(t) => t.not(), bools(0, 2)],
    ],
    error: () => x.not(),
  },
  cast: {
    calls: [...shapes((t) => t.cast("int32"), [-9, 9]), ...shapes((t) => t.cast("bool").cast("int32"))],
    without: { error: "every type can be cast to every other" },
  },
  ...binaries("add sub mul maximum minimum equal notEqual less lessEqual greater greaterEqual"),
  div: binary("div" as "add", [-2, 2], [0.4, 3]),
  pow: binary("pow" as "add", [0.3, 2], [-2, 2]),
  clamp: { calls: shapes((t) => t.clamp(-0.5, 1)), error: () => x.clamp(0, null as never) },
  and: {
    calls: [
      [(a, b) => a.and(b), bools(2, 3), bools(3)],
      [(a, b) => a.and(b), bools(), bools(2)],
      [(a, b) => a.and(b), bools(0, 2), bools(1, 2)],
    ],
    error: () => x.and(truth),
    broadcasts: true,
  },
  or: {
    calls: [
      [(a, b) => a.or(b), bools(2, 3), bools(3)],
      [(a, b) => a.or(b), bools(), bools(2)],
      [(a, b) => a.or(b), bools(0, 2), bools(1, 2)],
    ],
    error: () => x.or(truth),
    broadcasts: true,
  },
  where: {
    calls: [
      [(c, a, b) => c.where(a, b), bools(2, 3), of(3), of(2, 1)],
      [(c, a) => where(c, a, 0), bools(2, 3), of()],
      [(c, a) => c.where(1, a), bools(), of(0, 2)],
    ],
    error: () => x.where(1, 0),
    broadcasts: true,
  },
  sum: reduction("sum"),
  prod: reduction("prod" as "sum"),
  max: reduction("max" as "sum", true),
  min: reduction("min" as "sum", true),
  mean: { ...reduction("mean" as "sum", true) },
  var: {
    calls: [
      [(t) => t.var(), of(2, 3)],
      [(t) => t.var(1, { keepDim: true, correction: 0 }), of(2, 3, 2)],
      [(t) => t.var(1), of(0, 3)],
      [(t) => t.var(undefined, { correction: 0 }), of()],
    ],
    error: () => x.var(2),
  },
  std: {
    calls: [
      [(t) => t.std(), of(2, 3)],
      [(t) => t.std(0), of(4, 2)],
      [(t) => t.std(1), of(0, 3)],
    ],
    error: () => x.std(2),
    without: { scalar: "the deviation of one number has no derivative" },
  },
  argmax: {
    calls: [
      [(t) => t.argmax(), of(2, 3)],
      [(t) => t.argmax(0, { keepDim: true }), of(2, 3)],
      [(t) => t.argmax(1), of(0, 3)],
      [(t) => t.argmax(), of()],
    ],
    error: () => x.argmax(2),
  },
  argmin: {
    calls: [
      [(t) => t.argmin(), of(2, 3)],
      [(t) => t.argmin(-1), of(2, 3)],
      [(t) => t.argmin(1), of(0, 3)],
      [(t) => t.argmin(), of()],
    ],
    error: () => x.argmin(2),
  },
  cumsum: alongDim("cumsum"),
  cumprod: alongDim("cumprod" as "cumsum"),
  softmax: alongDim("softmax" as "cumsum"),
  logSoftmax: alongDim("logSoftmax" as "cumsum"),
  logSumExp: reduction("logSumExp" as "sum", true),
  norm: {
    calls: [
      [(t) => t.norm(), of(2, 3)],
      [(t) => t.norm(1, 0), of(2, 3)],
      [(t) => t.norm(Infinity, 1), of(2, 3)],
      [(t) => t.norm(3, 1), of(2, 3)],
      [(t) => t.norm(2, 1), of(0, 3)],
      [(t) => t.norm(), of()],
    ],
    error: () => x.norm(2, 5),
  },
  matmul: {
    calls: [
      [(a, b) => a.matmul(b), of(2, 3), of(3, 4)],
      [(a, b) => a.matmul(b), of(2, 2, 3), of(3, 4)],
      [(a, b) => a.matmul(b), of(2, 3), of(2, 1, 3, 4)],
      [(a, b) => a.matmul(b), of(3), of(3)],
      [(a, b) => a.matmul(b), of(2, 3), of(3)],
      [(a, b) => a.matmul(b), of(0, 3), of(3, 2)],
      [(a, b) => a.matmul(b), of(2, 0), of(0, 3)],
    ],
    error: () => x.matmul(zeros([4, 5])),
    broadcasts: true,
    without: { scalar: "products are of vectors and matrices" },
  },
  multiply: {
    calls: [
      [(a, b) => a.multiply(b, { transposeA: true }), of(3, 2), of(3, 4)],
      [(a, b) => a.multiply(b, { transposeB: true }), of(2, 1, 2, 3), of(3, 4, 3)],
      [(a, b) => a.multiply(b), of(0, 2, 3), of(3, 2)],
    ],
    error: () => x.multiply(zeros([4, 5])),
    says: "matmul",
    broadcasts: true,
    without: { scalar: "products are of matrices" },
  },
  outer: {
    calls: [
      [(a, b) => a.outer(b), of(2), of(3)],
      [(a, b) => a.outer(b), of(0), of(3)],
    ],
    error: () => zeros([]).outer(x),
    without: needsRank,
  },
  reshape: {
    calls: [
      [(t) => t.reshape([3, -1]), of(2, 3)],
      [(t) => t.reshape([]), of(1, 1)],
      [(t) => t.reshape([1, 1]), of()],
      [(t) => t.reshape([3, 0]), of(0, 2)],
    ],
    error: () => x.reshape([4]),
  },
  flatten: {
    calls: [
      [(t) => t.flatten(1), of(2, 3, 2)],
      [(t) => t.flatten(), of()],
      [(t) => t.flatten(), of(0, 2)],
    ],
    error: () => x.flatten(3),
  },
  squeeze: {
    calls: [
      [(t) => t.squeeze(), of(1, 3, 1)],
      [(t) => t.squeeze(0), of(1, 3, 1)],
      [(t) => t.squeeze(), of()],
      [(t) => t.squeeze(), of(0, 1)],
    ],
    error: () => x.squeeze(4),
  },
  unsqueeze: {
    calls: [
      [(t) => t.unsqueeze(1), of(2, 3)],
      [(t) => t.unsqueeze(-1), of()],
      [(t) => t.unsqueeze(0), of(0)],
    ],
    error: () => x.unsqueeze(4),
  },
  permute: {
    calls: [
      [(t) => t.permute([2, 0, 1]), of(2, 3, 4)],
      [(t) => t.permute([]), of()],
      [(t) => t.permute([1, 0]), of(0, 2)],
    ],
    error: () => x.permute([0, 0]),
  },
  transpose: {
    calls: [
      [(t) => t.transpose(), of(2, 3)],
      [(t) => t.transpose(0, -1), of(2, 3, 4)],
      [(t) => t.transpose(), of(0, 2)],
    ],
    error: () => x.transpose(0, 2),
    without: needsRank,
  },
  expand: {
    calls: [
      [(t) => t.expand([2, 3]), of(3)],
      [(t) => t.expand([2, -1, 3]), of(4, 1)],
      [(t) => t.expand([2, 2]), of()],
      [(t) => t.expand([0, 3]), of(1, 3)],
      [(t) => t.expand([2, 0, 3]), of(0, 1)],
    ],
    error: () => x.expand([4, 4]),
  },
  sumTo: {
    calls: [
      [(t) => t.sumTo([3]), of(2, 3)],
      [(t) => t.sumTo([2, 1]), of(2, 3)],
      [(t) => t.sumTo([]), of(2, 3)],
      [(t) => t.sumTo([]), of()],
      [(t) => t.sumTo([1, 3]), of(0, 3)],
    ],
    error: () => x.sumTo([4]),
  },
  slice: {
    calls: [
      [(t) => t.slice([1, 3], null, [null, null, 2]), of(3, 2, 5)],
      [(t) => t.slice(-1), of(3, 2)],
      [(t) => t.slice([1, 1]), of(3, 2)],
      [(t) => t.slice(), of()],
      [(t) => t.slice(null, 1), of(0, 2)],
    ],
    error: () => x.slice(2),
  },
  narrow: {
    calls: [
      [(t) => t.narrow(1, 1, 2), of(2, 3)],
      [(t) => t.narrow(0, 0, 0), of(0, 3)],
    ],
    error: () => x.narrow(1, 2, 2),
    without: needsRank,
  },
  select: {
    calls: [
      [(t) => t.select(1, -1), of(2, 3)],
      [(t) => t.select(1, 0), of(0, 3)],
    ],
    error: () => x.select(0, 2),
    without: needsRank,
  },
  pad: {
    calls: [
      [(t) => t.pad([1, 0], [0, 2], 0.5), of(2, 3)],
      [(t) => t.pad([], []), of()],
      [(t) => t.pad([2], [1]), of(0)],
      [(t) => pad(t, [1, 2], { mode: "reflect" }), of(2, 4)],
      [(t) => pad(t, [1, 0, 2, 1], { mode: "circular" }), of(2, 4)],
      [(t) => pad(t, [-1, 2], { mode: "replicate" }), of(2, 4)],
    ],
    error: () => x.pad([1], [0, 0]),
  },
  concat: {
    calls: [
      [(a, b) => a.concat([b], 1), of(2, 3), of(2, 1)],
      [(a, b) => concat([a, b, a]), of(2), of(0)],
    ],
    error: () => concat([x, zeros([4])]),
    without: needsRank,
  },
  flip: {
    calls: [
      [(t) => t.flip(), of(2, 3)],
      [(t) => t.flip(1), of(2, 3)],
      [(t) => t.flip(), of()],
      [(t) => t.flip(), of(0, 2)],
    ],
    error: () => x.flip([0, 0]),
  },
  gather: {
    calls: [
      [(t, i) => t.gather(1, i), of(2, 3), index([2, 2], 2, 0, 1, 1)],
      [(t, i) => t.gather(0, i), of(3, 2), index([4, 1], 2, 0, 1, 1)],
      [(t, i) => t.gather(0, i), of(3, 2), index([0, 2])],
    ],
    error: () => x.gather(1, x),
    without: needsRank,
  },
  scatterAdd: {
    calls: [
      [(t, i) => t.scatterAdd(1, i, [2, 4]), of(2, 3), index([2, 3], 3, 0, 3, 1, 1, 2)],
      [(t, i) => t.scatterAdd(0, i, [3, 2]), of(0, 2), index([0, 2])],
    ],
    error: () => x.scatterAdd(0, x, [2, 3]),
    without: needsRank,
  },
  take: {
    calls: [
      [(t, i) => t.take(i), of(4, 2), index([2, 2], 3, 0, 3, 1)],
      [(t, i) => t.take(i, 1), of(2, 4, 2), index([], 3)],
      [(t, i) => t.take(i, -1), of(2, 3), index([0])],
    ],
    error: () => x.take(x),
  },
  takeAdd: {
    calls: [
      [(t, i) => t.takeAdd(0, i, [4, 2]), of(3, 2), index([3], 3, 0, 3)],
      [(t, i) => t.takeAdd(1, i, [2, 4]), of(2, 2, 2), index([2, 2], 3, 0, 3, 1)],
      [(t, i) => t.takeAdd(0, i, [4]), of(), index([], 2)],
      [(t, i) => t.takeAdd(0, i, [3, 2]), of(0, 2), index([0])],
    ],
    error: () => x.takeAdd(0, zeros([1], "int32"), [2, 3]),
  },
  spread: {
    calls: [
      [(t) => t.spread(1, 1, 2, 7), of(2, 3)],
      [(t) => t.spread(0, 0, 2, 4), of(0, 3)],
    ],
    error: () => x.spread(1, 6, 2, 7),
    without: needsRank,
  },
  detach: { calls: shapes((t) => t.detach()), without: { error: "takes anything" } },

  stack: {
    calls: [
      [(a, b) => stack([a, b], 1), of(2, 3), of(2, 3)],
      [(a, b) => stack([a, b]), of(), of()],
      [(a, b) => stack([a, b]), of(0), of(0)],
    ],
    error: () => stack([]),
  },
  oneHot: {
    calls: [
      [(i) => oneHot(i, 4), index([2, 2], 3, 0, 1, 2)],
      [(i) => oneHot(i, 4), index([], 3)],
      [(i) => oneHot(i, 4), index([0])],
    ],
    without: { error: "an index outside names no class" },
  },
  einsum: {
    calls: [
      [(a, b) => einsum("bij,bjk->bik", a, b), of(2, 2, 3), of(2, 3, 2)],
      [(a, b) => einsum("...i,i->...", a, b), of(2, 2, 3), of(3)],
      [(a) => einsum("ii->i", a), of(3, 3)],
      [(a, b) => einsum(",i->i", a, b), of(), of(3)],
      [(a, b) => einsum("ij,jk->ik", a, b), of(0, 2), of(2, 3)],
    ],
    error: () => einsum("ij,jk->ik", x),
  },
  repeat: {
    calls: [
      [(t) => repeat(t, [2, 1, 3]), of(2, 3)],
      [(t) => repeat(t, [2]), of()],
      [(t) => repeat(t, [2, 0]), of(2, 3)],
      [(t) => repeat(t, [2, 2]), of(0, 3)],
    ],
    error: () => repeat(x, [2]),
  },
  repeatInterleave: {
    calls: [
      [(t) => repeatInterleave(t, 3, 0), of(2, 3)],
      [(t) => repeatInterleave(t, 2, 1), of(0, 3)],
    ],
    error: () => repeatInterleave(x, 1.5, 0),
    without: needsRank,
  },
  roll: {
    calls: [
      [(t) => roll(t, [-1, 5], [0, 1]), of(2, 3)],
      [(t) => roll(t, 1, 0), of(0, 3)],
    ],
    error: () => roll(x, 0.5, 0),
    without: needsRank,
  },
  split: {
    calls: [
      [(t) => split(t, 2, 1)[1], of(2, 5)],
      [(t) => split(t, [1, 0, 2], 1)[1], of(2, 3)],
      [(t) => split(t, 3)[0], of(0, 3)],
    ],
    error: () => split(x, 0),
    without: needsRank,
  },
  chunk: {
    calls: [
      [(t) => chunk(t, 2)[1], of(5, 2)],
      [(t) => chunk(t, 2)[0], of(0, 2)],
    ],
    error: () => chunk(x, 0),
    without: needsRank,
  },
  diagonal: {
    calls: [
      [(t) => diagonal(t, { offset: 1, dimA: 1, dimB: 2 }), of(2, 3, 4)],
      [(t) => diagonal(t, { offset: 5 }), of(2, 3)],
      [(t) => diagonal(t), of(0, 3)],
    ],
    error: () => diagonal(x, { offset: 0.5 }),
    without: needsRank,
  },
  tril: {
    calls: [
      [(t) => tril(t, 1), of(2, 3, 4)],
      [(t) => tril(t), of(0, 3)],
    ],
    error: () => tril(zeros([3])),
    without: needsRank,
  },
  triu: {
    calls: [
      [(t) => triu(t, -1), of(2, 3, 4)],
      [(t) => triu(t), of(0, 3)],
    ],
    error: () => triu(zeros([3])),
    without: needsRank,
  },
  maskedFill: {
    calls: [
      [(t, mask) => maskedFill(t, mask, 7), of(2, 3), bools(3)],
      [(t, mask) => maskedFill(t, mask, 7), of(), bools(2)],
      [(t, mask) => maskedFill(t, mask, 7), of(0, 3), bools(1, 3)],
    ],
    error: () => maskedFill(x, x, 0),
    broadcasts: true,
  },
  conv1d: {
    calls: [
      [(t, w, bias) => conv1d(t, w, { bias, stride: 2, padding: 1, groups: 2 }), of(2, 4, 7), of(6, 2, 3), of(6)],
      [(t, w) => conv1d(t, w), of(0, 2, 4), of(3, 2, 2)],
    ],
    error: () => conv1d(x, x),
    without: needsRank,
  },
  conv2d: {
    calls: [
      [(t, w, bias) => conv2d(t, w, { bias, padding: 1, dilation: [1, 2] }), of(2, 2, 4, 5), of(3, 2, 3, 2), of(3)],
      [(t, w) => conv2d(t, w, { padding: "same" }), of(1, 2, 4, 3), of(2, 2, 2, 3)],
      [(t, w) => conv2d(t, w), of(0, 2, 3, 3), of(3, 2, 2, 2)],
    ],
    error: () => conv2d(x, x),
    without: needsRank,
  },
  convTranspose1d: {
    calls: [
      [(t, w) => convTranspose1d(t, w, { stride: 2, padding: 1, outputPadding: 1 }), of(2, 3, 4), of(3, 2, 3)],
      [(t, w) => convTranspose1d(t, w), of(0, 3, 4), of(3, 2, 3)],
    ],
    error: () => convTranspose1d(x, x),
    without: needsRank,
  },
  convTranspose2d: {
    calls: [
      [(t, w) => convTranspose2d(t, w, { stride: [2, 1], groups: 2 }), of(1, 4, 2, 3), of(4, 1, 3, 2)],
      [(t, w) => convTranspose2d(t, w), of(0, 2, 2, 3), of(2, 1, 3, 2)],
    ],
    error: () => convTranspose2d(x, x),
    without: needsRank,
  },
  maxPool1d: {
    calls: [
      [(t) => maxPool1d(t, 3, { stride: 2, padding: 1 }), of(2, 2, 7)],
      [(t) => maxPool1d(t, 2), of(0, 2, 4)],
    ],
    error: () => maxPool1d(x, 2),
    without: needsRank,
  },
  maxPool2d: {
    calls: [
      [(t) => maxPool2d(t, 3, { stride: 2, padding: 1 }), of(1, 2, 5, 6)],
      [(t) => maxPool2d(t, 2), of(0, 2, 4, 4)],
    ],
    error: () => maxPool2d(x, 2),
    without: needsRank,
  },
  avgPool1d: {
    calls: [
      [(t) => avgPool1d(t, 3, { stride: 2, padding: 1 }), of(2, 2, 7)],
      [(t) => avgPool1d(t, 2), of(0, 2, 4)],
    ],
    error: () => avgPool1d(x, 2),
    without: needsRank,
  },
  avgPool2d: {
    calls: [
      [(t) => avgPool2d(t, 2, { padding: 1, ceilMode: true, countIncludePad: false }), of(1, 2, 5, 5)],
      [(t) => avgPool2d(t, 2), of(0, 2, 4, 4)],
    ],
    error: () => avgPool2d(x, 2),
    without: needsRank,
  },
  adaptiveAvgPool2d: {
    calls: [
      [(t) => adaptiveAvgPool2d(t, [3, 2]), of(1, 2, 5, 4)],
      [(t) => adaptiveAvgPool2d(t, 2), of(0, 2, 4, 4)],
    ],
    error: () => adaptiveAvgPool2d(x, 1),
    without: needsRank,
  },
  adaptiveMaxPool2d: {
    calls: [
      [(t) => adaptiveMaxPool2d(t, [3, 2]), of(1, 2, 5, 4)],
      [(t) => adaptiveMaxPool2d(t, 2), of(0, 2, 4, 4)],
    ],
    error: () => adaptiveMaxPool2d(x, 1),
    without: needsRank,
  },
  unfold: {
    calls: [
      [(t) => unfold(t, [2, 3], { stride: [1, 2], padding: [0, 1] }), of(1, 2, 4, 5)],
      [(t) => unfold(t, 2), of(0, 2, 3, 3)],
    ],
    error: () => unfold(x, 2),
    without: needsRank,
  },
  fold: {
    calls: [
      [(t) => fold(t, [4, 4], [2, 3], { stride: [2, 1], padding: [1, 0] }), of(1, 12, 6)],
      [(t) => fold(t, [3, 3], 2), of(0, 4, 4)],
    ],
    error: () => fold(x, [4, 4], 2),
    without: needsRank,
  },
  interpolate: {
    calls: [
      [(t) => interpolate(t, { size: [3, 2] }), of(1, 2, 5, 4)],
      [(t) => interpolate(t, { size: [5, 3], mode: "bilinear" }), of(1, 1, 3, 4)],
      [(t) => interpolate(t, { scale: 2 }), of(0, 1, 2, 2)],
    ],
    error: () => interpolate(x, { scale: 2 }),
    without: needsRank,
  },
  causalSoftmax: {
    calls: [
      [(t) => causalSoftmax(t), of(2, 4, 4)],
      [(t) => causalSoftmax(t), of(3, 5)],
      [(t) => causalSoftmax(t), of(0, 3)],
    ],
    error: () => causalSoftmax(x.cast("int32")),
    without: needsRank,
  },
  layerNorm: {
    calls: [
      [(t, weight, bias) => layerNorm(t, 3, { weight, bias }), of(2, 4, 3), weights, of(3)],
      [(t) => layerNorm(t, 3), of(0, 3)],
    ],
    error: () => layerNorm(x, 2),
    without: needsRank,
  },
  rmsNorm: {
    calls: [
      [(t, weight) => rmsNorm(t, 3, { weight }), of(2, 4, 3), weights],
      [(t) => rmsNorm(t, 3), of(0, 3)],
    ],
    error: () => rmsNorm(x, 2),
    without: needsRank,
  },
  batchNorm: {
    calls: [[(t, weight, bias) => batchNorm(t, { weight, bias }), of(4, 3, 2), weights, of(3)]],
    error: () => batchNorm(zeros([3])),
    without: needsElements,
  },
  groupNorm: {
    calls: [
      [(t) => groupNorm(t, 2), of(2, 4, 3)],
      [(t) => groupNorm(t, 2), of(0, 4, 3)],
    ],
    error: () => groupNorm(x, 2),
    without: needsRank,
  },
  instanceNorm: {
    calls: [
      [(t) => instanceNorm(t), of(2, 2, 2, 3)],
      [(t) => instanceNorm(t), of(0, 2, 3)],
    ],
    error: () => instanceNorm(zeros([3])),
    without: needsRank,
  },
  embedding: {
    calls: [
      [(weight, i) => embedding(weight, i, { paddingIndex: 1 }), of(4, 3), index([2, 2], 0, 3, 3, 1)],
      [(weight, i) => embedding(weight, i), of(4, 3), index([], 2)],
      [(weight, i) => embedding(weight, i), of(4, 3), index([0])],
    ],
    error: () => embedding(zeros([3]), zeros([1], "int32")),
  },
  sort: {
    calls: [
      [(t) => sort(t, 0, { descending: true }).values, of(3, 4)],
      [(t) => sort(t).values, of(2, 0)],
    ],
    error: () => sort(x, 2),
    without: needsRank,
  },
  argsort: {
    calls: [
      [(t) => argsort(t), of(3, 4)],
      [(t) => argsort(t, 0), of(3, 0)],
    ],
    error: () => argsort(x, 2),
    without: needsRank,
  },
  topK: {
    calls: [
      [(t) => topK(t, 2, { dim: 1, largest: false }).values, of(3, 4, 2)],
      [(t) => topK(t, 0).values, of(2, 3)],
      [(t) => topK(t, 2, { dim: 1 }).values, of(0, 3)],
    ],
    error: () => topK(x, 4),
    without: needsRank,
  },
};

/** What a module exports or Tensor has that computes no tensor from tensors, or is given a function or a state: tested where it is. */
export const notOps: readonly string[] = [
  // makers
  ..."arange causalMask eye full linspace ones scalar tensor zeros RandomStream dropout".split(" "),
  // differentiation, control flow
  ..."checkpoint customGradient differentiate grad guardFinite scan valueAndGrad".split(" "),
  // running and recording
  ..."backendInForce compile memory readSetting scope selectBackend setDebug setThreads setVectorBits threads vmap withValues".split(
    " ",
  ),
  // state, files, trees, errors
  ..."Parameter Variable blend copy arrayOf loadVariables packState saveVariables unpackState".split(" "),
  ..."decodeSafetensors encodeSafetensors mapTree tensorsIn Tensor".split(" "),
  ..."NonFiniteError OutOfMemoryError SafetensorsError ShapeError UsageError".split(" "),
  // of Tensor
  ..."constructor data dataSync item itemSync nested rank requireOneElement size toArray toArraySync toString".split(
    " ",
  ),
];
