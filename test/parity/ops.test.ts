// Values and gradients of the ops of @agon/tensor and the activations of @agon/nn, as PyTorch computes them.
import { elu, gelu, hardtanh, leakyRelu, logSigmoid, mish, relu6, selu, silu, softplus, softsign } from "@agon/nn";
import {
  adaptiveAvgPool2d,
  avgPool2d,
  batchNorm,
  causalMask,
  chunk,
  concat,
  conv1d,
  conv2d,
  convTranspose2d,
  diagonal,
  dropout,
  einsum,
  embedding,
  fold,
  grad,
  groupNorm,
  instanceNorm,
  interpolate,
  layerNorm,
  linspace,
  maskedFill,
  maxPool1d,
  maxPool2d,
  oneHot,
  ones,
  pad,
  type PadOptions,
  type Pair,
  type Range,
  RandomStream,
  repeat,
  repeatInterleave,
  rmsNorm,
  roll,
  sort,
  split,
  stack,
  type Tensor,
  topK,
  tril,
  triu,
  unfold,
  Variable,
} from "@agon/tensor";
import { expect } from "vitest";
import { check, describeOnBackends, type Inputs, type Outputs, type Params } from "./differentiated.ts";
import type { Adapter } from "./fixtures.ts";

const unary = (f: (x: Tensor, params: Params) => Tensor): Adapter => check(({ x }, params) => ({ out: f(x, params) }));
const binary = (f: (a: Tensor, b: Tensor) => Tensor): Adapter => check(({ a, b }) => ({ out: f(a, b) }));

/** PyTorch's dim: a number, a list, or null for all. */
const dimOf = (params: Params): number | number[] | undefined =>
  (params.dim ?? undefined) as number | number[] | undefined;
const keep = (params: Params): { keepDim: boolean } => ({ keepDim: params.keepdim === true });
const bound = (value: unknown): number | undefined => (value ?? undefined) as number | undefined;

describeOnBackends("ops_elementwise", {
  add: binary((a, b) => a.add(b)),
  sub: binary((a, b) => a.sub(b)),
  mul: binary((a, b) => a.mul(b)),
  div: binary((a, b) => a.div(b)),
  maximum: binary((a, b) => a.maximum(b)),
  minimum: binary((a, b) => a.minimum(b)),
  pow: binary((a, b) => a.pow(b)),
  eq: binary((a, b) => a.equal(b)),
  ne: binary((a, b) => a.notEqual(b)),
  lt: binary((a, b) => a.less(b)),
  le: binary((a, b) => a.lessEqual(b)),
  gt: binary((a, b) => a.greater(b)),
  ge: binary((a, b) => a.greaterEqual(b)),
  where: check(({ cond, a, b }) => ({ out: cond.where(a, b) })),
  pow_scalar: unary((x, { exponent }) => x.pow(exponent as number)),
  clamp: unary((x, { min, max }) => x.clamp(bound(min), bound(max))),
  exp: unary((x) => x.exp()),
  log: unary((x) => x.log()),
  log1p: unary((x) => x.log1p()),
  expm1: unary((x) => x.expm1()),
  sqrt: unary((x) => x.sqrt()),
  rsqrt: unary((x) => x.rsqrt()),
  square: unary((x) => x.square()),
  neg: unary((x) => x.neg()),
  reciprocal: unary((x) => x.reciprocal()),
  sin: unary((x) => x.sin()),
  cos: unary((x) => x.cos()),
  tanh: unary((x) => x.tanh()),
  erf: unary((x) => x.erf()),
  sigmoid: unary((x) => x.sigmoid()),
  relu: unary((x) => x.relu()),
  abs: unary((x) => x.abs()),
  floor: unary((x) => x.floor()),
  ceil: unary((x) => x.ceil()),
  round: unary((x) => x.round()),
  sign: unary((x) => x.sign()),
  relu6: unary(relu6),
  silu: unary(silu),
  softsign: unary(softsign),
  hardtanh: unary(hardtanh),
  mish: unary(mish),
  logsigmoid: unary(logSigmoid),
  selu: unary(selu),
  leaky_relu: unary((x, { negative_slope }) => leakyRelu(x, negative_slope as number)),
  elu: unary((x, { alpha }) => elu(x, alpha as number)),
  gelu: unary((x, { approximate }) => gelu(x, approximate as "none" | "tanh")),
  softplus: unary((x, { beta }) => softplus(x, beta as number)),
});

const extreme = (values: "max" | "min", indices: "argmax" | "argmin"): Adapter =>
  check(({ x }, params) => ({
    values: x[values](params.dim as number, keep(params)),
    indices: x[indices](params.dim as number, keep(params)),
  }));

