// Activations and their slopes, in float64.
import { erf, exp, tanh } from "@agon/math";
import type { Kernel } from "./kernel.ts";

const ROOT_2_OVER_PI = 0.7978845608028654;
const BEND = 0.044715;

const unary =
  (f: (x: number) => number): Kernel =>
  ([{ data }], { data: out }) => {
    for (let i = 0; i < out.length; i++) out[i] = f(data[i]);
  };

const tanhOf = (x: number): number => tanh((x + x * (x * x) * BEND) * ROOT_2_OVER_PI);
const distribution = (x: number): number => (erf(x * Math.SQRT1_2) + 1) * 0.5;
/** Beyond, slopes are 0 or 1, and squares need not overflow. */
const within40 = (x: number): number => (x < -40 ? -40 : x > 40 ? 40 : x);

const geluSlope = (x: number): number => {
  const z = within40(x);
  return distribution(x) + z * exp(-0.5 * z * z) * (ROOT_2_OVER_PI / 2);
};

const geluTanhSlope = (x: number): number => {
  const z = within40(x);
  const t = tanhOf(z);
  return (t + 1) * 0.5 + z * (1 - t * t) * ((3 * BEND * z * z + 1) * (ROOT_2_OVER_PI / 2));
};

export const activations: Readonly<Record<string, Kernel>> = {
  gelu: unary((x) => x * (erf(x * Math.SQRT1_2) + 1) * 0.5),
  geluSlope: unary(geluSlope),
  geluTanh: unary((x) => x * (tanhOf(x) + 1) * 0.5),
  geluTanhSlope: unary(geluTanhSlope),
};
