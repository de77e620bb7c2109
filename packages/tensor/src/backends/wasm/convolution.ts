// Convolution and its two gradients as calls of the kernels in convolution-kernels.ts: how images are framed, taps found, outputs placed.
//
// The gradient by the input is itself a correlation, of y with the turned-round kernel; for a stride s it falls into s·s of them, one for each
// phase of the places in x, since a place meets only every s-th tap.
import type { Attributes, Spec } from "../../backend.ts";
import { FRAME, PANELS, TAPS } from "./convolution-frames.ts";
import { CORRELATE, WEIGHTS } from "./convolution-kernels.ts";
import type { KernelCall, KernelName, Placed, Recipe } from "./library.ts";

type Pair = readonly [rows: number, columns: number];

/** One spatial dim of a correlation: what is read, which taps there are, and where they find their elements. */
interface Axis {
  /** Elements of the image. */
  readonly length: number;
  readonly outputs: number;
  readonly taps: number;
  /** The frame: padding before the image, its length, and how many of the stride's phases it holds. */
  readonly before: number;
  readonly frame: number;
  readonly stride: number;
  readonly phases: number;
  /** Tap t is at start + ⌊t·tapStep/stride⌋·direction of phase t·tapStep mod stride. */
  readonly tapStep: number;
  readonly start: number;
  readonly direction: number;
}

/** Output i meets tap p at i·stride + p·dilation − padding. */
const forwardAxis = (
  length: number,
  outputs: number,
  kernel: number,
  { stride, padding, dilation }: { stride: number; padding: number; dilation: number },
): Axis => {
  const reach = (kernel - 1) * dilation;
  return {
    length,
    outputs,
    taps: kernel,
    before: padding,
    frame: outputs + Math.floor(reach / stride),
    stride,
    phases: Math.min(stride, reach + 1),
    tapStep: dilation,
    start: 0,
    direction: 1,
  };
};

/** An axis of one phase of an input's gradient; the taps that meet it are first, first + step, … */
interface PhaseAxis extends Axis {
  readonly firstTap: number;
  readonly stepTap: number;
}

/**
 * The places h = u·stride + phase of x meet output i under tap p where i = u + (phase + padding − p·dilation)/stride is whole. Null where no tap
 * meets them.
 */
const backwardAxis = (
  length: number,
  outputs: number,
  kernel: number,
  { stride, padding, dilation }: { stride: number; padding: number; dilation: number },
  phase: number,
): PhaseAxis | null => {
  const taps = Array.from({ length: kernel }, (_, p) => p).filter(
    (p) => (phase + padding - p * dilation) % stride === 0,
  );
  const places = Math.ceil((length - phase) / stride);
  if (taps.length === 0 || places <= 0) return null;
  const shift = (p: number): number => (phase + padding - p * dilation) / stride;
  const [first, last] = [shift(taps[0]), shift(taps[taps.length - 1])];
  return {
    length: outputs,
    outputs: places,
    taps: taps.length,
    before: -last,
    frame: places + first - last,
    stride: 1,
    phases: 1,
    tapStep: 1,
    start: first - last,
    direction: taps.length > 1 ? shift(taps[1]) - first : 0,
    firstTap: taps[0],
    stepTap: taps.length > 1 ? taps[1] - taps[0] : 1,
  };
};

/** Hands out parts of the scratch memory. */
class Scratch {
  end: number;

  constructor(start: number) {
    this.end = start;
  }

  take(bytes: number): number {
    const at = this.end;
    this.end += Math.ceil((bytes + SLACK) / ALIGNMENT) * ALIGNMENT;
    return at;
  }
}

/** Tiles read and write a little over the ends. */
const SLACK = 64;
const ALIGNMENT = 64;

type Names = typeof FRAME | typeof TAPS | typeof PANELS | typeof CORRELATE | typeof WEIGHTS;
type Values<N extends Names> = Readonly<Record<N[number], number>>;

/** Parameters in the order of their names. */
const ordered = <N extends Names>(names: N, values: Values<N>): number[] =>
  names.map((name) => (values as Readonly<Record<string, number>>)[name]);

const call = (kernel: KernelName, ...parameters: readonly number[]): KernelCall => ({ kernel, parameters });

