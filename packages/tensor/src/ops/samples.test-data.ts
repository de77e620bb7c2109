// Inputs for every primitive: what the gradient check and the conformance suite run. An op without an entry fails both.
import type { Attributes, Shape } from "../backend.ts";
import type { DType } from "../dtype.ts";
import { windowCount } from "./conv.ts";

/** How an input is filled. */
export interface SampleInput {
  readonly shape: Shape;
  readonly dtype?: DType;
  /** Values are spread over this range, never repeated; default [−2, 2]. */
  readonly range?: readonly [low: number, high: number];
  /** Values as given. */
  readonly data?: readonly number[];
}

export interface Sample {
  readonly inputs: readonly SampleInput[];
  readonly attributes?: Attributes;
}

/** Rows of every length around those of vectors, and none at all. */
const rows = (inputs: number, attributes?: Attributes): Sample[] =>
  [[3, 5], [7], [2, 3, 4], [5, 1], [2, 8], [3, 11], [2, 33], [0, 3], [3, 0]].map((shape) => ({
    inputs: Array.from({ length: inputs }, () => ({ shape })),
    attributes,
  }));
const one = (shape: Shape, range?: SampleInput["range"]): Sample => ({ inputs: [{ shape, range }] });
const everyShape = (range?: SampleInput["range"]): Sample[] => [
  one([3, 5], range),
  one([], range),
  one([0, 3], range),
  one([17], range),
];
const pairs = (a?: SampleInput["range"], b: SampleInput["range"] = a): Sample[] =>
  (
    [
      [
        [3, 4],
        [3, 4],
      ],
      [[3, 4], [4]],
      [
        [3, 1],
        [1, 4],
      ],
      [
        [3, 4],
        [2, 3, 4],
      ],
      [
        [2, 3, 4],
        [2, 1, 1],
      ],
      [
        [1, 3, 4],
        [2, 3, 1],
      ],
      [[], [2, 3]],
      [
        [2, 1, 3],
        [4, 1],
      ],
      [[0, 3], [3]],
    ] as const
  ).map(([m, n]) => ({
    inputs: [
      { shape: m, range: a },
      { shape: n, range: b },
    ],
  }));
const bools = (shape: Shape): SampleInput => ({ shape, dtype: "bool", range: [0, 2] });
const index = (shape: Shape, data: readonly number[]): SampleInput => ({ shape, dtype: "int32", data });
const product = (m: Shape, n: Shape, transposeA = false, transposeB = false): Sample => ({
  inputs: [{ shape: m }, { shape: n }],
  attributes: { transposeA, transposeB },
});
const reductions = (range?: SampleInput["range"]): Sample[] => [
  { ...one([2, 3, 4], range), attributes: { dims: [0] } },
  { ...one([2, 3, 4], range), attributes: { dims: [1] } },
  { ...one([2, 3, 4], range), attributes: { dims: [0, 2] } },
  { ...one([2, 3, 4], range), attributes: { dims: [0, 1, 2] } },
  { ...one([37], range), attributes: { dims: [0] } },
  { ...one([2, 0, 3], range), attributes: { dims: [0, 2] } },
  { ...one([1, 1], range), attributes: { dims: [0, 1] } },
];
const alongDims: Sample[] = [
  ...[0, 1, 2].map((dim) => ({ ...one([2, 3, 4]), attributes: { dim } })),
  { ...one([2, 0]), attributes: { dim: 0 } },
  { ...one([3, 1]), attributes: { dim: 1 } },
];

/** Sizes of a convolution: x [batch, channels, height, width], kernel [outputs, channels/groups, …]. */
interface ConvSizes {
  readonly x: Shape;
  readonly w: Shape;
  readonly stride?: Shape;
  readonly padding?: Shape;
  readonly dilation?: Shape;
  readonly groups?: number;
}
const convolutions: readonly Required<ConvSizes>[] = (
  [
    { x: [2, 2, 4, 5], w: [3, 2, 3, 2] },
    { x: [1, 1, 5, 6], w: [2, 1, 3, 3], stride: [2, 3], padding: [1, 2] },
    { x: [1, 4, 3, 5], w: [6, 2, 2, 3], groups: 2, dilation: [1, 2], padding: [0, 1] },
    { x: [2, 3, 1, 6], w: [3, 1, 1, 3], groups: 3, stride: [1, 2], padding: [0, 1] },
    { x: [1, 2, 3, 3], w: [2, 2, 1, 1] },
    { x: [0, 2, 3, 3], w: [2, 2, 2, 2] },
  ] as ConvSizes[]
).map((sizes) => ({ stride: [1, 1], padding: [0, 0], dilation: [1, 1], groups: 1, ...sizes }));
const convAttributes = ({ stride, padding, dilation, groups }: Required<ConvSizes>): Attributes => ({
  stride,
  padding,
  dilation,
  groups,
});
const convOutput = ({ x, w, stride, padding, dilation }: Required<ConvSizes>): Shape => [
  x[0],
  w[0],
  ...[0, 1].map((i) => windowCount(x[2 + i], w[2 + i], stride[i], padding[i], dilation[i])),
];

