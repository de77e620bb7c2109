// Convolution and its two gradients as matrix products: the patches of one image side by side, times the weights.
import type { Attributes, Spec } from "../../backend.ts";
import {
  addF32,
  addI32,
  type Code,
  call,
  choose,
  countUp,
  divideI32,
  encodeModule,
  equalI32,
  fillBytes,
  FunctionBuilder,
  get,
  i32,
  ifElse,
  ifThen,
  isZeroI32,
  lessI32,
  loadF32,
  loopWhile,
  mulI32,
  set,
  shiftLeftI32,
  type Signature,
  storeF32,
  subI32,
  v128,
} from "./emitter.ts";
import type { KernelCall, Recipe } from "./library.ts";

/** Sizes of a convolution, as parameters in this order. */
const GEOMETRY = [
  "channels",
  "height",
  "width",
  "kernelRows",
  "kernelColumns",
  "rows",
  "columns",
  "strideRows",
  "strideColumns",
  "paddingRows",
  "paddingColumns",
  "dilationRows",
  "dilationColumns",
] as const;

type GeometryName = (typeof GEOMETRY)[number];

const i32s = (count: number): "i32"[] => Array.from({ length: count }, () => "i32");
const bytesOf = (count: Code): Code => shiftLeftI32(count, 2);
const move = (local: number, by: Code): Code => set(local, addI32(get(local), by));
const product = (...factors: Code[]): Code => factors.reduce((a, b) => mulI32(a, b));

/** Numbers of the geometry's parameters from `first` on. */
const geometryFrom = (first: number): Record<GeometryName, number> =>
  Object.fromEntries(GEOMETRY.map((name, i) => [name, first + i])) as Record<GeometryName, number>;

/** What happens to one row of outputs that meet an input row under one tap of the kernel. */
type RowCode = (parts: {
  /** First element of the row among the patches. */
  readonly patches: number;
  /** First input that is met, and how many are. */
  readonly image: number;
  readonly count: number;
  /** Outputs before the first that meets the input. */
  readonly before: number;
  readonly geometry: Record<GeometryName, number>;
  readonly local: () => number;
}) => { readonly met: Code; readonly missed: Code };

/**
 * name(image, patches, …geometry): walks over patches [channels, kernelRows, kernelColumns, rows, columns] in order; for each row tells
 * whether the tap meets the image there.
 */
const overPatches = (name: string, rowCode: RowCode): FunctionBuilder => {
  const f = new FunctionBuilder(name, i32s(2 + GEOMETRY.length));
  const [image, patches] = [0, 1];
  const geometry = geometryFrom(2);
  const local = (): number => f.local("i32");
  const g = (key: GeometryName): Code => get(geometry[key]);
  const [channel, p, q, i] = [local(), local(), local(), local()];
  const [top, left, before, after, rowsBefore, rowsAfter, count, at] = Array.from({ length: 8 }, local);
  /** The outputs j in [from, to) for which j·stride + offset lies in [0, length). */
  const meeting = (from: number, to: number, offset: number, stride: Code, length: Code, outputs: Code): Code => [
    set(
      from,
      choose(lessI32(get(offset), i32(0)), divideI32(subI32(subI32(stride, get(offset)), i32(1)), stride), i32(0)),
    ),
    set(from, choose(lessI32(get(from), outputs), get(from), outputs)),
    set(to, subI32(subI32(length, i32(1)), get(offset))),
    set(to, choose(lessI32(get(to), i32(0)), i32(0), addI32(divideI32(get(to), stride), i32(1)))),
    set(to, choose(lessI32(get(to), outputs), get(to), outputs)),
    set(to, choose(lessI32(get(to), get(from)), get(from), get(to))),
  ];
  const { met, missed } = rowCode({ patches, image: at, count, before, geometry, local });
  const row = [
    ifElse(
      // rowsBefore ≤ i < rowsAfter
      isZeroI32([lessI32(get(i), get(rowsBefore)), isZeroI32(lessI32(get(i), get(rowsAfter))), 0x72]),
      [
        set(at, addI32(product(addI32(mulI32(get(i), g("strideRows")), get(top)), g("width")), get(left))),
        set(at, addI32(get(at), mulI32(get(before), g("strideColumns")))),
        set(at, addI32(get(image), bytesOf(get(at)))),
        met,
      ],
      missed,
    ),
    move(patches, bytesOf(g("columns"))),
  ];
  const tap = [
    set(top, subI32(mulI32(get(p), g("dilationRows")), g("paddingRows"))),
    set(left, subI32(mulI32(get(q), g("dilationColumns")), g("paddingColumns"))),
    meeting(rowsBefore, rowsAfter, top, g("strideRows"), g("height"), g("rows")),
    meeting(before, after, left, g("strideColumns"), g("width"), g("columns")),
    set(count, subI32(get(after), get(before))),
    countUp(i, i32(0), i32(1), g("rows"), row),
  ];
  const taps = countUp(p, i32(0), i32(1), g("kernelRows"), countUp(q, i32(0), i32(1), g("kernelColumns"), tap));
  const eachChannel = [taps, move(image, bytesOf(product(g("height"), g("width"))))];
  f.body = countUp(channel, i32(0), i32(1), g("channels"), eachChannel);
  return f;
};

