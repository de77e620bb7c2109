// @agon/math: elementary functions in float64 from + − × ÷ √ alone, so that every engine gives the same bits.
export { erf, erfc } from "./error-function.ts";
export { exp, expm1, log, log1p, pow, tanh } from "./exponential.ts";
export { cos, sin } from "./trigonometric.ts";