export const samples: Readonly<Record<string, readonly Sample[]>> = {
  neg: everyShape(),
  abs: everyShape(),
  sign: everyShape(),
  square: everyShape(),
  exp: everyShape(),
  expm1: everyShape(),
  log: everyShape([0.1, 4]),
  log1p: everyShape([-0.9, 4]),
  sqrt: everyShape([0.1, 4]),
  reciprocal: everyShape([0.3, 3]),
  sin: everyShape([-9, 9]),
  cos: everyShape([-9, 9]),
  tanh: everyShape(),
  sigmoid: everyShape([-6, 6]),
  gelu: everyShape([-4, 4]),
  geluSlope: everyShape([-4, 4]),
  geluTanh: everyShape([-4, 4]),
  geluTanhSlope: everyShape([-4, 4]),
  erf: everyShape(),
  relu: everyShape(),
  floor: everyShape([-5, 5]),
  ceil: everyShape([-5, 5]),
  round: everyShape([-5, 5]),
  isFinite: everyShape(),
  logicalNot: [{ inputs: [bools([3, 4])] }, { inputs: [bools([])] }, { inputs: [bools([0, 2])] }],
  cast: [
    { ...one([3, 4]), attributes: { dtype: "float64" } },
    { ...one([3, 4], [-9, 9]), attributes: { dtype: "int32" } },
    { ...one([3, 4], [-9, 9]), attributes: { dtype: "bool" } },
    { inputs: [bools([5])], attributes: { dtype: "float32" } },
    { inputs: [{ shape: [5], dtype: "int32", range: [-9, 9] }], attributes: { dtype: "bool" } },
    { ...one([]), attributes: { dtype: "int32" } },
    { ...one([0, 2]), attributes: { dtype: "float64" } },
  ],
  add: pairs(),
  sub: pairs(),
  mul: pairs(),
  div: pairs([-2, 2], [0.4, 3]),
  maximum: pairs(),
  minimum: pairs(),
  pow: pairs([0.2, 3], [-2, 3]),
  equal: pairs(),
  notEqual: pairs(),
  less: pairs(),
  lessEqual: pairs(),
  logicalAnd: [
    { inputs: [bools([3, 4]), bools([4])] },
    { inputs: [bools([]), bools([3, 1])] },
    { inputs: [bools([0, 3]), bools([3])] },
  ],
  logicalOr: [
    { inputs: [bools([3, 4]), bools([4])] },
    { inputs: [bools([]), bools([3, 1])] },
    { inputs: [bools([0, 3]), bools([3])] },
  ],
  where: [
    { inputs: [bools([3, 4]), { shape: [3, 4] }, { shape: [3, 4] }] },
    { inputs: [bools([4]), { shape: [3, 1] }, { shape: [] }] },
    { inputs: [bools([]), { shape: [] }, { shape: [] }] },
    { inputs: [bools([3]), { shape: [0, 3] }, { shape: [1, 3] }] },
  ],
  sum: [...reductions(), { ...one([0, 3]), attributes: { dims: [0] } }],
  prod: [...reductions(), { inputs: [{ shape: [4], data: [2, 0, 3, 0.5] }], attributes: { dims: [0] } }],
  max: reductions(),
  min: reductions(),
  argmax: alongDims,
  argmin: alongDims,
  softmax: rows(1),
  causalSoftmax: [
    [5, 5],
    [2, 3, 8],
    [3, 1],
    [1, 4],
    [7, 3],
    [2, 2, 3, 33],
    [0, 3, 3],
    [2, 0, 3],
    [2, 3, 0],
  ].map((shape) => one(shape)),
  softmaxGradient: rows(2),
  logSoftmax: rows(1),
  logSoftmaxGradient: rows(2),
  standardise: rows(1, { epsilon: 1e-5 }),
  standardiseGradient: rows(2, { epsilon: 0.1 }),
  cumsum: alongDims,
  cumprod: [...alongDims, { inputs: [{ shape: [5], data: [2, 0, 3, 0.5, 0] }], attributes: { dim: 0 } }],
  allFinite: [one([3, 4]), one([0]), one([]), { inputs: [{ shape: [2] }, { shape: [3], data: [1, Number.NaN, 2] }] }],
  matmul: [
    product([3, 4], [4, 5]),
    product([4, 3], [4, 5], true),
    product([3, 4], [5, 4], false, true),
    product([4, 3], [5, 4], true, true),
    product([2, 3, 4], [2, 4, 5]),
    product([1, 1], [1, 1]),
    product([17, 9], [9, 13]),
    product([2, 0], [0, 3]),
    product([0, 2], [2, 3]),
    product([0, 2, 2], [0, 2, 1], false, false),
  ],
  permute: [
    { ...one([2, 3, 4]), attributes: { order: [2, 0, 1] } },
    { ...one([5, 7]), attributes: { order: [1, 0] } },
    { ...one([]), attributes: { order: [] } },
    { ...one([2, 0, 3]), attributes: { order: [1, 2, 0] } },
    { ...one([8, 12]), attributes: { order: [1, 0] } },
    { ...one([2, 3, 4, 5]), attributes: { order: [0, 2, 1, 3] } },
    { ...one([2, 1, 2, 3, 2, 2]), attributes: { order: [5, 3, 1, 0, 4, 2] } },
  ],
  expand: [
    { ...one([3, 1]), attributes: { shape: [2, 3, 4] } },
    { ...one([]), attributes: { shape: [5] } },
    { ...one([1, 3]), attributes: { shape: [0, 3] } },
    { ...one([0, 1]), attributes: { shape: [2, 0, 3] } },
    { ...one([2, 1, 3, 1]), attributes: { shape: [2, 4, 3, 2] } },
  ],
  slice: [
    { ...one([4, 5]), attributes: { start: [1, 0], stop: [3, 5], step: [1, 1] } },
    { ...one([7, 5]), attributes: { start: [1, 0], stop: [6, 5], step: [2, 3] } },
    { ...one([3, 4]), attributes: { start: [2, 1], stop: [2, 3], step: [1, 1] } },
    { ...one([0, 4]), attributes: { start: [0, 1], stop: [0, 4], step: [1, 2] } },
    { ...one([]), attributes: { start: [], stop: [], step: [] } },
  ],
  pad: [
    { ...one([2, 3]), attributes: { before: [1, 0], after: [0, 2], value: 1.5 } },
    { ...one([0, 3]), attributes: { before: [1, 0], after: [0, 1], value: -1 } },
    { ...one([]), attributes: { before: [], after: [], value: 0 } },
  ],
  concat: [
    { inputs: [{ shape: [2, 3] }, { shape: [1, 3] }, { shape: [2, 3] }], attributes: { dim: 0 } },
    { inputs: [{ shape: [2, 3] }, { shape: [2, 2] }], attributes: { dim: 1 } },
    { inputs: [{ shape: [2, 0] }, { shape: [2, 2] }, { shape: [2, 0] }], attributes: { dim: 1 } },
    { inputs: [{ shape: [0, 2] }, { shape: [0, 1] }], attributes: { dim: 1 } },
  ],
  flip: [
    { ...one([2, 3, 4]), attributes: { dims: [0, 2] } },
    { ...one([2, 0]), attributes: { dims: [0, 1] } },
    { ...one([]), attributes: { dims: [] } },
  ],
  gather: [
    { inputs: [{ shape: [3, 4] }, index([2, 2], [0, 3, 1, 1])], attributes: { dim: 1 } },
    { inputs: [{ shape: [3, 4] }, index([3, 2], [0, 3, 1, 1, 2, 0])], attributes: { dim: 1 } },
    { inputs: [{ shape: [3, 2, 2] }, index([4, 2, 1], [0, 2, 1, 1, 2, 0, 0, 0])], attributes: { dim: 0 } },
    { inputs: [{ shape: [2, 3] }, index([2, 0], [])], attributes: { dim: 1 } },
    { inputs: [{ shape: [0, 3] }, index([0, 2], [])], attributes: { dim: 1 } },
  ],
  scatterAdd: [
    { inputs: [index([2, 3], [0, 2, 2, 1, 1, 0]), { shape: [2, 3] }], attributes: { dim: 1, shape: [2, 4] } },
    { inputs: [index([2, 2], [0, 2, 2, 2]), { shape: [2, 2] }], attributes: { dim: 0, shape: [3, 3] } },
    { inputs: [index([2, 0], []), { shape: [2, 0] }], attributes: { dim: 1, shape: [2, 3] } },
  ],
  take: [
    { inputs: [{ shape: [4, 3] }, index([2, 2], [0, 3, 3, 1])], attributes: { dim: 0 } },
    { inputs: [{ shape: [2, 4, 3] }, index([3], [0, 3, 0])], attributes: { dim: 1 } },
    { inputs: [{ shape: [3, 2] }, index([], [2])], attributes: { dim: 0 } },
    { inputs: [{ shape: [3, 2] }, index([0], [])], attributes: { dim: 0 } },
    { inputs: [{ shape: [3, 0] }, index([2], [2, 1])], attributes: { dim: 0 } },
  ],
  takeAdd: [
    { inputs: [index([3], [0, 3, 0]), { shape: [3, 2] }], attributes: { dim: 0, shape: [4, 2] } },
    { inputs: [index([2, 2], [0, 3, 0, 1]), { shape: [2, 2, 2, 3] }], attributes: { dim: 1, shape: [2, 4, 3] } },
    { inputs: [index([], [2]), { shape: [2] }], attributes: { dim: 0, shape: [3, 2] } },
    { inputs: [index([0], []), { shape: [0, 2] }], attributes: { dim: 0, shape: [3, 2] } },
  ],
  randomUniform: [
    { inputs: [index([3], [-12, 77, 0])], attributes: { shape: [3, 5] } },
    { inputs: [index([3], [5, 6, -1])], attributes: { shape: [] } },
    { inputs: [index([3], [5, 6, 7])], attributes: { shape: [0, 2] } },
  ],
  argsort: [
    ...alongDims.map((sample) => ({ ...sample, attributes: { ...sample.attributes, descending: false } })),
    { ...one([37]), attributes: { dim: 0, descending: true } },
    { inputs: [{ shape: [6], data: [2, Number.NaN, 1, 2, -Infinity, 1] }], attributes: { dim: 0, descending: false } },
    { inputs: [{ shape: [6], data: [2, Number.NaN, 1, 2, -Infinity, 1] }], attributes: { dim: 0, descending: true } },
    { inputs: [index([2, 3], [3, 1, 2, 0, 0, -1])], attributes: { dim: 1, descending: false } },
    { ...one([2, 0]), attributes: { dim: 1, descending: false } },
  ],
  argmaxPool2d: [
    {
      ...one([2, 2, 4, 6]),
      attributes: { kernel: [2, 3], stride: [2, 3], padding: [0, 0], dilation: [1, 1], size: [2, 2] },
    },
    {
      ...one([1, 2, 5, 5]),
      attributes: { kernel: [3, 2], stride: [2, 1], padding: [1, 1], dilation: [1, 2], size: [3, 5] },
    },
    // Enough windows side by side for whole vectors of them, by strides 1, 2 and 3.
    {
      ...one([2, 3, 7, 21]),
      attributes: { kernel: [3, 3], stride: [1, 1], padding: [1, 1], dilation: [1, 1], size: [7, 21] },
    },
    {
      ...one([2, 3, 9, 21]),
      attributes: { kernel: [3, 2], stride: [2, 2], padding: [1, 1], dilation: [1, 2], size: [5, 11] },
    },
    {
      ...one([1, 2, 4, 31]),
      attributes: { kernel: [2, 3], stride: [2, 3], padding: [0, 0], dilation: [2, 1], size: [1, 10] },
    },
    {
      inputs: [
        {
          shape: [1, 1, 2, 8],
          data: [1, Number.NaN, 2, 2, -Infinity, 3, 0, -0, Number.NaN, 5, 2, 7, -Infinity, -Infinity, -0, 0],
        },
      ],
      attributes: { kernel: [2, 2], stride: [2, 2], padding: [0, 0], dilation: [1, 1], size: [1, 4] },
    },
    {
      inputs: [{ shape: [1, 1, 1, 4], data: [Number.NaN, 5, -Infinity, -Infinity] }],
      attributes: { kernel: [1, 2], stride: [1, 2], padding: [0, 0], dilation: [1, 1], size: [1, 2] },
    },
    {
      ...one([0, 2, 2, 2]),
      attributes: { kernel: [2, 2], stride: [1, 1], padding: [0, 0], dilation: [1, 1], size: [1, 1] },
    },
  ],
  conv2d: convolutions.map((sizes) => ({
    inputs: [{ shape: sizes.x }, { shape: sizes.w }],
    attributes: convAttributes(sizes),
  })),
  conv2dInput: convolutions.map((sizes) => ({
    inputs: [{ shape: convOutput(sizes) }, { shape: sizes.w }],
    attributes: { ...convAttributes(sizes), size: sizes.x.slice(2) },
  })),
  conv2dWeight: convolutions.map((sizes) => ({
    inputs: [{ shape: sizes.x }, { shape: convOutput(sizes) }],
    attributes: { ...convAttributes(sizes), kernel: sizes.w.slice(2) },
  })),
};

/** Distinct values over the range in a scrambled but fixed order. */
export const sampleValues = (
  { shape, dtype = "float32", range: [low, high] = [-2, 2], data }: SampleInput,
  salt: number,
): number[] => {
  if (data) return [...data];
  const size = shape.reduce((n, length) => n * length, 1);
  return Array.from({ length: size }, (_, i) => {
    const u = ((i * 7919 + salt * 104729 + 37) % 1009) / 1009;
    const value = low + (high - low) * u;
    return dtype === "bool" ? Number(value >= 1) : dtype === "int32" ? Math.floor(value) : value;
  });
};