/** for (; left > 0; …) over elements, `left` counting down. */
const whileLeft = (left: number, by: number, body: Code): Code => {
  const enough = isZeroI32(lessI32(get(left), i32(by)));
  return ifThen(enough, loopWhile([body, set(left, subI32(get(left), i32(by)))], enough));
};

/**
 * gatherPatches: patches ← image, 0 where a tap lies in the padding. Whole vectors are written over the end of a row: the next row
 * writes there again.
 */
const gatherPatches = overPatches("gatherPatches", ({ patches, image, count, before, geometry, local }) => {
  const [to, left] = [local(), local()];
  const columns = get(geometry.columns);
  const zeros = (number: Code): Code => [
    set(left, number),
    ifThen(get(left), fillBytes(get(to), i32(0), bytesOf(get(left)))),
  ];
  const vector = [v128.store(get(to), v128.load(get(image))), move(to, i32(16)), move(image, i32(16))];
  const one = [
    storeF32(get(to), loadF32(get(image))),
    move(to, i32(4)),
    move(image, bytesOf(get(geometry.strideColumns))),
  ];
  return {
    met: [
      set(to, get(patches)),
      zeros(get(before)),
      move(to, bytesOf(get(before))),
      set(left, get(count)),
      ifThen(equalI32(get(geometry.strideColumns), i32(1)), whileLeft(left, 4, vector)),
      whileLeft(left, 1, one),
      zeros(subI32(columns, addI32(get(before), get(count)))),
    ],
    missed: [set(to, get(patches)), zeros(columns)],
  };
});

/** scatterPatches: image += patches, where they meet. */
const scatterPatches = overPatches("scatterPatches", ({ patches, image, count, before, geometry, local }) => {
  const [from, left] = [local(), local()];
  const vector = [
    v128.store(get(image), v128.addF(v128.load(get(image)), v128.load(get(from)))),
    move(from, i32(16)),
    move(image, i32(16)),
  ];
  const one = [
    storeF32(get(image), addF32(loadF32(get(image)), loadF32(get(from)))),
    move(from, i32(4)),
    move(image, bytesOf(get(geometry.strideColumns))),
  ];
  return {
    met: [
      set(from, addI32(get(patches), bytesOf(get(before)))),
      set(left, get(count)),
      ifThen(equalI32(get(geometry.strideColumns), i32(1)), whileLeft(left, 4, vector)),
      whileLeft(left, 1, one),
    ],
    missed: [],
  };
});

/** Numbers of the functions that the drivers call. */
const [MATMUL, TRANSPOSE, GATHER, SCATTER] = [0, 1, 2, 3];

const imports: readonly Signature[] = [
  { name: "matmul", parameters: i32s(13), result: null },
  { name: "transpose", parameters: i32s(4), result: null },
];

/** Parameters of every driver: three tensors, scratch memory, batch, groups, outputs of a group, and the geometry of a group. */
const DRIVER_PARAMETERS = 7 + GEOMETRY.length;

interface DriverParts {
  readonly image: number;
  readonly weight: number;
  readonly output: number;
  readonly scratch: number;
  readonly outputs: number;
  /** Index of the image in the batch. */
  readonly index: number;
  readonly geometry: readonly Code[];
  /** Elements of a patch: channels·kernelRows·kernelColumns. */
  readonly patch: number;
  /** Places of a patch: rows·columns. */
  readonly places: number;
}

/** One group of one image at a time; `each` computes it, `first` what comes before all. */
const driver = (
  name: string,
  each: (parts: DriverParts) => Code,
  first: (parts: DriverParts, images: Code) => Code = () => [],
): FunctionBuilder => {
  const f = new FunctionBuilder(name, i32s(DRIVER_PARAMETERS));
  const [image, weight, output, scratch, batch, groups, outputs] = [0, 1, 2, 3, 4, 5, 6];
  const geometry = geometryFrom(7);
  const g = (key: GeometryName): Code => get(geometry[key]);
  const [patch, places, index, group, weights] = Array.from({ length: 5 }, () => f.local("i32"));
  const parts: DriverParts = {
    image,
    weight,
    output,
    scratch,
    outputs,
    index,
    geometry: GEOMETRY.map(g),
    patch,
    places,
  };
  const next = [
    move(image, bytesOf(product(g("channels"), g("height"), g("width")))),
    move(weight, bytesOf(product(get(outputs), get(patch)))),
    move(output, bytesOf(product(get(outputs), get(places)))),
  ];
  f.body = [
    set(patch, product(g("channels"), g("kernelRows"), g("kernelColumns"))),
    set(places, product(g("rows"), g("columns"))),
    set(weights, get(weight)),
    first(parts, product(get(batch), get(groups), g("channels"), g("height"), g("width"))),
    countUp(index, i32(0), i32(1), get(batch), [
      set(weight, get(weights)),
      countUp(group, i32(0), i32(1), get(groups), [each(parts), next]),
    ]),
  ];
  return f;
};