/** The frame of images of `channels` and its table of taps. */
interface Framed {
  readonly calls: readonly KernelCall[];
  readonly frame: number;
  readonly table: number;
  readonly sizes: readonly number[];
  /** Elements from row to row of a plane. */
  readonly pitch: number;
}

/** Whether the image itself lies as the frame would. */
const isOwnFrame = (axes: readonly Axis[]): boolean =>
  axes.every(({ before, frame, length, stride }) => before === 0 && frame === length && stride === 1);

const framed = (channels: number, [rows, columns]: readonly [Axis, Axis], scratch: Scratch): Framed => {
  const plane = rows.frame * columns.frame * 4;
  const phases = rows.phases * columns.phases;
  const frame = isOwnFrame([rows, columns]) ? 0 : scratch.take(channels * phases * plane);
  const table = scratch.take(channels * rows.taps * columns.taps * 4);
  const taps = ordered(TAPS, {
    table,
    start: (rows.start * columns.frame + columns.start) * 4,
    channels,
    plane: phases * plane,
    kernelRows: rows.taps,
    stepRows: rows.tapStep,
    strideRows: rows.stride,
    phaseRow: columns.phases * plane,
    row: rows.direction * columns.frame * 4,
    kernelColumns: columns.taps,
    stepColumns: columns.tapStep,
    strideColumns: columns.stride,
    phaseColumn: plane,
    column: columns.direction * 4,
  });
  return {
    calls: [call("tapTable", ...taps)],
    frame,
    table,
    sizes: ordered(FRAME, {
      channels,
      height: rows.length,
      width: columns.length,
      phaseRows: rows.phases,
      phaseColumns: columns.phases,
      rows: rows.frame,
      columns: columns.frame,
      strideRows: rows.stride,
      strideColumns: columns.stride,
      top: rows.before,
      left: columns.before,
    }),
    pitch: columns.frame,
  };
};

type WeightSteps = Pick<Values<typeof PANELS>, "groupStep" | "outputStep" | "channelStep" | "rowStep" | "columnStep">;

/** Where a correlation reads images and weights, and where it puts the places of its outputs. Steps in bytes. */
interface Correlation {
  readonly image: number;
  readonly imageStep: number;
  readonly channels: number;
  /** The first weight, and from it to that of the next group, output, channel, row and column of the kernel. */
  readonly weight: number;
  readonly weightSteps: WeightSteps;
  readonly batch: number;
  readonly groups: number;
  readonly outputs: number;
  readonly axes: readonly [Axis, Axis];
  readonly out: {
    readonly at: number;
    readonly step: number;
    readonly plane: number;
    readonly row: number;
    readonly column: number;
  };
}

/** How the places of the outputs are walked through: row by row, or in one run over all rows of the frame, ends included. */
interface Walk {
  readonly runs: number;
  readonly length: number;
  readonly direct: boolean;
}

/** What strips of 16, 8 and 4 places cost, about, in units of the first. */
const runCost = (length: number): number => {
  const fours = Math.ceil(length / 4);
  return (fours >> 2) + (fours & 2 ? 0.55 : 0) + (fours & 1 ? 0.4 : 0);
};

const walkOf = ({ axes: [rows, columns], out }: Correlation): Walk => {
  const whole = (length: number): boolean => length % 4 === 0 && out.column === 4;
  const flat = (rows.outputs - 1) * columns.frame + columns.outputs;
  const seamless = columns.frame === columns.outputs && out.row === columns.outputs * 4;
  if (rows.outputs * runCost(columns.outputs) <= runCost(flat) && !(seamless && whole(flat)))
    return { runs: rows.outputs, length: columns.outputs, direct: whole(columns.outputs) };
  return { runs: 1, length: flat, direct: seamless && whole(flat) };
};

