// Which kernel calls may be shared out among threads, and how: outputs are split, sums never, so that no bit depends on the number of threads.
import type { KernelCall, KernelName } from "./library.ts";

/**
 * The output of a call falls into parts, rows or images, that need nothing of each other. The same kernel, told to compute fewer parts and
 * where they lie, computes these bit for bit, and writes nothing behind them: no vector may run over the end of a part.
 */
export interface Split {
  /** Which parameter is the number of parts. */
  readonly count: number;
  /** Parameters that are addresses, and how many bytes they go on from one part to the next. All others stay as they are. */
  readonly steps: readonly (readonly [parameter: number, bytes: number])[];
  /** Which parameters are addresses of scratch memory to work in: every thread has its own. */
  readonly scratch?: readonly number[];
  /** Rough time of the whole call on one thread: whether sharing it out is worth the meeting of the threads. */
  readonly nanoseconds: number;
}

type SplitRule = (parameters: readonly number[]) => Split | null;

const rows =
  (nanosecondsPerElement: number): SplitRule =>
  ([, , rowCount, columns]) => ({
    count: 2,
    steps: [
      [0, columns * 4],
      [1, 4],
    ],
    nanoseconds: rowCount * columns * nanosecondsPerElement,
  });

/** Blocks of columns; the kernel writes whole vectors. */
const columns: SplitRule = ([, , outer, length, inner]) =>
  inner % 4 > 0
    ? null
    : {
        count: 2,
        steps: [
          [0, length * inner * 4],
          [1, inner * 4],
        ],
        nanoseconds: outer * length * inner * 0.3,
      };

/** Rows of kernels that read them whole; they write two vectors at a time. */
const wholeRows =
  (operands: number, nanosecondsPerElement: number): SplitRule =>
  (parameters) => {
    const [rowCount, columns] = parameters.slice(operands + 1);
    if (columns % 8 > 0) return null;
    return {
      count: operands + 1,
      steps: Array.from({ length: operands + 1 }, (_, i) => [i, columns * 4] as const),
      nanoseconds: rowCount * columns * nanosecondsPerElement,
    };
  };

const MULTIPLY_ADD = 0.03;

/** The parameters of `candidates` that are addresses. */
const addresses = (parameters: readonly number[], candidates: readonly number[]): readonly number[] =>
  candidates.filter((parameter) => parameters[parameter] > 0);

/** Images of a batch. */
const correlate: SplitRule = (parameters) => {
  const [batch, groups, outputs, taps, imageStep, , outStep, runs, runLength] = parameters.slice(5);
  return {
    count: 5,
    steps: [
      [0, groups * imageStep],
      [2, groups * outStep],
    ],
    scratch: addresses(parameters, [3, 4]),
    nanoseconds: batch * groups * outputs * taps * runs * runLength * MULTIPLY_ADD,
  };
};

/**
 * Groups; of the only one the taps or the outputs, whichever are more: every thread makes all frames and turns all gradients of its outputs, and tiles
 * are several taps by many outputs.
 */
const correlateWeights: SplitRule = (parameters) => {
  const [batch, groups, outputs, taps, allTaps, imageStep, gradientStep, , , rowCount, columnCount] =
    parameters.slice(7);
  const [byGroup, byOutput, byTap] = [8, 9, 10];
  const steps = {
    [byGroup]: [
      [0, imageStep],
      [1, gradientStep],
      [2, outputs * allTaps * 4],
    ],
    [byOutput]: [
      [1, rowCount * columnCount * 4],
      [2, allTaps * 4],
    ],
    [byTap]: [
      [2, 4],
      [4, 4],
    ],
  } as const;
  const count = groups > 1 ? byGroup : taps < outputs ? byOutput : byTap;
  return {
    count,
    steps: steps[count],
    scratch: addresses(parameters, [3, 5, 6]),
    nanoseconds: batch * groups * outputs * taps * rowCount * columnCount * MULTIPLY_ADD,
  };
};

/** The longest of the outer dims that is long enough, else the longest of all. */
const moved: SplitRule = (parameters) => {
  const lengths = parameters.slice(2, 6);
  const long = lengths.findIndex((length) => length >= 8);
  const dim = long < 0 ? lengths.indexOf(Math.max(...lengths)) : long;
  return {
    count: 2 + dim,
    steps: [
      [0, parameters[6 + dim]],
      [1, parameters[10 + dim]],
    ],
    nanoseconds: lengths.reduce((product, length) => product * length, 1) * 0.8,
  };
};

/** The outer blocks of [outer, …]; so many elements of each operand belong to one. Parameter 3 is their number. */
const blocks = (elements: readonly number[], nanoseconds: number): Split => ({
  count: 3,
  steps: elements.map((size, i) => [i, size * 4]),
  nanoseconds,
});

