// Batching rules: each primitive in all lanes of a vmap at once. Lanes lie along the first dim of a whole.
import type { Attributes, Spec } from "../backend.ts";
import type { Tensor } from "../tensor.ts";

export interface LaneContext {
  /** Wholes [lanes, …], and tensors that are the same in all lanes. */
  readonly inputs: readonly Tensor[];
  /** Which inputs are wholes; at least one is. */
  readonly isLane: readonly boolean[];
  /** The inputs as wholes, all of them. */
  readonly all: () => Tensor[];
  /** As for one lane. */
  readonly attributes: Attributes;
  /** How many lanes there are; at least one. */
  readonly count: number;
  /** What one lane gives. */
  readonly output: Spec;
  readonly apply: (op: string, inputs: readonly Tensor[], attributes?: Attributes) => Tensor;
}

/** Gives the whole of the results. */
type LaneRule = (context: LaneContext, op: string) => Tensor;

const numbers = (attribute: Attributes[string]): readonly number[] => attribute as readonly number[];
const shifted = (dims: Attributes[string]): number[] => numbers(dims).map((dim) => dim + 1);
const ones = (n: number): number[] => new Array<number>(Math.max(0, n)).fill(1);
const range = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, i) => from + i);

/**
 * Operands broadcast behind the lanes: a whole gets dims of length 1 there, where its lanes have fewer dims than the result. Where a whole
 * would be repeated in the middle (a bias of each lane, for every row) it is repeated first: loops read whole leading or trailing dims.
 */
const broadcasting: LaneRule = ({ inputs, isLane, attributes, count, output, apply }, op) => {
  const operands = inputs.map((x, i) => {
    if (!isLane[i]) return x;
    const own = x.shape.slice(1);
    const aligned = [...ones(output.shape.length - own.length), ...own];
    const last = aligned.findLastIndex((length) => length !== 1);
    const whole = x.reshape([count, ...aligned]);
    const isLeading = aligned.every((length, dim) => dim > last || length === output.shape[dim]);
    return isLeading ? whole : whole.expand([count, ...output.shape]);
  });
  return apply(op, operands, attributes);
};

/** Ops whose attributes say everything once they count the dim of the lanes too. */
const counting =
  (attributesOf: (attributes: Attributes, context: LaneContext) => Attributes): LaneRule =>
  (context, op) =>
    context.apply(op, context.all(), { ...context.attributes, ...attributesOf(context.attributes, context) });

const alongDim = counting(({ dim }) => ({ dim: (dim as number) + 1 }));
const overDims = counting(({ dims }) => ({ dims: shifted(dims) }));

/** Of many matrices times one that is the same in all lanes the rows are put below each other: a single product. */
const product: LaneRule = ({ inputs: [a, b], isLane, all, attributes, count, output, apply }) => {
  if (isLane[1] || attributes.transposeA || b.rank !== 2 || a.rank !== 3) return apply("matmul", all(), attributes);
  const rows = a.reshape([count * a.shape[1], a.shape[2]]);
  return apply("matmul", [rows, b], attributes).reshape([count, ...output.shape]);
};

/** Lanes as so many more images of the batch. */
const merged = (x: Tensor): Tensor => x.reshape([x.shape[0] * x.shape[1], ...x.shape.slice(2)]);

/** [lanes, batch, channels, …] → [batch, lanes · channels, …]: the channels of each lane are groups of their own. */
const asGroups = (x: Tensor): Tensor => {
  const [lanes, batch, channels, ...image] = x.shape;
  return x.permute([1, 0, 2, ...range(3, x.rank)]).reshape([batch, lanes * channels, ...image]);
};

const fromGroups = (x: Tensor, { count, output }: LaneContext): Tensor => {
  const [batch, channels, ...image] = output.shape;
  return x.reshape([batch, count, channels, ...image]).permute([1, 0, 2, ...range(3, output.shape.length + 1)]);
};

/** conv2d and conv2dInput: of images and a kernel to images. */
const images: LaneRule = (context, op) => {
  const { inputs, isLane, all, attributes, count, output, apply } = context;
  if (!isLane[1]) return apply(op, [merged(inputs[0]), inputs[1]], attributes).reshape([count, ...output.shape]);
  const [x, kernel] = all();
  const groups = (attributes.groups as number) * count;
  return fromGroups(apply(op, [asGroups(x), merged(kernel)], { ...attributes, groups }), context);
};

const kernels: LaneRule = ({ all, attributes, count, output, apply }, op) => {
  const groups = (attributes.groups as number) * count;
  return apply(op, all().map(asGroups), { ...attributes, groups }).reshape([count, ...output.shape]);
};

/** An index into one lane as an index into all lanes one after the other, each of `length`. What is out of range stays in its lane. */
const placed = (index: Tensor, length: number, { count, apply }: LaneContext): Tensor => {
  const lane = index.reshape([count, index.size / count]).mul(0);
  const numbersOf = lane.add(1).cumsum(0).sub(1).mul(length).reshape(index.shape);
  return apply("add", [index.maximum(0).minimum(Math.max(0, length - 1)), numbersOf]);
};