/** One product of matrices, or where `add` is not 0 its addition to c. */
const multiply = (
  a: { readonly at: Code; readonly row: Code; readonly step: Code },
  b: Code,
  c: Code,
  [m, n, k]: readonly [Code, Code, Code],
  add: Code = i32(0),
): Code => call(MATMUL, a.at, a.row, a.step, b, c, m, n, k, i32(1), i32(0), i32(0), i32(0), add);

/** y[n] = W·patches(x[n]) */
const forward = driver("conv2d", ({ image, weight, output, scratch, outputs, geometry, patch, places }) => [
  call(GATHER, get(image), get(scratch), ...geometry),
  multiply({ at: get(weight), row: bytesOf(get(patch)), step: i32(4) }, get(scratch), get(output), [
    get(outputs),
    get(places),
    get(patch),
  ]),
]);

/** x[n] = Σ over patches of Wᵀ·y[n] */
const inputGradient = driver(
  "conv2dInput",
  ({ image, weight, output, scratch, outputs, geometry, patch, places }) => [
    multiply({ at: get(weight), row: i32(4), step: bytesOf(get(patch)) }, get(output), get(scratch), [
      get(patch),
      get(places),
      get(outputs),
    ]),
    call(SCATTER, get(image), get(scratch), ...geometry),
  ],
  ({ image }, elements) => fillBytes(get(image), i32(0), bytesOf(elements)),
);

/** W = Σₙ y[n]·patches(x[n])ᵀ, summed in the order of n. */
const weightGradient = driver(
  "conv2dWeight",
  ({ image, weight, output, scratch, outputs, index, geometry, patch, places }) => {
    const turned = addI32(get(scratch), addI32(bytesOf(product(get(patch), get(places))), i32(32)));
    return [
      call(GATHER, get(image), get(scratch), ...geometry),
      call(TRANSPOSE, get(scratch), turned, get(patch), get(places)),
      multiply(
        { at: get(output), row: bytesOf(get(places)), step: i32(4) },
        turned,
        get(weight),
        [get(outputs), get(patch), get(places)],
        get(index),
      ),
    ];
  },
);

/** conv2d, conv2dInput, conv2dWeight (image, weight, output, scratch, batch, groups, outputs, …geometry). */
export const convolutionModule = (): Uint8Array<ArrayBuffer> =>
  encodeModule([gatherPatches, scatterPatches, forward, inputGradient, weightGradient], imports);

/** The shapes of image, weight and output, whichever of them an op computes. */
const tensorsOf = <T>(op: string, [a, b]: readonly T[], output: T): [image: T, weight: T, output: T] => {
  if (op === "conv2d") return [a, b, output];
  return op === "conv2dInput" ? [output, b, a] : [a, output, b];
};

const windows = (attributes: Attributes): readonly number[] =>
  ["stride", "padding", "dilation"].flatMap((name) => attributes[name] as readonly number[]);

/** Bytes for the patches of one group of one image, and for the weights' gradient once more, turned. */
export const convolutionScratch = (
  op: string,
  { groups }: Attributes,
  inputs: readonly Spec[],
  output: Spec,
): number => {
  const [image, { shape: weight }, { shape: y }] = tensorsOf(op, inputs, output);
  const patches = (image.shape[1] / (groups as number)) * weight[2] * weight[3] * y[2] * y[3];
  return (op === "conv2dWeight" ? 2 : 1) * (patches * 4 + 32);
};

const convolution =
  (op: "conv2d" | "conv2dInput" | "conv2dWeight"): Recipe =>
  (attributes, inputs, output, scratch): KernelCall[] => {
    const [image, weight, y] = tensorsOf(op, inputs, output);
    const groups = attributes.groups as number;
    const [batch, channels, height, width] = image.shape;
    const [, outputs, rows, columns] = y.shape;
    const sizes = [channels / groups, height, width, weight.shape[2], weight.shape[3], rows, columns];
    const tensors = [image.pointer, weight.pointer, y.pointer, scratch];
    return [
      {
        kernel: op,
        parameters: [...tensors, batch, groups, outputs / groups, ...sizes, ...windows(attributes)],
      },
    ];
  };

/** Recipes of the ops of this file. */
export const convolutions: Readonly<Record<string, Recipe>> = {
  conv2d: convolution("conv2d"),
  conv2dInput: convolution("conv2dInput"),
  conv2dWeight: convolution("conv2dWeight"),
};