const running: SplitRule = ([, , outer, length, inner]) => ({
  count: 2,
  steps: [
    [0, length * inner * 4],
    [1, length * inner * 4],
  ],
  nanoseconds: outer * length * inner,
});

/** A kernel that is not named here runs on one thread while the others wait. */
const rules: Partial<Readonly<Record<KernelName, SplitRule>>> = {
  matmul: (parameters) => {
    const [rowA, , , , m, n, k, batch, nextA, nextB] = parameters.slice(1);
    return {
      count: batch > 1 ? 8 : 5,
      steps:
        batch > 1
          ? [
              [0, nextA],
              [3, nextB],
              [4, m * n * 4],
            ]
          : [
              [0, rowA],
              [4, n * 4],
            ],
      scratch: addresses(parameters, [11, 12]),
      nanoseconds: batch * m * n * k * MULTIPLY_ADD,
    };
  },
  turnRows: ([, , rowCount, length]) => ({
    count: 2,
    steps: [
      [0, length * 4],
      [1, 4],
    ],
    nanoseconds: rowCount * length * 0.6,
  }),
  sumRows: rows(0.3),
  maxRows: rows(1),
  minRows: rows(1),
  argmaxRows: rows(1),
  argminRows: rows(1),
  sumColumns: columns,
  softmax: wholeRows(1, 1.4),
  causalSoftmax: ([, , rowCount, columns]) =>
    columns % 8 > 0
      ? null
      : {
          count: 2,
          steps: [
            [0, columns * 4],
            [1, columns * 4],
            [5, 1],
          ],
          nanoseconds: rowCount * columns,
        },
  softmaxGradient: wholeRows(2, 0.6),
  logSoftmax: wholeRows(1, 1.4),
  logSoftmaxGradient: wholeRows(2, 1),
  standardise: wholeRows(1, 0.6),
  standardiseGradient: wholeRows(2, 1),
  maxColumns: columns,
  minColumns: columns,
  takeAlong: ([, , , outer, count, length, inner]) =>
    outer > 1
      ? blocks([length * inner, 0, count * inner], outer * count * inner * 0.4)
      : {
          count: 4,
          steps: [
            [1, 4],
            [2, inner * 4],
          ],
          nanoseconds: count * (5 + inner * 0.4),
        },
  takeAddAlong: ([, , , outer, count, length, inner]) =>
    outer > 1 ? blocks([0, count * inner, length * inner], outer * count * inner * 0.6) : null,
  gatherAlong: ([, , , outer, count, length, inner]) =>
    blocks([length * inner, count * inner, count * inner], outer * count * inner * 2),
  scatterAddAlong: ([, , , outer, count, length, inner]) =>
    blocks([count * inner, count * inner, length * inner], outer * (count * 2 + length * 0.1) * inner),
  cumsum: running,
  cumprod: running,
  argsort: ([, , outer, length, inner]) => ({
    count: 2,
    steps: [
      [0, length * inner * 4],
      [1, length * inner * 4],
    ],
    scratch: [6],
    nanoseconds: outer * length * inner * (32 - Math.clz32(length)) * 5,
  }),
  move: moved,
  fill: ([, count]) => ({ count: 1, steps: [[0, 4]], nanoseconds: count * 0.5 }),
  correlate,
  correlateWeights,
  argmaxPool2d: ([, , planes, height, width, kernelRows, kernelColumns, outRows, outColumns]) => ({
    count: 2,
    steps: [
      [0, height * width * 4],
      [1, outRows * outColumns * 4],
    ],
    nanoseconds: planes * outRows * outColumns * kernelRows * kernelColumns * 2,
  }),
};

/** How a call may be split; null where it may not. */
export const splitOf = ({ kernel, parameters }: KernelCall): Split | null => rules[kernel]?.(parameters) ?? null;

/** Where the share of each thread begins, and at last where all end: about equal shares, beginning at multiples of `grain`. */
export const sharesOf = (count: number, threads: number, grain = 1): number[] =>
  Array.from({ length: threads + 1 }, (_, thread) =>
    thread === threads ? count : Math.floor((count * thread) / threads / grain) * grain,
  );

/** The call for the share of each thread, each in scratch memory of its own; null where a thread has nothing to do. */
export const partsOf = (
  { kernel, parameters }: KernelCall,
  { count, steps, scratch = [] }: Split,
  threads: number,
  scratchBytes: number,
): (KernelCall | null)[] => {
  const shares = sharesOf(parameters[count], threads);
  return shares.slice(1).map((end, thread) => {
    const start = shares[thread];
    if (start === end) return null;
    const own = [...parameters];
    own[count] = end - start;
    for (const [parameter, bytes] of steps) own[parameter] += start * bytes;
    for (const parameter of scratch) own[parameter] += thread * scratchBytes;
    return { kernel, parameters: own };
  });
};
