// Elementwise kernels: computed in float64, rounded once by the store.
import { cos, erf, exp, expm1, log, log1p, pow, sin, tanh } from "@agon/math";
import { sizeOf, stridesOf } from "../../shape.ts";
import type { Kernel, View } from "./kernel.ts";

type Unary = (x: number) => number;
type Binary = (a: number, b: number) => number;

const unary =
  (f: Unary): Kernel =>
  ([{ data }], { data: out }) => {
    for (let i = 0; i < out.length; i++) out[i] = f(data[i]);
  };

/** Offsets into `view` for each element of a shape it broadcasts to. */
const broadcastOffsets = (view: View, shape: readonly number[]): Int32Array => {
  const lead = shape.length - view.shape.length;
  const own = stridesOf(view.shape);
  const strides = shape.map((_, i) => (i < lead || view.shape[i - lead] === 1 ? 0 : own[i - lead]));
  const offsets = new Int32Array(sizeOf(shape));
  const index = new Int32Array(shape.length);
  let offset = 0;
  for (let i = 0; i < offsets.length; i++) {
    offsets[i] = offset;
    for (let dim = shape.length - 1; dim >= 0; dim--) {
      offset += strides[dim];
      if (++index[dim] < shape[dim]) break;
      offset -= strides[dim] * shape[dim];
      index[dim] = 0;
    }
  }
  return offsets;
};

/** Reads element i of the broadcast view. */
const reader = (view: View, output: View): ((i: number) => number) => {
  const { data } = view;
  if (data.length === output.data.length) return (i) => data[i];
  if (data.length === 1) return () => data[0];
  const offsets = broadcastOffsets(view, output.shape);
  return (i) => data[offsets[i]];
};

const binary =
  (f: Binary): Kernel =>
  ([a, b], output) => {
    const [x, y] = [reader(a, output), reader(b, output)];
    const out = output.data;
    for (let i = 0; i < out.length; i++) out[i] = f(x(i), y(i));
  };

/** Nearest integer, halves to the even one; zeros keep the sign of x. */
const roundToEven = (x: number): number => {
  const floor = Math.floor(x);
  const rest = x - floor;
  const up = rest === 0.5 ? floor % 2 !== 0 : rest > 0.5;
  return up ? floor + 1 || -0 : floor;
};

const sigmoid = (x: number): number => {
  if (x >= 0) return 1 / (1 + exp(-x));
  const e = exp(x);
  return e / (1 + e);
};

const expand: Kernel = ([x], output) => {
  const read = reader(x, output);
  for (let i = 0; i < output.data.length; i++) output.data[i] = read(i);
};

export const elementwise: Readonly<Record<string, Kernel>> = {
  neg: unary((x) => -x),
  abs: unary(Math.abs),
  sign: unary((x) => (x > 0 ? 1 : x < 0 ? -1 : x === 0 ? 0 : NaN)),
  square: unary((x) => x * x),
  exp: unary(exp),
  expm1: unary(expm1),
  log: unary(log),
  log1p: unary(log1p),
  sqrt: unary(Math.sqrt),
  reciprocal: unary((x) => 1 / x),
  sin: unary(sin),
  cos: unary(cos),
  tanh: unary(tanh),
  sigmoid: unary(sigmoid),
  erf: unary(erf),
  relu: unary((x) => (x < 0 ? 0 : x)),
  floor: unary(Math.floor),
  ceil: unary(Math.ceil),
  round: unary(roundToEven),
  isFinite: unary((x) => (Number.isFinite(x) ? 1 : 0)),
  logicalNot: unary((x) => (x === 0 ? 1 : 0)),
  cast: ([x], output) => {
    const bool = output.dtype === "bool";
    const int = output.dtype === "int32";
    for (let i = 0; i < output.data.length; i++) {
      const value = x.data[i];
      output.data[i] = bool ? Number(value !== 0) : int ? Math.trunc(value) : value;
    }
  },
  add: binary((a, b) => a + b),
  sub: binary((a, b) => a - b),
  mul: binary((a, b) => a * b),
  div: binary((a, b) => a / b),
  maximum: binary(Math.max),
  minimum: binary(Math.min),
  pow: binary(pow),
  equal: binary((a, b) => Number(a === b)),
  notEqual: binary((a, b) => Number(a !== b)),
  less: binary((a, b) => Number(a < b)),
  lessEqual: binary((a, b) => Number(a <= b)),
  logicalAnd: binary((a, b) => a & b),
  logicalOr: binary((a, b) => a | b),
  where: ([condition, a, b], output) => {
    const [c, x, y] = [reader(condition, output), reader(a, output), reader(b, output)];
    for (let i = 0; i < output.data.length; i++) output.data[i] = c(i) !== 0 ? x(i) : y(i);
  },
  expand,
};
