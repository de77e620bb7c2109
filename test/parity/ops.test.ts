// Values and gradients of the ops of @agon/tensor and the activations of @agon/nn, as PyTorch computes them.
import { elu, gelu, hardtanh, leakyRelu, logSigmoid, mish, relu6, selu, silu, softplus, softsign } from "@agon/nn";
import { einsum, grad, Tensor, tensor } from "@agon/tensor";
import {
  type Adapter,
  describeFixture,
  expectGrads,
  expectOutputs,
  type FixtureCase,
  type FixtureTensor,
} from "./fixtures.ts";

type Params = Readonly<Record<string, unknown>>;
type Inputs = Readonly<Record<string, Tensor>>;
type Outputs = Readonly<Record<string, Tensor>>;

const toTensor = ({ data, shape, dtype }: FixtureTensor): Tensor =>
  tensor(data, {
    shape,
    dtype: dtype === "float64" ? "float64" : dtype === "bool" ? "bool" : dtype === "int32" ? "int32" : "float32",
  });

const plain = (outputs: Readonly<Record<string, Tensor>>) =>
  Object.fromEntries(Object.entries(outputs).map(([name, t]) => [name, { shape: t.shape, data: t.dataSync() }]));

/** Values, then the gradient of L = Σ cotangent · output with respect to each input that the golden data differentiates. */
const check =
  (f: (inputs: Inputs, params: Params) => Outputs): Adapter =>
  (fixture: FixtureCase) => {
    const inputs = Object.fromEntries(Object.entries(fixture.inputs).map(([name, value]) => [name, toTensor(value)]));
    expectOutputs(fixture, plain(f(inputs, fixture.params)));
    const differentiated = Object.fromEntries(Object.keys(fixture.grads).map((name) => [name, inputs[name]]));
    if (Object.keys(differentiated).length === 0) return;
    const loss = (at: Inputs): Tensor => {
      const outputs = f({ ...inputs, ...at }, fixture.params);
      return Object.entries(fixture.cotangents)
        .map(([name, cotangent]) => outputs[name].mul(toTensor(cotangent)).sum())
        .reduce((total, part) => total.add(part));
    };
    expectGrads(fixture, plain(grad(loss)(differentiated)));
  };

const unary = (f: (x: Tensor, params: Params) => Tensor): Adapter => check(({ x }, params) => ({ out: f(x, params) }));
const binary = (f: (a: Tensor, b: Tensor) => Tensor): Adapter => check(({ a, b }) => ({ out: f(a, b) }));

/** PyTorch's dim: a number, a list, or null for all. */
const dimOf = (params: Params): number | number[] | undefined =>
  (params.dim ?? undefined) as number | number[] | undefined;
const keep = (params: Params): { keepDim: boolean } => ({ keepDim: params.keepdim === true });
const bound = (value: unknown): number | undefined => (value ?? undefined) as number | undefined;

describeFixture("ops_elementwise", {
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

describeFixture("ops_reduce", {
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

describeFixture("ops_matmul", {
  matmul: binary((a, b) => a.matmul(b)),
  outer: binary((a, b) => a.outer(b)),
  einsum: check((inputs, { equation }) => {
    const operands = Object.keys(inputs).sort((a, b) => Number(a.slice(1)) - Number(b.slice(1)));
    return { out: einsum(equation as string, ...operands.map((name) => inputs[name])) };
  }),
});
