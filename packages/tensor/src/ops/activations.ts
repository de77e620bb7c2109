// Activations that others say in several ops. As ops of their own their gradient needs nothing but x: no intermediate value is kept for it.
//
// Φ and φ are the distribution and the density of the normal distribution. The slopes are ops so that gradients have gradients.
import { isFloat } from "../dtype.ts";
import { ShapeError } from "../errors.ts";
import type { Tensor } from "../tensor.ts";
import type { GradientContext, Primitive } from "./primitive.ts";

const activation = (op: string, slope: (x: Tensor, apply: GradientContext["apply"]) => Tensor): Primitive => ({
  infer: ([x]) => {
    if (!isFloat(x.dtype)) throw new ShapeError(`${op}: expects a float tensor, got ${x.dtype}; cast it first.`);
    return x;
  },
  gradient: ({ gradient, inputs: [x], apply }) => [gradient.mul(slope(x, apply))],
});

const ROOT_2_OVER_PI = 0.7978845608028654;
const BEND = 0.044715;

/** φ(x)(2 − x²) */
const geluCurvature = (x: Tensor): Tensor => {
  const square = x.square();
  const density = square.mul(-0.5).exp();
  return density.mul(ROOT_2_OVER_PI / 2).mul(square.neg().add(2));
};

/** (1 − t²)(u' + x(u″/2 − t·u'²)) with u = √(2/π)(x + BEND·x³) and t = tanh u. */
const geluTanhCurvature = (x: Tensor): Tensor => {
  const square = x.square();
  const t = x.add(x.mul(square).mul(BEND)).mul(ROOT_2_OVER_PI).tanh();
  const first = square.mul(3 * BEND).add(1);
  const halfSecond = x.mul(3 * BEND * ROOT_2_OVER_PI);
  const inner = first.mul(ROOT_2_OVER_PI);
  const bend = x.mul(halfSecond.sub(t.mul(inner.square())));
  return t.square().neg().add(1).mul(inner.add(bend));
};

export const activations: Readonly<Record<string, Primitive>> = {
  // x·Φ(x)
  gelu: activation("gelu", (x, apply) => apply("geluSlope", [x])),
  // Φ(x) + x·φ(x)
  geluSlope: activation("geluSlope", geluCurvature),
  // x·½(1 + tanh u) with u = √(2/π)(x + BEND·x³)
  geluTanh: activation("geluTanh", (x, apply) => apply("geluTanhSlope", [x])),
  // ½(1 + t) + ½x(1 − t²)u'
  geluTanhSlope: activation("geluTanhSlope", geluTanhCurvature),
};
