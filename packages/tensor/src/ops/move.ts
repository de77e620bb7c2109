// Ops that move elements: permute, expand, slice, pad, concat, flip, gather, take and their gradients.
import type { Attributes, Shape, Spec } from "../backend.ts";
import { ShapeError } from "../errors.ts";
import { broadcastShapes, sameShape, showShape } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import type { GradientContext, Primitive } from "./primitive.ts";

const numbers = (attribute: Attributes[string]): readonly number[] => attribute as readonly number[];

const inverse = (order: readonly number[]): number[] => order.map((_, i) => order.indexOf(i));

/** Elements of one dim that a slice takes. */
export const sliceLength = (start: number, stop: number, step: number): number =>
  Math.max(0, Math.ceil((stop - start) / step));

const inferSlice = ([x]: readonly Spec[], attributes: Attributes): Spec => {
  const [start, stop, step] = [numbers(attributes.start), numbers(attributes.stop), numbers(attributes.step)];
  return { shape: x.shape.map((_, i) => sliceLength(start[i], stop[i], step[i])), dtype: x.dtype };
};

/** Puts the gradient back where the slice was taken: with holes by `takeAdd`, without by padding. */
const sliceGradient = ({ gradient, inputs: [x], attributes }: GradientContext): [Tensor] => {
  const [start, step] = [numbers(attributes.start), numbers(attributes.step)];
  let g = gradient;
  const before = [...start];
  step.forEach((by, dim) => {
    if (by === 1 || g.shape[dim] === 0) return;
    g = g.spread(dim, start[dim], by, x.shape[dim]);
    before[dim] = 0;
  });
  const after = x.shape.map((length, i) => length - before[i] - g.shape[i]);
  return [g.pad(before, after)];
};

/** The one dim that a slice cuts, without holes; null where there is none. */
const cutDim = ({ inputs: [x], attributes }: GradientContext): number | null => {
  const [start, stop, step] = [numbers(attributes.start), numbers(attributes.stop), numbers(attributes.step)];
  const cut = x.shape.map((_, i) => i).filter((i) => start[i] !== 0 || stop[i] !== x.shape[i] || step[i] !== 1);
  return cut.length === 1 && step[cut[0]] === 1 ? cut[0] : null;
};

/** The gradients of the slices of one dim side by side, those of the same slice added, zeros where none was taken; null where slices overlap. */
const sliceGradientOfUses = (uses: readonly GradientContext[]): Tensor | null => {
  const dim = cutDim(uses[0]);
  if (dim === null || uses.some((use) => cutDim(use) !== dim)) return null;
  const startOf = ({ attributes }: GradientContext): number => numbers(attributes.start)[dim];
  const parts: { gradient: Tensor; readonly start: number; readonly end: number }[] = [];
  for (const use of [...uses].sort((one, other) => startOf(one) - startOf(other))) {
    const { gradient } = use;
    const [start, end] = [startOf(use), startOf(use) + gradient.shape[dim]];
    const last = parts.at(-1);
    if (last && last.start === start && last.end === end) last.gradient = last.gradient.add(gradient);
    else if (last && start < last.end) return null;
    else parts.push({ gradient, start, end });
  }
  const [first, ...others] = parts.map(({ gradient, start }, i) => {
    const along = (count: number): number[] => gradient.shape.map((_, k) => (k === dim ? count : 0));
    const next = parts[i + 1]?.start ?? uses[0].inputs[0].shape[dim];
    return gradient.pad(along(i === 0 ? start : 0), along(next - parts[i].end));
  });
  return first.concat(others, dim);
};

const inferConcat = (inputs: readonly Spec[], attributes: Attributes): Spec => {
  const dim = attributes.dim as number;
  const [first] = inputs;
  let length = 0;
  for (const { shape, dtype } of inputs) {
    const fits = shape.length === first.shape.length && shape.every((n, i) => i === dim || n === first.shape[i]);
    if (!fits || dtype !== first.dtype)
      throw new ShapeError(
        `concat: ${dtype} ${showShape(shape)} does not continue ${first.dtype} ${showShape(first.shape)} along dim ${dim}.`,
      );
    length += shape[dim];
  }
  return { shape: first.shape.map((n, i) => (i === dim ? length : n)), dtype: first.dtype };
};

const concatGradient = ({ gradient, inputs, attributes }: GradientContext): Tensor[] => {
  const dim = attributes.dim as number;
  let start = 0;
  return inputs.map(({ shape }) => {
    const part = gradient.narrow(dim, start, shape[dim]);
    start += shape[dim];
    return part;
  });
};