const correlation = (work: Correlation, scratch: Scratch): KernelCall[] => {
  const { axes, out, outputs } = work;
  const [rows, columns] = axes;
  const { calls, frame, table, sizes, pitch } = framed(work.channels, axes, scratch);
  const { runs, length, direct } = walkOf(work);
  const runLength = Math.ceil(length / 4) * 4;
  const scratchRow = (runs === 1 ? pitch : runLength) * 4;
  const plane = runs === 1 ? runLength * 4 : runs * scratchRow;
  const taps = work.channels * rows.taps * columns.taps;
  // Every tile has a word per tap for its offset, and there are at least four outputs to a tile where there are so many.
  const panelBytes = (outputs + Math.ceil(outputs / 4)) * taps * 4;
  const panels = scratch.take(work.groups * panelBytes);
  const packing = ordered(PANELS, {
    ...work,
    ...work.weightSteps,
    table,
    panels,
    panelStep: panelBytes,
    kernelRows: rows.taps,
    kernelColumns: columns.taps,
  });
  const parameters = ordered(CORRELATE, {
    ...work,
    frame,
    panels,
    scratch: direct ? 0 : scratch.take(outputs * plane),
    taps,
    panelStep: panelBytes,
    out: out.at,
    outStep: out.step,
    runs,
    runLength,
    runStep: pitch * 4,
    runOut: direct ? out.row : scratchRow,
    planeOut: direct ? out.plane : plane,
    rows: rows.outputs,
    columns: columns.outputs,
    scratchRow,
    outPlane: out.plane,
    outRow: out.row,
    outColumn: out.column,
  });
  return [...calls, call("packTaps", ...packing), call("correlate", ...parameters, ...sizes)];
};

/** All three tensors of a convolution, one of which an op computes. */
interface Convolution {
  readonly image: Placed;
  readonly weight: Placed;
  readonly y: Placed;
  readonly batch: number;
  readonly groups: number;
  /** Channels and outputs of one group. */
  readonly channels: number;
  readonly outputs: number;
  readonly size: Pair;
  readonly kernel: Pair;
  readonly places: Pair;
  /** Stride, padding and dilation of each dim. */
  readonly steps: readonly { readonly stride: number; readonly padding: number; readonly dilation: number }[];
}

const pair = (values: readonly number[]): Pair => [values[0], values[1]];

const convolutionOf = (image: Placed, weight: Placed, y: Placed, attributes: Attributes): Convolution => {
  const groups = attributes.groups as number;
  const of = (name: string): readonly number[] => attributes[name] as readonly number[];
  return {
    image,
    weight,
    y,
    groups,
    batch: image.shape[0],
    channels: image.shape[1] / groups,
    outputs: y.shape[1] / groups,
    size: pair(image.shape.slice(2)),
    kernel: pair(weight.shape.slice(2)),
    places: pair(y.shape.slice(2)),
    steps: [0, 1].map((i) => ({ stride: of("stride")[i], padding: of("padding")[i], dilation: of("dilation")[i] })),
  };
};

const forwardAxes = ({ size, places, kernel, steps }: Convolution): [Axis, Axis] => [
  forwardAxis(size[0], places[0], kernel[0], steps[0]),
  forwardAxis(size[1], places[1], kernel[1], steps[1]),
];

const areaOf = ([rows, columns]: Pair): number => rows * columns;

/** Steps through weights [outputs, channels, …kernel]. */
const weightSteps = ({ channels, outputs, kernel }: Convolution): WeightSteps => {
  const area = areaOf(kernel) * 4;
  return {
    groupStep: outputs * channels * area,
    outputStep: channels * area,
    channelStep: area,
    rowStep: kernel[1] * 4,
    columnStep: 4,
  };
};

/** Calls into the scratch memory that begins at an address, and how far they need it. */
type Planned = (work: Convolution, scratch: Scratch) => KernelCall[];

const forward: Planned = (work, scratch) => {
  const { image, weight, y, channels, outputs, size, places } = work;
  const area = areaOf(places) * 4;
  const out = { at: y.pointer, step: outputs * area, plane: area, row: places[1] * 4, column: 4 };
  const imageStep = channels * areaOf(size) * 4;
  return correlation(
    {
      ...work,
      image: image.pointer,
      imageStep,
      weight: weight.pointer,
      weightSteps: weightSteps(work),
      axes: forwardAxes(work),
      out,
    },
    scratch,
  );
};

