// What the methods of Tensor say about operands that do not fit, and which types they compute in.
import { describe, expect, it } from "vitest";
import { arange, concat, eye, full, linspace, ones, stack, tensor, zeros } from "../create.ts";
import { ShapeError } from "../errors.ts";
import type { Tensor } from "../tensor.ts";

const x = zeros([2, 3]);
const whole = zeros([2, 3], "int32");
const truth = zeros([2, 3], "bool");
const index = (...data: number[]): Tensor => tensor(data, { dtype: "int32" });

const real = [
  "exp",
  "expm1",
  "log",
  "log1p",
  "sqrt",
  "reciprocal",
  "sin",
  "cos",
  "tanh",
  "sigmoid",
  "erf",
  "relu",
] as const;
const rounding = ["floor", "ceil", "round", "isFinite"] as const;
const binary = ["add", "sub", "mul", "div", "pow", "maximum", "minimum"] as const;
const comparisons = ["equal", "notEqual", "less", "lessEqual", "greater", "greaterEqual"] as const;
const wide = zeros([4]);

const makers: readonly [f: () => unknown, message: string][] = [
  [() => zeros([2, -1]), "zeros: lengths are whole numbers from 0 up, got [2, -1]."],
  [() => ones([1.5]), "ones: lengths are whole numbers from 0 up, got [1.5]."],
  [() => full([Number.NaN], 1), "full: lengths are whole numbers from 0 up, got [NaN]."],
  [() => eye(-2), "eye: lengths are whole numbers from 0 up, got [-2, -2]."],
  [() => linspace(0, 1, -1), "linspace: lengths are whole numbers from 0 up, got [-1]."],
  [() => arange(0, 3, 0), "arange: from 0 to 3 by 0 is no list of numbers."],
  [() => stack([]), "stack: expects at least one tensor."],
  [() => concat([]), "concat: expects at least one tensor."],
  [() => tensor(new Float32Array(3), { shape: [2] }), "tensor: 3 elements do not fill shape [2] (2)."],
];

