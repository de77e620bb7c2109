// Rows brought to a common measure: softmax, log-softmax, and standardising to mean 0 and variance 1; each over the last dim.
//
// Their gradients are primitives of their own, so that backends can make them in one pass over each row, and have gradients in turn.
import type { Spec } from "../backend.ts";
import { isFloat } from "../dtype.ts";
import { ShapeError } from "../errors.ts";
import { sameShape, showShape } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import type { Primitive } from "./primitive.ts";

/** All inputs are float tensors of one type and shape, with a last dim; so is the output. */
const alike =
  (op: string) =>
  ([x, ...others]: readonly Spec[]): Spec => {
    if (!isFloat(x.dtype)) throw new ShapeError(`${op}: expects a float tensor, got ${x.dtype}; cast it first.`);
    if (x.shape.length === 0) throw new ShapeError(`${op}: expects a dim to go along, got a scalar.`);
    const other = others.find(({ shape, dtype }) => dtype !== x.dtype || !sameShape(shape, x.shape));
    if (other)
      throw new ShapeError(
        `internal: ${op} got ${x.dtype} ${showShape(x.shape)} and ${other.dtype} ${showShape(other.shape)}.`,
      );
    return x;
  };

const total = (x: Tensor): Tensor => x.sum(-1, { keepDim: true });
const mean = (x: Tensor): Tensor => x.mean(-1, { keepDim: true });

export const normalise: Readonly<Record<string, Primitive>> = {
  // yᵢ = e^xᵢ / Σ e^x
  softmax: {
    infer: alike("softmax"),
    gradient: ({ gradient, output, apply }) => [apply("softmaxGradient", [gradient, output])],
  },
  // Of each matrix [queries, keys] row i: the softmax of its first i + 1 + keys − queries elements, and zeros. A vector is one query's.
  causalSoftmax: {
    infer: alike("causalSoftmax"),
    gradient: ({ gradient, output, apply }) => [apply("softmaxGradient", [gradient, output])],
  },
  // zᵢ = yᵢ(gᵢ − Σ g·y): linear in g, and symmetric.
  softmaxGradient: {
    infer: alike("softmaxGradient"),
    gradient: ({ gradient: h, inputs: [g, y], apply }) => [
      apply("softmaxGradient", [h, y]),
      h.mul(g.sub(total(g.mul(y)))).sub(g.mul(total(h.mul(y)))),
    ],
  },
  // yᵢ = xᵢ − ln Σ e^x
  logSoftmax: {
    infer: alike("logSoftmax"),
    gradient: ({ gradient, output, apply }) => [apply("logSoftmaxGradient", [gradient, output])],
  },
  // zᵢ = gᵢ − e^yᵢ Σ g
  logSoftmaxGradient: {
    infer: alike("logSoftmaxGradient"),
    gradient: ({ gradient: h, inputs: [g, y] }) => {
      const shares = h.mul(y.exp());
      return [h.sub(total(shares)), shares.mul(total(g)).neg()];
    },
  },
  // yᵢ = r(xᵢ − mean(x)) with r = 1/√(mean((x − mean(x))²) + ε)
  standardise: {
    infer: alike("standardise"),
    gradient: ({ gradient, inputs: [x], attributes, apply }) => [
      apply("standardiseGradient", [gradient, x], attributes),
    ],
  },
  // zᵢ = r(gᵢ − mean(g) − yᵢ·mean(g·y)): linear in g, and symmetric; dr/dxᵢ = −r²yᵢ/n.
  standardiseGradient: {
    infer: alike("standardiseGradient"),
    gradient: ({ gradient: h, inputs: [g, x], attributes, apply }) => {
      const back = (u: Tensor): Tensor => apply("standardiseGradient", [u, x], attributes);
      const centred = x.sub(mean(x));
      const r = mean(centred.square())
        .add(attributes.epsilon as number)
        .rsqrt();
      const y = centred.mul(r);
      const [a, b] = [mean(g.mul(y)), mean(h.mul(y))];
      const c = mean(h.mul(g))
        .sub(mean(h).mul(mean(g)))
        .sub(a.mul(b));
      return [back(h), back(r.neg().mul(b.mul(g).add(a.mul(h)))).sub(c.mul(r.square()).mul(y))];
    },
  },
};