describeOnBackends("ops_reduce", {
  sum: unary((x, params) => x.sum(dimOf(params), keep(params))),
  mean: unary((x, params) => x.mean(dimOf(params), keep(params))),
  var: unary((x, params) => x.var(dimOf(params), { ...keep(params), correction: params.correction as number })),
  std: unary((x, params) => x.std(dimOf(params), { ...keep(params), correction: params.correction as number })),
  amax: unary((x, params) => x.max(dimOf(params), keep(params))),
  amin: unary((x, params) => x.min(dimOf(params), keep(params))),
  prod: unary((x, params) => x.prod(dimOf(params), keep(params))),
  logsumexp: unary((x, params) => x.logSumExp(dimOf(params), keep(params))),
  max_with_indices: extreme("max", "argmax"),
  min_with_indices: extreme("min", "argmin"),
  argmax: unary((x, params) => x.argmax(bound(params.dim), keep(params))),
  argmin: unary((x, params) => x.argmin(bound(params.dim), keep(params))),
  softmax: unary((x, { dim }) => x.softmax(dim as number)),
  log_softmax: unary((x, { dim }) => x.logSoftmax(dim as number)),
  cumsum: unary((x, { dim }) => x.cumsum(dim as number)),
  cumprod: unary((x, { dim }) => x.cumprod(dim as number)),
  norm: unary((x, params) => x.norm(params.p as number, dimOf(params), keep(params))),
});

describeOnBackends("ops_matmul", {
  matmul: binary((a, b) => a.matmul(b)),
  outer: binary((a, b) => a.outer(b)),
  einsum: check((inputs, { equation }) => {
    const operands = Object.keys(inputs).sort((a, b) => Number(a.slice(1)) - Number(b.slice(1)));
    return { out: einsum(equation as string, ...operands.map((name) => inputs[name])) };
  }),
});

/** The inputs x0, x1, … in order. */
const several = (inputs: Inputs): Tensor[] =>
  Array.from({ length: Object.keys(inputs).length }, (_, i) => inputs[`x${i}`]);
/** Parts as out0, out1, …. */
const parts = (tensors: readonly Tensor[]): Outputs => Object.fromEntries(tensors.map((part, i) => [`out${i}`, part]));
const dim = (params: Params): number => params.dim as number;

describeOnBackends("ops_shape_index", {
  gather: check(({ x, index }, params) => ({ out: x.gather(dim(params), index) })),
  take_along_dim: check(({ x, index }, params) => ({ out: x.gather(dim(params), index) })),
  index_select: check(({ x, index }, params) => ({ out: x.take(index, dim(params)) })),
  scatter_add: check(({ x, index, src }, params) => ({ out: x.add(src.scatterAdd(dim(params), index, x.shape)) })),
  embedding: check(({ weight, index }, { padding_idx }) => ({
    out: embedding(weight, index, { paddingIndex: bound(padding_idx) }),
  })),
  concat: check((inputs, params) => ({ out: concat(several(inputs), dim(params)) })),
  stack: check((inputs, params) => ({ out: stack(several(inputs), dim(params)) })),
  split: check(({ x }, params) => parts(split(x, (params.split_size ?? params.sections) as number, dim(params)))),
  chunk: check(({ x }, params) => parts(chunk(x, params.chunks as number, dim(params)))),
  slice: unary((x, { slices }) => x.slice(...(slices as Range[]))),
  select: unary((x, params) => x.select(dim(params), params.index as number)),
  flip: unary((x, { dims }) => x.flip(dims as number[])),
  transpose: unary((x, { dim0, dim1 }) => x.transpose(dim0 as number, dim1 as number)),
  permute: unary((x, { dims }) => x.permute(dims as number[])),
  reshape: unary((x, { shape }) => x.reshape(shape as number[])),
  permute_reshape: unary((x, { dims, shape }) => x.permute(dims as number[]).reshape(shape as number[])),
  flatten: unary((x, { start_dim }) => x.flatten(start_dim as number)),
  squeeze: unary((x, params) => x.squeeze(dim(params))),
  unsqueeze: unary((x, params) => x.unsqueeze(dim(params))),
  expand: unary((x, { shape }) => x.expand(shape as number[])),
  repeat: unary((x, { repeats }) => repeat(x, repeats as number[])),
  repeat_interleave: unary((x, params) => repeatInterleave(x, params.repeats as number, dim(params))),
  pad: unary((x, params) =>
    pad(x, params.pad as number[], { mode: params.mode as PadOptions["mode"], value: params.value as number }),
  ),
  topk: check(({ x }, params) => ({
    ...topK(x, params.k as number, { dim: dim(params), largest: params.largest as boolean }),
  })),
  sort: check(({ x }, params) => ({ ...sort(x, dim(params), { descending: params.descending as boolean }) })),
  one_hot: check(({ index }, { num_classes }) => ({ out: oneHot(index, num_classes as number, "int32") })),
  tril: unary((x, params) => tril(x, params.diagonal as number)),
  triu: unary((x, params) => triu(x, params.diagonal as number)),
  causal_mask: check((_inputs, { size }) => ({ allowed: causalMask(size as number) })),
  masked_fill: check(({ x, mask }, { value }) => ({ out: maskedFill(x, mask, value as number) })),
  roll: unary((x, { shifts, dims }) => roll(x, shifts as number[], dims as number[])),
  diagonal: unary((x) => diagonal(x)),
});