const take: LaneRule = (context) => {
  const { inputs, isLane, all, attributes, apply } = context;
  const dim = attributes.dim as number;
  const [x, index] = inputs;
  if (!isLane[1]) return apply("take", [x, index], { dim: dim + 1 });
  const places = index.rank - 1;
  if (!isLane[0]) {
    const taken = apply("take", [x, index], { dim });
    return taken.permute([dim, ...range(0, dim), ...range(dim + 1, taken.rank)]);
  }
  const [whole] = all();
  const others = range(1, whole.rank).filter((i) => i !== dim + 1);
  const rows = merged(whole.permute([0, dim + 1, ...others]));
  const taken = apply("take", [rows, placed(index, whole.shape[dim + 1], context)], { dim: 0 }); // [lanes, …places, …others]
  const [before, after] = [range(1 + places, 1 + places + dim), range(1 + places + dim, taken.rank)];
  return taken.permute([0, ...before, ...range(1, 1 + places), ...after]);
};

const takeAdd: LaneRule = (context) => {
  const { inputs, isLane, all, attributes, count, apply } = context;
  const [dim, shape] = [attributes.dim as number, numbers(attributes.shape)];
  if (!isLane[0]) return apply("takeAdd", [inputs[0], all()[1]], { dim: dim + 1, shape: [count, ...shape] });
  const [index, values] = all(); // values: [lanes, …before, …places, …after]
  const places = index.rank - 1;
  const turned = values.permute([
    0,
    ...range(1 + dim, 1 + dim + places),
    ...range(1, 1 + dim),
    ...range(1 + dim + places, values.rank),
  ]);
  const others = [...shape.slice(0, dim), ...shape.slice(dim + 1)];
  const sums = apply("takeAdd", [placed(index, shape[dim], context), turned], {
    dim: 0,
    shape: [count * shape[dim], ...others],
  }).reshape([count, shape[dim], ...others]);
  return sums.permute([0, ...range(2, 2 + dim), 1, ...range(2 + dim, sums.rank)]);
};

/** Ops along the last dim: the lanes are so many more rows. */
const alongRows: LaneRule = ({ all, attributes, apply }, op) => apply(op, all(), attributes);

/** One lane after the other, for what cannot be done at once. */
const oneByOne: LaneRule = ({ inputs, isLane, attributes, count, apply }, op) => {
  const parts = Array.from({ length: count }, (_, i) =>
    apply(
      op,
      inputs.map((x, k) => (isLane[k] ? x.select(0, i) : x)),
      attributes,
    ).unsqueeze(0),
  );
  return parts[0].concat(parts.slice(1), 0);
};

const rules: Readonly<Record<string, LaneRule>> = {
  ...Object.fromEntries(
    "neg abs sign square exp expm1 log log1p sqrt reciprocal sin cos tanh sigmoid erf relu gelu geluSlope geluTanh geluTanhSlope floor ceil round isFinite logicalNot cast add sub mul div maximum minimum pow equal notEqual less lessEqual logicalAnd logicalOr where"
      .split(" ")
      .map((op) => [op, broadcasting]),
  ),
  sum: overDims,
  prod: overDims,
  max: overDims,
  min: overDims,
  flip: overDims,
  argmax: alongDim,
  argmin: alongDim,
  cumsum: alongDim,
  cumprod: alongDim,
  argsort: alongDim,
  concat: alongDim,
  gather: alongDim,
  scatterAdd: counting(({ dim, shape }, { count }) => ({
    dim: (dim as number) + 1,
    shape: [count, ...numbers(shape)],
  })),
  matmul: product,
  softmax: alongRows,
  softmaxGradient: alongRows,
  logSoftmax: alongRows,
  logSoftmaxGradient: alongRows,
  standardise: alongRows,
  standardiseGradient: alongRows,
  permute: counting(({ order }) => ({ order: [0, ...shifted(order)] })),
  expand: ({ inputs: [x], attributes, count, apply }) => {
    const shape = numbers(attributes.shape);
    const own = x.shape.slice(1);
    const aligned = x.reshape([count, ...ones(shape.length - own.length), ...own]);
    return apply("expand", [aligned], { shape: [count, ...shape] });
  },
  slice: counting(({ start, stop, step }, { count }) => ({
    start: [0, ...numbers(start)],
    stop: [count, ...numbers(stop)],
    step: [1, ...numbers(step)],
  })),
  pad: counting(({ before, after }) => ({ before: [0, ...numbers(before)], after: [0, ...numbers(after)] })),
  take,
  takeAdd,
  conv2d: images,
  conv2dInput: images,
  conv2dWeight: kernels,
  argmaxPool2d: ({ inputs: [x], attributes, count, output, apply }) =>
    apply("argmaxPool2d", [merged(x)], attributes).reshape([count, ...output.shape]),
  // Each lane has a stream of its own.
  randomUniform: oneByOne,
  allFinite: oneByOne,
};

/** Applies a primitive in all lanes; one by one where it has no rule. */
export const inAllLanes = (op: string, context: LaneContext): Tensor =>
  (Object.hasOwn(rules, op) ? rules[op] : oneByOne)(context, op);