const inputGradient: Planned = (work, scratch) => {
  const { image, weight, y, batch, groups, channels, outputs, size, places, kernel, steps } = work;
  const own = weightSteps(work);
  const area = areaOf(size) * 4;
  const imageStep = outputs * areaOf(places) * 4;
  const start = scratch.end;
  let end = start;
  let missing = false;
  const calls: KernelCall[] = [];
  for (let p = 0; p < steps[0].stride; p++)
    for (let q = 0; q < steps[1].stride; q++) {
      const [rows, columns] = [p, q].map((phase, i) => backwardAxis(size[i], places[i], kernel[i], steps[i], phase));
      if (!rows || !columns) {
        missing = true;
        continue;
      }
      scratch.end = start;
      const out = {
        at: image.pointer + (p * size[1] + q) * 4,
        step: channels * area,
        plane: area,
        row: steps[0].stride * size[1] * 4,
        column: steps[1].stride * 4,
      };
      const axes: [Axis, Axis] = [rows, columns];
      const turned = {
        weight: weight.pointer + rows.firstTap * own.rowStep + columns.firstTap * 4,
        weightSteps: {
          groupStep: own.groupStep,
          outputStep: own.channelStep,
          channelStep: own.outputStep,
          rowStep: rows.stepTap * own.rowStep,
          columnStep: columns.stepTap * 4,
        },
        channels: outputs,
        outputs: channels,
      };
      calls.push(...correlation({ batch, groups, image: y.pointer, imageStep, ...turned, axes, out }, scratch));
      end = Math.max(end, scratch.end);
    }
  scratch.end = end;
  const zeros = call("fill", image.pointer, (batch * groups * channels * area) / 4, 0);
  return missing ? [zeros, ...calls] : calls;
};

/** Places of the gradient that are turned at once: as many as stay in the nearest cache with their part of the frame. */
const BLOCK_PLACES = 256;

const weightGradient: Planned = (work, scratch) => {
  const { image, weight, y, groups, channels, outputs, size, places, kernel } = work;
  const axes = forwardAxes(work);
  const { calls, frame, table, sizes, pitch: frameRow } = framed(channels, axes, scratch);
  const taps = channels * areaOf(kernel);
  const blockRows = Math.min(places[0], Math.max(1, Math.floor(BLOCK_PLACES / places[1])));
  const pitch = Math.ceil(outputs / 4) * 16;
  const [imageStep, gradientStep] = [channels * areaOf(size) * 4, outputs * areaOf(places) * 4];
  const parameters = ordered(WEIGHTS, {
    ...work,
    image: image.pointer,
    gradient: y.pointer,
    weight: weight.pointer,
    frame,
    table,
    turned: scratch.take((blockRows * places[1] + 3) * pitch),
    sums: scratch.take(taps * pitch),
    taps,
    allTaps: taps,
    imageStep,
    gradientStep,
    imageNext: groups * imageStep,
    gradientNext: groups * gradientStep,
    rows: places[0],
    columns: places[1],
    frameRow: frameRow * 4,
    blockRows,
    pitch,
  });
  return [...calls, call("correlateWeights", ...parameters, ...sizes)];
};

/** The shapes of image, weight and output, whichever of them an op computes. */
const plans: Readonly<
  Record<string, (inputs: readonly Placed[], output: Placed, attributes: Attributes, scratch: Scratch) => KernelCall[]>
> = {
  conv2d: ([x, w], y, attributes, scratch) => forward(convolutionOf(x, w, y, attributes), scratch),
  conv2dInput: ([y, w], x, attributes, scratch) => inputGradient(convolutionOf(x, w, y, attributes), scratch),
  conv2dWeight: ([x, y], w, attributes, scratch) => weightGradient(convolutionOf(x, w, y, attributes), scratch),
};

const anywhere = (spec: Spec): Placed => ({ ...spec, pointer: 0 });

/** Bytes of scratch memory that an op of this file needs. */
export const convolutionScratch = (
  op: string,
  attributes: Attributes,
  inputs: readonly Spec[],
  output: Spec,
): number => {
  if ([...inputs, output].some(({ shape }) => shape.includes(0))) return 0;
  const scratch = new Scratch(0);
  plans[op](inputs.map(anywhere), anywhere(output), attributes, scratch);
  return scratch.end;
};

/** Recipes of the ops of this file. */
export const convolutions: Readonly<Record<string, Recipe>> = Object.fromEntries(
  Object.entries(plans).map(([op, plan]): [string, Recipe] => [
    op,
    (attributes, inputs, output, scratch) => plan(inputs, output, attributes, new Scratch(scratch)),
  ]),
);
