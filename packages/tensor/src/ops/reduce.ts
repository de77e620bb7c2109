// Reductions, cumulative ops, and the check that everything is finite. Reduced dims keep length 1; the public methods drop them.
import type { Attributes, Spec } from "../backend.ts";
import { ShapeError } from "../errors.ts";
import { showShape } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import type { GradientContext, Primitive } from "./primitive.ts";

const reducedShape = (shape: readonly number[], dims: readonly number[]): number[] =>
  shape.map((length, i) => (dims.includes(i) ? 1 : length));

const inferReduction =
  (op: string, emptyAllowed: boolean) =>
  ([x]: readonly Spec[], { dims }: Attributes): Spec => {
    const reduced = dims as readonly number[];
    if (!emptyAllowed && reduced.some((d) => x.shape[d] === 0))
      throw new ShapeError(`${op}: nothing to reduce, a dim has length 0 (input ${showShape(x.shape)}).`);
    return { shape: reducedShape(x.shape, reduced), dtype: x.dtype };
  };

/** Equal extremes share the gradient evenly. */
const extremeGradient = ({ gradient, inputs: [x], output, attributes }: GradientContext): [Tensor] => {
  const hit = x.equal(output).cast(x.dtype);
  const hits = hit.sum(attributes.dims as number[], { keepDim: true });
  return [gradient.div(hits).mul(hit)];
};

const argExtreme = (op: string): Primitive => ({
  infer: ([x], { dim }) => {
    if (x.shape[dim as number] === 0) throw new ShapeError(`${op}: nothing to compare (input ${showShape(x.shape)}).`);
    return { shape: reducedShape(x.shape, [dim as number]), dtype: "int32" };
  },
});

const lengthOf = (x: Tensor, dim: number): number => x.shape[dim];

/** Products of all elements before each one along dim; the first is 1. */
const exclusiveCumprod = (x: Tensor, dim: number): Tensor => {
  const before = x.shape.map((_, i) => (i === dim ? 1 : 0));
  const shifted = x.narrow(dim, 0, lengthOf(x, dim) - 1).pad(
    before,
    x.shape.map(() => 0),
    1,
  );
  return shifted.cumprod(dim);
};

/** ∂/∂xᵢ Πⱼ xⱼ = Π_{j<i} xⱼ · Π_{j>i} xⱼ: exact with zeros among the factors. */
const prodGradient = ({ gradient, inputs: [x], attributes }: GradientContext): [Tensor] => {
  const dims = attributes.dims as number[];
  const rest = x.shape.map((_, i) => i).filter((i) => !dims.includes(i));
  const order = [...rest, ...dims];
  const moved = x.permute(order);
  const flat = moved.reshape([...rest.map((i) => x.shape[i]), dims.reduce((n, i) => n * x.shape[i], 1)]);
  const last = rest.length;
  const others = exclusiveCumprod(flat, last).mul(exclusiveCumprod(flat.flip(last), last).flip(last));
  const back = order.map((_, i) => order.indexOf(i));
  return [others.reshape(moved.shape).permute(back).mul(gradient)];
};

/**
 * yⱼ = Π_{k≤j} xₖ, so dL/dxᵢ = Π_{k<i} xₖ · Sᵢ with Sᵢ = gᵢ + xᵢ₊₁·Sᵢ₊₁: no division, exact with zeros.
 */
const cumprodGradient = ({ gradient, inputs: [x], attributes }: GradientContext): [Tensor] => {
  const dim = attributes.dim as number;
  const length = lengthOf(x, dim);
  if (length === 0) return [gradient];
  const sums = new Array<Tensor>(length);
  sums[length - 1] = gradient.narrow(dim, length - 1, 1);
  for (let i = length - 2; i >= 0; i--)
    sums[i] = gradient.narrow(dim, i, 1).add(x.narrow(dim, i + 1, 1).mul(sums[i + 1]));
  return [exclusiveCumprod(x, dim).mul(sums[0].concat(sums.slice(1), dim))];
};

export const reduce: Readonly<Record<string, Primitive>> = {
  sum: {
    infer: inferReduction("sum", true),
    gradient: ({ gradient, inputs: [x] }) => [gradient.expand(x.shape)],
  },
  prod: { infer: inferReduction("prod", true), gradient: prodGradient },
  max: { infer: inferReduction("max", false), gradient: extremeGradient },
  min: { infer: inferReduction("min", false), gradient: extremeGradient },
  argmax: argExtreme("argmax"),
  argmin: argExtreme("argmin"),
  cumsum: {
    infer: ([x]) => x,
    gradient: ({ gradient, attributes: { dim } }) => [
      gradient
        .flip(dim as number)
        .cumsum(dim as number)
        .flip(dim as number),
    ],
  },
  cumprod: { infer: ([x]) => x, gradient: cumprodGradient },
  allFinite: { infer: () => ({ shape: [], dtype: "bool" }) },
};