const requireIndex = (op: string, index: Spec): void => {
  if (index.dtype !== "int32") throw new ShapeError(`${op}: the index must be int32, got ${index.dtype}.`);
};

/** In every other dim the index stays within the tensor that it picks from. */
const requireFit = (op: string, index: Shape, shape: Shape, dim: number): void => {
  const fits = index.length === shape.length && index.every((n, i) => i === dim || n <= shape[i]);
  if (!fits)
    throw new ShapeError(`${op}: index ${showShape(index)} does not fit shape ${showShape(shape)} along dim ${dim}.`);
};

const inferGather = ([x, index]: readonly Spec[], { dim }: Attributes): Spec => {
  requireIndex("gather", index);
  requireFit("gather", index.shape, x.shape, dim as number);
  return { shape: index.shape, dtype: x.dtype };
};

const replaceDim = (shape: Shape, dim: number, by: Shape): number[] => [
  ...shape.slice(0, dim),
  ...by,
  ...shape.slice(dim + 1),
];

export const move: Readonly<Record<string, Primitive>> = {
  permute: {
    infer: ([x], { order }) => ({ shape: numbers(order).map((i) => x.shape[i]), dtype: x.dtype }),
    gradient: ({ gradient, attributes: { order } }) => [gradient.permute(inverse(numbers(order)))],
  },
  expand: {
    infer: ([x], { shape }) => {
      const target = numbers(shape);
      if (!sameShape(broadcastShapes("expand", x.shape, target), target))
        throw new ShapeError(`expand: ${showShape(x.shape)} cannot be repeated to ${showShape(target)}.`);
      return { shape: target, dtype: x.dtype };
    },
    gradient: ({ gradient, inputs: [x] }) => [gradient.sumTo(x.shape)],
  },
  slice: { infer: inferSlice, gradient: sliceGradient, gradientOfUses: sliceGradientOfUses },
  pad: {
    infer: ([x], { before, after }) => ({
      shape: x.shape.map((n, i) => n + numbers(before)[i] + numbers(after)[i]),
      dtype: x.dtype,
    }),
    gradient: ({ gradient, inputs: [x], attributes: { before } }) => {
      let g = gradient;
      x.shape.forEach((length, dim) => {
        g = g.narrow(dim, numbers(before)[dim], length);
      });
      return [g];
    },
  },
  concat: { infer: inferConcat, gradient: concatGradient },
  flip: {
    infer: ([x]) => x,
    gradient: ({ gradient, attributes: { dims } }) => [gradient.flip(numbers(dims))],
  },
  gather: {
    infer: inferGather,
    gradient: ({ gradient, inputs: [x, index], attributes: { dim } }) => [
      gradient.scatterAdd(dim as number, index, x.shape),
      null,
    ],
  },
  scatterAdd: {
    infer: ([index, values], { dim, shape }) => {
      requireIndex("scatterAdd", index);
      if (!sameShape(index.shape, values.shape))
        throw new ShapeError(
          `scatterAdd: index ${showShape(index.shape)} and values ${showShape(values.shape)} differ.`,
        );
      requireFit("scatterAdd", index.shape, numbers(shape), dim as number);
      return { shape: numbers(shape), dtype: values.dtype };
    },
    gradient: ({ gradient, inputs: [index], attributes: { dim } }) => [null, gradient.gather(dim as number, index)],
  },
  take: {
    infer: ([x, index], { dim }) => {
      requireIndex("take", index);
      return { shape: replaceDim(x.shape, dim as number, index.shape), dtype: x.dtype };
    },
    gradient: ({ gradient, inputs: [x, index], attributes: { dim } }) => [
      gradient.takeAdd(dim as number, index, x.shape),
      null,
    ],
  },
  takeAdd: {
    infer: ([index, values], { dim, shape }) => {
      requireIndex("takeAdd", index);
      const expected = replaceDim(numbers(shape), dim as number, index.shape);
      if (!sameShape(expected, values.shape))
        throw new ShapeError(`takeAdd: values ${showShape(values.shape)}, expected ${showShape(expected)}.`);
      return { shape: numbers(shape), dtype: values.dtype };
    },
    gradient: ({ gradient, inputs: [index], attributes: { dim } }) => [null, gradient.take(index, dim as number)],
  },
};
