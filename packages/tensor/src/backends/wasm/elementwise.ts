// Elementwise primitives as expressions over vectors of four, and the loops around them.
//
// exp and tanh are range reductions with the polynomials of Cephes (S. L. Moshier, netlib), in float32.
import type { DType } from "../../dtype.ts";
import {
  addI32,
  type Code,
  encodeModule,
  f32,
  FunctionBuilder,
  get,
  i32,
  lessU32,
  loopWhile,
  set,
  v128,
} from "./emitter.ts";

/** Builds a vector from operands; intermediate results go into fresh locals. */
type Expression = (operands: readonly Code[], keep: (value: Code) => Code) => Code;

const constant = (value: number): Code => v128.splatF32(f32(value));
const integer = (value: number): Code => v128.splatI32(i32(value));

/** Horner's rule, highest coefficient first. */
const polynomial = (x: Code, coefficients: readonly number[]): Code =>
  coefficients.slice(1).reduce<Code>((sum, c) => v128.addF(v128.mulF(sum, x), constant(c)), constant(coefficients[0]));

const EXP = [1.98756915e-4, 1.3981999507e-3, 8.3334519073e-3, 4.1665795894e-2, 1.6666665459e-1, 5.0000001201e-1];

/** 2ⁿ for whole n in [−126, 127]. */
const powerOfTwo = (n: Code): Code => v128.shiftLeft(v128.addI(n, integer(127)), 23);

/** eˣ: x = n·ln 2 + r; eʳ by a polynomial; 2ⁿ in two factors, so that subnormal and infinite results come out right. */
const exp: Expression = ([x], keep) => {
  const limited = keep(v128.minF(v128.maxF(x, constant(-104)), constant(89)));
  const n = keep(v128.nearest(v128.mulF(limited, constant(1.4426950408889634))));
  const high = v128.subF(limited, v128.mulF(n, constant(0.693359375)));
  const r = keep(v128.addF(high, v128.mulF(n, constant(2.1219444e-4))));
  const square = keep(v128.mulF(r, r));
  const e = v128.addF(v128.addF(v128.mulF(polynomial(r, EXP), square), r), constant(1));
  const whole = keep(v128.truncate(n));
  const half = keep(v128.shiftRight(whole, 1));
  return v128.mulF(v128.mulF(e, powerOfTwo(half)), powerOfTwo(v128.subI(whole, half)));
};

/** 1/(1 + e⁻ˣ) */
const sigmoid: Expression = ([x], keep) =>
  v128.divF(constant(1), v128.addF(constant(1), exp([keep(v128.negF(x))], keep)));

const TANH = [-5.70498872745e-3, 2.06390887954e-2, -5.37397155531e-2, 1.33314422036e-1, -3.33332819422e-1];

/** Near 0 a polynomial in x²; beyond, 1 − 2/(e^(2|x|) + 1) with the sign of x. */
const tanh: Expression = ([x], keep) => {
  const size = keep(v128.absF(x));
  const square = keep(v128.mulF(x, x));
  const near = keep(v128.addF(x, v128.mulF(v128.mulF(polynomial(square, TANH), square), x)));
  const e = exp([keep(v128.addF(size, size))], keep);
  const far = keep(v128.subF(constant(1), v128.divF(constant(2), v128.addF(e, constant(1)))));
  const value = v128.select(v128.ltF(size, constant(0.625)), near, far);
  return v128.or(value, v128.and(x, integer(-2147483648)));
};

/** sign(0) = 0 and sign(NaN) = NaN. */
const sign: Expression = ([x], keep) => {
  const unit = keep(v128.or(constant(1), v128.and(x, integer(-2147483648))));
  const nonZero = v128.select(v128.eqF(x, x), unit, x);
  return v128.select(v128.eqF(x, constant(0)), constant(0), nonZero);
};

const relu: Expression = ([x]) => v128.maxF(x, constant(0));

/** float32 operands to float32. */
const floats: Readonly<Record<string, Expression>> = {
  neg: ([x]) => v128.negF(x),
  abs: ([x]) => v128.absF(x),
  sign,
  square: ([x]) => v128.mulF(x, x),
  exp,
  sqrt: ([x]) => v128.sqrt(x),
  reciprocal: ([x]) => v128.divF(constant(1), x),
  tanh,
  sigmoid,
  relu,
  floor: ([x]) => v128.floor(x),
  ceil: ([x]) => v128.ceil(x),
  round: ([x]) => v128.nearest(x),
  add: ([a, b]) => v128.addF(a, b),
  sub: ([a, b]) => v128.subF(a, b),
  mul: ([a, b]) => v128.mulF(a, b),
  div: ([a, b]) => v128.divF(a, b),
  maximum: ([a, b]) => v128.maxF(a, b),
  minimum: ([a, b]) => v128.minF(a, b),
};

const bit = (mask: Code): Code => v128.and(mask, integer(1));

/** float32 operands to bool, which is stored as 0 or 1. */
const comparisons: Readonly<Record<string, Expression>> = {
  equal: ([a, b]) => bit(v128.eqF(a, b)),
  notEqual: ([a, b]) => bit(v128.neF(a, b)),
  less: ([a, b]) => bit(v128.ltF(a, b)),
  lessEqual: ([a, b]) => bit(v128.leF(a, b)),
  isFinite: ([x]) => bit(v128.ltF(v128.absF(x), constant(Infinity))),
};

/** The expression of an op for the given operand types; undefined where there is none. */
export const expressionOf = (op: string, inputs: readonly DType[]): Expression | undefined => {
  if (op === "where" && inputs[1] !== "bool")
    return ([condition, a, b]) => v128.select(v128.neI(condition, integer(0)), a, b);
  if (op === "logicalNot") return ([x]) => bit(v128.eqI(x, integer(0)));
  if (op === "logicalAnd") return ([a, b]) => v128.and(a, b);
  if (op === "logicalOr") return ([a, b]) => v128.or(a, b);
  return inputs.every((dtype) => dtype === "float32") ? (floats[op] ?? comparisons[op]) : undefined;
};

/** How a loop reads an operand: one vector after the other, or one element for all. */
export type Access = "vector" | "scalar";

/**
 * A module with `run(out, bytes, in0, in1, …)`: computes `bytes` (rounded up to 16) of the output. What lies behind the end of a buffer
 * is its own padding, so that no tail is needed.
 */
export const elementwiseModule = (expression: Expression, accesses: readonly Access[]): Uint8Array<ArrayBuffer> => {
  const f = new FunctionBuilder("run", ["i32", "i32", ...accesses.map(() => "i32" as const)]);
  const at = f.local("i32");
  const splats = accesses.map((access) => (access === "scalar" ? f.local("v128") : -1));
  const before = accesses.flatMap((access, i) =>
    access === "scalar" ? set(splats[i], v128.loadSplat32(get(2 + i))) : [],
  );
  const statements: number[] = [];
  const keep = (value: Code): Code => {
    const local = f.local("v128");
    statements.push(...set(local, value));
    return get(local);
  };
  const operands = accesses.map((access, i) =>
    access === "scalar" ? get(splats[i]) : keep(v128.load(addI32(get(2 + i), get(at)))),
  );
  const value = expression(operands, keep);
  const body = [...statements, ...v128.store(addI32(get(0), get(at)), value), ...set(at, addI32(get(at), i32(16)))];
  f.body = [...before, ...loopWhile(body, lessU32(get(at), get(1)))];
  return encodeModule([f]);
};
