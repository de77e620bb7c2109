// Convolution (cross-correlation) of images and its two gradients: three views of one trilinear form, closed under differentiation.
//
//   T(x, w, y) = Σ y[n, o, i, j] · w[o, c, p, q] · x[n, c, i·stride + p·dilation − padding, …]
//
// conv2d = ∂T/∂y, conv2dInput = ∂T/∂x (transposed convolution), conv2dWeight = ∂T/∂w. The derivative of one is the other two.
import type { Attributes, Spec } from "../backend.ts";
import { isFloat } from "../dtype.ts";
import { ShapeError } from "../errors.ts";
import { sizeOf } from "../shape.ts";
import type { Primitive } from "./primitive.ts";

/** Numbers of outputs along one dim: how often a kernel fits into the padded input. */
export const windowCount = (
  length: number,
  kernel: number,
  stride: number,
  padding: number,
  dilation: number,
): number => Math.floor((length + 2 * padding - dilation * (kernel - 1) - 1) / stride) + 1;

const pair = (attribute: Attributes[string]): readonly [rows: number, columns: number] =>
  attribute as unknown as readonly [number, number];

/** Both of one float type: there are no kernels for whole numbers. */
const requireFloats = (op: string, [a, b]: readonly Spec[]): void => {
  if (!isFloat(a.dtype) || a.dtype !== b.dtype)
    throw new ShapeError(`${op}: expects float tensors of one type, got ${a.dtype} and ${b.dtype}.`);
};

const inferConv = ([x, w]: readonly Spec[], attributes: Attributes): Spec => {
  requireFloats("conv2d", [x, w]);
  const [stride, padding, dilation] = [pair(attributes.stride), pair(attributes.padding), pair(attributes.dilation)];
  const spatial = [0, 1].map((i) => windowCount(x.shape[2 + i], w.shape[2 + i], stride[i], padding[i], dilation[i]));
  return { shape: [x.shape[0], w.shape[0], ...spatial], dtype: x.dtype };
};

/** Of the attributes those that all three share. */
const shared = ({ stride, padding, dilation, groups }: Attributes): Attributes => ({
  stride,
  padding,
  dilation,
  groups,
});

/** Each element of y meets one kernel, w[o]. */
const operations = (y: Spec, w: Spec): number => 2 * sizeOf(y.shape) * sizeOf(w.shape.slice(1));

export const conv: Readonly<Record<string, Primitive>> = {
  conv2d: {
    infer: inferConv,
    gradient: ({ gradient: g, inputs: [x, w], attributes, apply }) => [
      apply("conv2dInput", [g, w], { ...shared(attributes), size: x.shape.slice(2) }),
      apply("conv2dWeight", [x, g], { ...shared(attributes), kernel: w.shape.slice(2) }),
    ],
    operations: ([, w], y) => operations(y, w),
  },
  conv2dInput: {
    infer: ([y, w], { size, groups }) => {
      requireFloats("conv2dInput", [y, w]);
      return { shape: [y.shape[0], w.shape[1] * (groups as number), ...pair(size)], dtype: y.dtype };
    },
    gradient: ({ gradient: g, inputs: [y, w], attributes, apply }) => [
      apply("conv2d", [g, w], shared(attributes)),
      apply("conv2dWeight", [g, y], { ...shared(attributes), kernel: w.shape.slice(2) }),
    ],
    operations: ([y, w]) => operations(y, w),
  },
  conv2dWeight: {
    infer: ([x, y], { kernel, groups }) => {
      requireFloats("conv2dWeight", [x, y]);
      return { shape: [y.shape[1], x.shape[1] / (groups as number), ...pair(kernel)], dtype: x.dtype };
    },
    gradient: ({ gradient: g, inputs: [x, y], attributes, apply }) => [
      apply("conv2dInput", [y, g], { ...shared(attributes), size: x.shape.slice(2) }),
      apply("conv2d", [x, g], shared(attributes)),
    ],
    operations: ([, y], w) => operations(y, w),
  },
};