describeOnBackends("ops_norm", {
  layer_norm: check(({ x, weight, bias }, { normalized_shape, eps }) => ({
    out: layerNorm(x, normalized_shape as number[], { weight, bias, epsilon: eps as number }),
  })),
  batch_norm: check(({ x, weight, bias, running_mean, running_var }, { training, momentum, eps }) => {
    const [runningMean, runningVar] = [new Variable(running_mean), new Variable(running_var)];
    const out = batchNorm(x, {
      weight,
      bias,
      runningMean,
      runningVar,
      training: training as boolean,
      momentum: momentum as number,
      epsilon: eps as number,
    });
    return { out, running_mean_after: runningMean.value, running_var_after: runningVar.value };
  }),
  group_norm: check(({ x, weight, bias }, { num_groups, eps }) => ({
    out: groupNorm(x, num_groups as number, { weight, bias, epsilon: eps as number }),
  })),
  // Over N ones: kept elements have the one scale, and their share lies within 5 standard deviations.
  dropout_stats: (fixture) => {
    const { p } = fixture.params as { p: number };
    const N = 100_000;
    const mask = Float32Array.from(dropout(ones([N]), new RandomStream(1), { p }).dataSync());
    const kept = mask.filter((value) => value !== 0);
    const scale = fixture.outputs.kept_scale.data[0];
    expect(kept.every((value) => value === Math.fround(scale))).toBe(true);
    const expected = fixture.outputs.expected_keep_fraction.data[0];
    const bound = 5 * Math.sqrt((p * (1 - p)) / N);
    expect(Math.abs(kept.length / N - expected)).toBeLessThan(bound);
    const factor = mask.reduce((sum, value) => sum + value, 0) / N;
    expect(Math.abs(factor - fixture.outputs.expected_mean_factor.data[0])).toBeLessThan(bound * scale);
    const variance = mask.reduce((sum, value) => sum + (value - factor) ** 2, 0) / N;
    const wanted = fixture.outputs.variance_for_ones_input.data[0];
    // Var = scale²·f·(1 − f) of the kept fraction f: its slope is scale²·(1 − 2f) there, and 2nd order below.
    expect(Math.abs(variance - wanted)).toBeLessThan(scale ** 2 * (Math.abs(1 - 2 * expected) * bound + bound ** 2));
    const x = linspace(1, 2, N);
    const gradient = grad((at: Tensor) => dropout(at, new RandomStream(1), { p }).sum())(x).dataSync();
    expect(gradient).toEqual(mask);
  },
  instance_norm: unary((x, { eps }) => instanceNorm(x, { epsilon: eps as number })),
  rms_norm: check(({ x, weight }, { eps }) => ({
    out: rmsNorm(x, weight.shape, { weight, epsilon: eps as number }),
  })),
});

/** stride, padding, dilation, groups under the names that both use. */
const windows = ({ stride, padding, dilation, groups, output_padding }: Params) => ({
  stride: stride as number,
  padding: padding as number,
  dilation: dilation as number,
  groups: groups as number,
  outputPadding: output_padding as number,
});

describeOnBackends("ops_conv_pool", {
  conv1d: check(({ x, weight, bias }, params) => ({ out: conv1d(x, weight, { bias, ...windows(params) }) })),
  conv2d: check(({ x, weight, bias }, params) => ({ out: conv2d(x, weight, { bias, ...windows(params) }) })),
  conv_transpose2d: check(({ x, weight, bias }, params) => ({
    out: convTranspose2d(x, weight, { bias, ...windows(params) }),
  })),
  max_pool1d: unary((x, params) => maxPool1d(x, params.kernel_size as number, windows(params))),
  max_pool2d: unary((x, params) =>
    maxPool2d(x, params.kernel_size as Pair, { ...windows(params), ceilMode: params.ceil_mode as boolean }),
  ),
  avg_pool2d: unary((x, params) =>
    avgPool2d(x, params.kernel_size as Pair, {
      ...windows(params),
      countIncludePad: params.count_include_pad as boolean,
    }),
  ),
  adaptive_avg_pool2d: unary((x, { output_size }) => adaptiveAvgPool2d(x, output_size as Pair)),
  unfold: unary((x, params) => unfold(x, params.kernel_size as Pair, windows(params))),
  fold: unary((x, params) => fold(x, params.output_size as Pair, params.kernel_size as Pair, windows(params))),
  upsample_nearest: unary((x, { scale_factor }) => interpolate(x, { scale: scale_factor as number })),
});