const cases: readonly [f: () => unknown, message: string][] = [
  ...makers,
  ...[...real, ...rounding].map((op): [() => unknown, string] => [
    () => whole[op](),
    `${op}: expects a float tensor, got int32; cast it first.`,
  ]),
  ...(["neg", "abs", "sign", "square"] as const).map((op): [() => unknown, string] => [
    () => truth[op](),
    `${op}: expects numbers, got bool; cast it first.`,
  ]),
  ...binary.map((op): [() => unknown, string] => [
    () => x[op](wide),
    `${op}: shapes [2, 3] and [4] do not broadcast (3 against 4).`,
  ]),
  ...comparisons.map((op): [() => unknown, string] => [
    () => wide[op](wide.reshape([2, 2]).sum(0)),
    `${op}: shapes [4] and [2] do not broadcast (4 against 2).`,
  ]),
  [() => x.add(null as unknown as Tensor), "add: expects a tensor or a number, got null; of a Variable use its value."],
  [() => x.not(), "not: expects bool, got float32; compare it with something first."],
  [() => truth.and(x), "and: expects bool, got float32; compare it with something first."],
  [() => whole.or(truth), "or: expects bool, got int32; compare it with something first."],
  [() => x.where(1, 0), "where: the condition must be bool, got float32."],
  [() => truth.where(wide, 0), "where: shapes [2, 3] and [4] do not broadcast (3 against 4)."],
  ...(["sum", "prod", "max", "min", "mean", "var", "std", "logSumExp"] as const).map((op): [() => unknown, string] => [
    () => x[op](2),
    `${op}: dim 2 does not exist in a tensor of rank 2.`,
  ]),
  ...(["argmax", "argmin", "cumsum", "cumprod", "softmax", "logSoftmax"] as const).map(
    (op): [() => unknown, string] => [() => x[op](-3), `${op}: dim -3 does not exist in a tensor of rank 2.`],
  ),
  ...(["max", "min"] as const).map((op): [() => unknown, string] => [
    () => zeros([0, 2])[op](0),
    `${op}: nothing to reduce, a dim has length 0 (input [0, 2]).`,
  ]),
  ...(["argmax", "argmin"] as const).map((op): [() => unknown, string] => [
    () => zeros([2, 0])[op](1),
    `${op}: nothing to compare (input [2, 0]).`,
  ]),
  [() => x.matmul(zeros([])), "matmul: expects vectors or matrices, got [2, 3] and []."],
  [() => x.matmul(zeros([4, 5])), "matmul: inner sizes differ, 3 and 4 (a [2, 3], b [4, 5])."],
  [() => whole.matmul(zeros([3, 2], "int32")), "matmul: expects two float tensors of one type, got int32 and int32."],
  [() => x.reshape([4, -1]), "reshape: [2, 3] (6 elements) does not fill [4, -1]."],
  [() => x.permute([0, 0]), "permute: [0, 0] is no order of the 2 dims of [2, 3]."],
  [() => x.transpose(0, 2), "transpose: dim 2 does not exist in a tensor of rank 2."],
  [() => x.expand([2, 4]), "expand: shapes [2, 3] and [2, 4] do not broadcast (3 against 4)."],
  [() => zeros([2, 1]).expand([1, 3]), "expand: [2, 1] cannot be repeated to [1, 3]."],
  [() => x.slice(null, null, null), "slice: 3 ranges for the 2 dims of [2, 3]."],
  [() => x.slice(2), "slice: index 2 is outside dim 0 of length 2."],
  [() => x.slice([0, 2, -1]), "slice: step -1 of dim 0; expected a positive whole number (use flip to reverse)."],
  [() => x.narrow(1, 2, 2), "narrow: [2, 4) leaves dim 1 of [2, 3]."],
  [() => x.select(0, 2), "select: index 2 is outside dim 0 of [2, 3]."],
  [() => x.pad([1], [0, 0]), "pad: [1] and [0, 0] do not fit [2, 3]."],
  [() => concat([x, whole]), "concat: int32 [2, 3] does not continue float32 [2, 3] along dim 0."],
  [() => concat([x, wide]), "concat: float32 [4] does not continue float32 [2, 3] along dim 0."],
  [() => x.flip([0, 0]), "flip: dims [0, 0] name a dim twice."],
  [() => x.gather(1, x), "gather: the index must be int32, got float32."],
  [() => x.gather(1, zeros([3, 1], "int32")), "gather: index [3, 1] does not fit shape [2, 3] along dim 1."],
  [() => x.gather(1, index(0, 3).reshape([2, 1])), "gather: index 3 is outside [0, 3)."],
  [() => x.scatterAdd(0, x, [2, 3]), "scatterAdd: the index must be int32, got float32."],
  [() => x.take(index(-1)), "take: index -1 is outside [0, 2)."],
  [() => x.take(wide), "take: the index must be int32, got float32."],
  [() => x.takeAdd(0, index(0), [2, 3]), "takeAdd: values [2, 3], expected [1, 3]."],
  [() => x.takeAdd(0, wide, [2, 3]), "takeAdd: the index must be int32, got float32."],
];

describe("errors of the methods", () => {
  it.each(cases.map(([f, message]) => [message, f] as const))("%s", (message, f) => {
    expect(f).toThrow(ShapeError);
    expect(f).toThrow(message);
  });
});

describe("types", () => {
  const hits = tensor(new Array<number>(300).fill(1), { dtype: "bool" });
  const show = (t: Tensor): unknown => [t.dtype, t.toArraySync()];

  it("truth values count as 0 and 1", () => {
    expect(show(hits.sum())).toEqual(["int32", 300]);
    expect(hits.cumsum(0).slice(-1).toArraySync()).toEqual([300]);
    expect(hits.mean().itemSync()).toBeCloseTo(1, 6);
    expect(show(hits.add(hits).slice(0))).toEqual(["int32", [2]]);
    expect(show(hits.prod())).toEqual(["int32", 1]);
    expect(hits.max().dtype).toBe("bool");
  });
  it("quotients and powers of integers are real numbers", () => {
    expect(show(arange(0, 3).div(2))).toEqual(["float32", [0, 0.5, 1]]);
    expect(show(arange(1, 3).div(arange(2, 4)))).toEqual(["float32", [0.5, Math.fround(2 / 3)]]);
    expect(show(arange(1, 4).pow(-1))).toEqual(["float32", [1, 0.5, Math.fround(1 / 3)]]);
  });
});
