// Elementwise ops as WGSL expressions. Registers hold f32 for float32, i32 for int32, and u32 (0 or 1) for bool.
import type { DType } from "../../dtype.ts";

/** WGSL of an op's result from that of its operands. */
export type Expression = (...operands: readonly string[]) => string;

export const wgslType = (dtype: DType): "f32" | "i32" | "u32" =>
  dtype === "float32" ? "f32" : dtype === "int32" ? "i32" : "u32";

/**
 * What WGSL's own functions do not give. It lets an implementation assume that there is no NaN and no infinity (SwiftShader's log(0) is −88),
 * so they are told and made by their bits; in a variable, because a constant that is not finite is an error. `log` may be off by 2⁻²¹ between
 * ½ and 2, and `tanh` may overflow: near 1 the logarithm is 2·artanh(x/(2 + x)) by its series, tanh is made of eˣ − 1, and that near 0 of
 * its series.
 */
export const PRELUDE = `
fn is_nan(x: f32) -> bool { return (bitcast<u32>(x) & 0x7fffffffu) > 0x7f800000u; }
fn is_finite(x: f32) -> bool { return (bitcast<u32>(x) & 0x7f800000u) != 0x7f800000u; }
fn infinity() -> f32 { var bits = 0x7f800000u; return bitcast<f32>(bits); }
fn not_a_number() -> f32 { var bits = 0x7fc00000u; return bitcast<f32>(bits); }
fn sign_of(x: f32) -> f32 { if (is_nan(x)) { return x; } return sign(x); }
fn larger(a: f32, b: f32) -> f32 { if (is_nan(a)) { return a; } if (is_nan(b)) { return b; } return max(a, b); }
fn smaller(a: f32, b: f32) -> f32 { if (is_nan(a)) { return a; } if (is_nan(b)) { return b; } return min(a, b); }
fn log1p_near(x: f32) -> f32 {
  let s = x / (2.0 + x);
  let q = s * s;
  return 2.0 * s * (1.0 + q * (1.0 / 3.0 + q * (0.2 + q * (1.0 / 7.0 + q * (1.0 / 9.0 + q / 11.0)))));
}
fn log_of(x: f32) -> f32 {
  if (is_nan(x) || x < 0.0) { return not_a_number(); }
  if (x == 0.0) { return -infinity(); }
  if (!is_finite(x)) { return x; }
  if (x > 0.7 && x < 1.4) { return log1p_near(x - 1.0); }
  return log(x);
}
fn log1p_of(x: f32) -> f32 { if (abs(x) < 0.4) { return log1p_near(x); } return log_of(1.0 + x); }
fn exp_of(x: f32) -> f32 {
  if (is_nan(x)) { return x; }
  if (x > 88.72284) { return infinity(); }
  if (x < -104.0) { return 0.0; }
  return exp(x);
}
fn expm1_of(x: f32) -> f32 {
  if (abs(x) >= 0.5 || is_nan(x)) { return exp_of(x) - 1.0; }
  return x * (1.0 + x / 2.0 * (1.0 + x / 3.0 * (1.0 + x / 4.0 * (1.0 + x / 5.0 * (1.0 + x / 6.0 * (1.0 + x / 7.0 * (1.0 + x / 8.0)))))));
}
fn tanh_of(x: f32) -> f32 {
  if (x == 0.0 || is_nan(x)) { return x; }
  let e = expm1_of(-2.0 * abs(x));
  let t = -e / (2.0 + e);
  return select(t, -t, x < 0.0);
}`;

const bit = (condition: string): string => `select(0u, 1u, ${condition})`;
/** NaN is unequal to all; WGSL's != says no. */
const unequal = (a: string, b: string): string => `select(1u, 0u, ${a} == ${b})`;

/** float32 operands to float32. */
const floats: Readonly<Record<string, Expression>> = {
  neg: (x) => `-(${x})`,
  abs: (x) => `abs(${x})`,
  sign: (x) => `sign_of(${x})`,
  square: (x) => `${x} * ${x}`,
  exp: (x) => `exp_of(${x})`,
  expm1: (x) => `expm1_of(${x})`,
  log: (x) => `log_of(${x})`,
  log1p: (x) => `log1p_of(${x})`,
  sqrt: (x) => `sqrt(${x})`,
  reciprocal: (x) => `1.0 / ${x}`,
  tanh: (x) => `tanh_of(${x})`,
  sigmoid: (x) => `1.0 / (1.0 + exp_of(-(${x})))`,
  relu: (x) => `select(${x}, 0.0, ${x} < 0.0)`,
  floor: (x) => `floor(${x})`,
  ceil: (x) => `ceil(${x})`,
  round: (x) => `round(${x})`,
  add: (a, b) => `${a} + ${b}`,
  sub: (a, b) => `${a} - ${b}`,
  mul: (a, b) => `${a} * ${b}`,
  div: (a, b) => `${a} / ${b}`,
  maximum: (a, b) => `larger(${a}, ${b})`,
  minimum: (a, b) => `smaller(${a}, ${b})`,
};

/** Numbers to bool; NaN compares as it should only where the driver keeps NaN. */
const comparisons: Readonly<Record<string, Expression>> = {
  equal: (a, b) => bit(`${a} == ${b}`),
  notEqual: unequal,
  less: (a, b) => bit(`${a} < ${b}`),
  lessEqual: (a, b) => bit(`${a} <= ${b}`),
};

const integers: Readonly<Record<string, Expression>> = {
  neg: (x) => `-(${x})`,
  abs: (x) => `abs(${x})`,
  sign: (x) => `sign(${x})`,
  square: (x) => `${x} * ${x}`,
  add: (a, b) => `${a} + ${b}`,
  sub: (a, b) => `${a} - ${b}`,
  mul: (a, b) => `${a} * ${b}`,
  maximum: (a, b) => `max(${a}, ${b})`,
  minimum: (a, b) => `min(${a}, ${b})`,
};

/** The expression of an op for the given operand types; undefined where this backend has none. */
export const expressionOf = (op: string, inputs: readonly DType[], output: DType): Expression | undefined => {
  if (output === "float64" || inputs.includes("float64")) return undefined;
  if (op === "expand") return (x) => x;
  if (op === "cast") return castTo(inputs[0], output);
  if (op === "where") return (condition, a, b) => `select(${b}, ${a}, ${condition} != 0u)`;
  if (op === "logicalNot") return (x) => `1u - ${x}`;
  if (op === "logicalAnd") return (a, b) => `${a} & ${b}`;
  if (op === "logicalOr") return (a, b) => `${a} | ${b}`;
  if (op === "isFinite") return (x) => bit(`is_finite(${x})`);
  if (op in comparisons) return comparisons[op];
  if (inputs.every((dtype) => dtype === "float32")) return floats[op];
  return inputs.every((dtype) => dtype === "int32") ? integers[op] : undefined;
};

/** float32 to int32 truncates; out of range it gives the nearest int32 there is. */
const castTo = (from: DType, to: DType): Expression => {
  if (to === "bool") return (x) => unequal(x, `${wgslType(from)}(0)`);
  return (x) => `${wgslType(to)}(${x})`;
};
