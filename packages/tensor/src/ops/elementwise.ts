// Elementwise primitives: unary, binary with broadcasting, comparisons, select.
import type { Spec } from "../backend.ts";
import { type DType, isFloat } from "../dtype.ts";
import { ShapeError } from "../errors.ts";
import { broadcastShapes } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import type { GradientContext, Primitive } from "./primitive.ts";

type UnaryRule = (g: Tensor, x: Tensor, y: Tensor) => Tensor;
type BinaryRule = (g: Tensor, a: Tensor, b: Tensor, y: Tensor) => readonly [Tensor, Tensor];

const unary = (rule?: UnaryRule, output?: DType): Primitive => ({
  infer: ([x]) => ({ shape: x.shape, dtype: output ?? x.dtype }),
  gradient: rule && (({ gradient, inputs: [x], output: y }) => [rule(gradient, x, y)]),
});

/** A unary op of numbers: there is no negative of a truth value. */
const numeric = (op: string, rule?: UnaryRule): Primitive => ({
  ...unary(rule),
  infer: ([x]) => {
    if (x.dtype === "bool") throw new ShapeError(`${op}: expects numbers, got bool; cast it first.`);
    return x;
  },
});

/** An op of truth values. */
const logical = (op: string): Primitive => ({
  infer: (inputs) => {
    const other = inputs.find(({ dtype }) => dtype !== "bool");
    if (other) throw new ShapeError(`${op}: expects bool, got ${other.dtype}; compare it with something first.`);
    return inputs.length === 1 ? inputs[0] : inferBinary(op, "bool")(inputs);
  },
});

/** A unary op of real numbers; integers have to be cast first. */
const real = (op: string, rule?: UnaryRule, output?: DType): Primitive => ({
  ...unary(rule, output),
  infer: ([x]) => {
    if (!isFloat(x.dtype)) throw new ShapeError(`${op}: expects a float tensor, got ${x.dtype}; cast it first.`);
    return { shape: x.shape, dtype: output ?? x.dtype };
  },
});

const inferBinary =
  (op: string, output?: DType) =>
  ([a, b]: readonly Spec[]): Spec => {
    if (a.dtype !== b.dtype) throw new ShapeError(`internal: ${op} got ${a.dtype} and ${b.dtype}.`);
    return { shape: broadcastShapes(op, a.shape, b.shape), dtype: output ?? a.dtype };
  };

/** Broadcast inputs get the sum of the gradient over the dims in which they were repeated. */
const binary = (op: string, rule: BinaryRule): Primitive => ({
  infer: inferBinary(op),
  gradient: ({ gradient, inputs: [a, b], output }) => {
    const [ga, gb] = rule(gradient, a, b, output);
    return [ga.sumTo(a.shape), gb.sumTo(b.shape)];
  },
});

const comparison = (op: string): Primitive => ({ infer: inferBinary(op, "bool") });

/** Of two equal operands each gets half of the gradient. */
const splitTies = (g: Tensor, wins: Tensor, ties: Tensor): Tensor => g.mul(wins.where(1, ties.where(0.5, 0)));

const where: Primitive = {
  infer: ([condition, a, b]) => {
    if (condition.dtype !== "bool") throw new ShapeError(`where: the condition must be bool, got ${condition.dtype}.`);
    const { shape, dtype } = inferBinary("where")([a, b]);
    return { shape: broadcastShapes("where", condition.shape, shape), dtype };
  },
  gradient: ({ gradient, inputs: [condition, a, b] }: GradientContext) => [
    null,
    condition.where(gradient, 0).sumTo(a.shape),
    condition.where(0, gradient).sumTo(b.shape),
  ],
};

const cast: Primitive = {
  infer: ([x], { dtype }) => ({ shape: x.shape, dtype: dtype as DType }),
  gradient: ({ gradient, inputs: [x] }) => [
    isFloat(x.dtype) && isFloat(gradient.dtype) ? gradient.cast(x.dtype) : null,
  ],
};

const TWO_OVER_ROOT_PI = 1.1283791670955126;

export const elementwise: Readonly<Record<string, Primitive>> = {
  neg: numeric("neg", (g) => g.neg()),
  abs: numeric("abs", (g, x) => g.mul(x.sign())),
  sign: numeric("sign"),
  square: numeric("square", (g, x) => g.mul(x).mul(2)),
  exp: real("exp", (g, _x, y) => g.mul(y)),
  expm1: real("expm1", (g, _x, y) => g.mul(y.add(1))),
  log: real("log", (g, x) => g.div(x)),
  log1p: real("log1p", (g, x) => g.div(x.add(1))),
  sqrt: real("sqrt", (g, _x, y) => g.div(y.mul(2))),
  reciprocal: real("reciprocal", (g, _x, y) => g.mul(y.square()).neg()),
  sin: real("sin", (g, x) => g.mul(x.cos())),
  cos: real("cos", (g, x) => g.mul(x.sin()).neg()),
  tanh: real("tanh", (g, _x, y) => g.mul(y.square().neg().add(1))),
  sigmoid: real("sigmoid", (g, _x, y) => g.mul(y.mul(y.neg().add(1)))),
  erf: real("erf", (g, x) => g.mul(x.square().neg().exp().mul(TWO_OVER_ROOT_PI))),
  relu: real("relu", (g, _x, y) => y.greater(0).where(g, 0)),
  floor: real("floor"),
  ceil: real("ceil"),
  round: real("round"),
  isFinite: real("isFinite", undefined, "bool"),
  logicalNot: logical("not"),
  cast,
  add: binary("add", (g) => [g, g]),
  sub: binary("sub", (g) => [g, g.neg()]),
  mul: binary("mul", (g, a, b) => [g.mul(b), g.mul(a)]),
  div: binary("div", (g, _a, b, y) => [g.div(b), g.mul(y).div(b).neg()]),
  maximum: binary("maximum", (g, a, b) => [
    splitTies(g, a.greater(b), a.equal(b)),
    splitTies(g, b.greater(a), a.equal(b)),
  ]),
  minimum: binary("minimum", (g, a, b) => [splitTies(g, a.less(b), a.equal(b)), splitTies(g, b.less(a), a.equal(b))]),
  // d aᵇ/da = b·aᵇ⁻¹ (0 where b = 0); d aᵇ/db = aᵇ·ln a (0 where a = 0).
  pow: binary("pow", (g, a, b, y) => [
    b.equal(0).where(0, g.mul(b).mul(a.pow(b.sub(1)))),
    a.equal(0).where(0, g.mul(y).mul(a.equal(0).where(1, a).log())),
  ]),
  equal: comparison("equal"),
  notEqual: comparison("notEqual"),
  less: comparison("less"),
  lessEqual: comparison("lessEqual"),
  logicalAnd: logical("and"),
  logicalOr: logical("or"),
  where,
};
