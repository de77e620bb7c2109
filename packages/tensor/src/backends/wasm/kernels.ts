// Kernels called with addresses and sizes: reductions, transposition, picking by index. All sizes ≥ 1; addresses and steps in bytes.
import {
  addF64,
  addI32,
  andI32,
  type Code,
  call,
  copyBytes,
  countUp,
  demoteF64,
  encodeModule,
  equalF32,
  equalI32,
  f32,
  FunctionBuilder,
  get,
  i32,
  ifThen,
  isZeroI32,
  lessF32,
  lessU32,
  loadF32,
  loopWhile,
  maxF32,
  minF32,
  mulI32,
  notEqualF32,
  orI32,
  promoteF32,
  set,
  shiftLeftI32,
  storeF32,
  storeI32,
  subI32,
  v128,
  type ValueType,
} from "./emitter.ts";
import { bytesOf, kernel, move, whileLoop } from "./kernel.ts";
import type { KernelName } from "./library.ts";

/**
 * sumRows(x, out, rows, columns): out[r] = Σ x[r, c]. Four sums in float64, of every fourth element each, then their sum, then what is left
 * over: a fixed order.
 */
const sumRows = (): FunctionBuilder =>
  kernel("sumRows", 4, (local, x, out, rows, columns) => {
    const [low, high, value] = [local("v128"), local("v128"), local("v128")];
    const [total, end, vectors] = [local("f64"), local("i32"), local("i32")];
    const zero = v128.splatF32(f32(0));
    const halves = [
      set(value, v128.load(get(x))),
      set(low, v128.addD(get(low), v128.promoteLow(get(value)))),
      set(high, v128.addD(get(high), v128.promoteLow(v128.shuffle32(get(value), get(value), [2, 3, 2, 3])))),
      move(x, i32(16)),
    ];
    const lanes = v128.addD(get(low), get(high));
    return loopWhile(
      [
        [set(low, zero), set(high, zero)],
        set(end, addI32(get(x), bytesOf(get(columns)))),
        set(vectors, addI32(get(x), andI32(bytesOf(get(columns)), i32(-16)))),
        whileLoop(lessU32(get(x), get(vectors)), halves),
        set(low, lanes),
        set(total, addF64(v128.lane64(get(low), 0), v128.lane64(get(low), 1))),
        whileLoop(lessU32(get(x), get(end)), [
          set(total, addF64(get(total), promoteF32(loadF32(get(x))))),
          move(x, i32(4)),
        ]),
        storeF32(get(out), demoteF64(get(total))),
        [move(out, i32(4)), set(rows, subI32(get(rows), i32(1)))],
      ],
      get(rows),
    );
  });

/** What is done with so many vectors of columns side by side. */
interface ColumnGroup {
  readonly start: Code;
  readonly step: (address: Code) => Code;
  /** The results, vector by vector. */
  readonly finish: readonly Code[];
}

/**
 * Groups of columns over all of `length`, for x [outer, length, inner], each group as often as it fits, the last one rounding up to whole vectors:
 * the next block writes there again.
 */
const overColumns = (
  local: (type: ValueType) => number,
  [x, out, outer, length, inner]: readonly number[],
  groups: readonly ColumnGroup[],
): Code => {
  const [from, count, to, end] = [local("i32"), local("i32"), local("i32"), local("i32")];
  const columns = groups.map(({ start, step, finish }, i): Code => {
    const bytes = 16 * finish.length;
    const fits = lessU32(i === groups.length - 1 ? get(to) : addI32(get(to), i32(bytes - 1)), get(end));
    return whileLoop(fits, [
      set(from, addI32(get(x), subI32(get(to), get(out)))),
      start,
      set(count, get(length)),
      loopWhile([step(get(from)), move(from, bytesOf(get(inner))), set(count, subI32(get(count), i32(1)))], get(count)),
      finish.map((value, v) => v128.store(get(to), value, 16 * v)),
      move(to, i32(bytes)),
    ]);
  });
  return loopWhile(
    [
      set(end, addI32(get(out), bytesOf(get(inner)))),
      set(to, get(out)),
      columns,
      move(x, mulI32(get(length), bytesOf(get(inner)))),
      move(out, bytesOf(get(inner))),
      set(outer, subI32(get(outer), i32(1))),
    ],
    get(outer),
  );
};

/** Sums in float64 of so many vectors of columns. */
const columnSums = (local: (type: ValueType) => number, vectors: number): ColumnGroup => {
  const value = local("v128");
  const sums = Array.from({ length: vectors }, () => [local("v128"), local("v128")]);
  const zero = v128.splatF32(f32(0));
  return {
    start: sums.map(([low, high]) => [set(low, zero), set(high, zero)]),
    step: (address) =>
      sums.map(([low, high], v) => [
        set(value, v128.load(address, 16 * v)),
        set(low, v128.addD(get(low), v128.promoteLow(get(value)))),
        set(high, v128.addD(get(high), v128.promoteLow(v128.shuffle32(get(value), get(value), [2, 3, 2, 3])))),
      ]),
    finish: sums.map(([low, high]) => v128.shuffle32(v128.demote(get(low)), v128.demote(get(high)), [0, 1, 4, 5])),
  };
};

/**
 * sumColumns(x, out, outer, length, inner): out[o, i] = Σₗ x[o, l, i], in float64 in the order of l. Sixteen columns at a time, a whole line of the
 * cache: four at a time fetched each line four times, and large sums took 2.5 times as long.
 */
const sumColumns = (): FunctionBuilder =>
  kernel("sumColumns", 5, (local, ...parameters) =>
    overColumns(local, parameters, [columnSums(local, 4), columnSums(local, 1)]),
  );

type Extreme = "max" | "min";
const vectorExtreme = { max: v128.maxF, min: v128.minF };
const scalarExtreme = { max: maxF32, min: minF32 };

const extremeColumns = (op: Extreme): FunctionBuilder =>
  kernel(`${op}Columns`, 5, (local, ...parameters) => {
    const best = local("v128");
    const group: ColumnGroup = {
      start: set(best, v128.splatF32(f32(op === "max" ? -Infinity : Infinity))),
      step: (address) => set(best, vectorExtreme[op](get(best), v128.load(address))),
      finish: [get(best)],
    };
    return overColumns(local, parameters, [group]);
  });

const extremeRows = (op: Extreme): FunctionBuilder =>
  kernel(`${op}Rows`, 4, (local, x, out, rows, columns) => {
    const [best, end] = [local("f32"), local("i32")];
    return loopWhile(
      [
        set(best, loadF32(get(x))),
        set(end, addI32(get(x), bytesOf(get(columns)))),
        loopWhile(
          [set(best, scalarExtreme[op](get(best), loadF32(get(x)))), move(x, i32(4))],
          lessU32(get(x), get(end)),
        ),
        storeF32(get(out), get(best)),
        [move(out, i32(4)), set(rows, subI32(get(rows), i32(1)))],
      ],
      get(rows),
    );
  });

/** argmaxRows(x, out, rows, columns): place of each row's first extreme; NaN counts as the extreme. */
const argExtremeRows = (op: Extreme): FunctionBuilder =>
  kernel(op === "max" ? "argmaxRows" : "argminRows", 4, (local, x, out, rows, columns) => {
    const [best, value] = [local("f32"), local("f32")];
    const [place, column] = [local("i32"), local("i32")];
    const better = op === "max" ? lessF32(get(best), get(value)) : lessF32(get(value), get(best));
    const isNaN = notEqualF32(get(value), get(value));
    const open = equalF32(get(best), get(best));
    return loopWhile(
      [
        set(best, loadF32(get(x))),
        set(place, i32(0)),
        countUp(column, i32(0), i32(1), get(columns), [
          set(value, loadF32(get(x))),
          ifThen(andI32(open, orI32(better, isNaN)), [set(best, get(value)), set(place, get(column))]),
          move(x, i32(4)),
        ]),
        storeI32(get(out), get(place)),
        [move(out, i32(4)), set(rows, subI32(get(rows), i32(1)))],
      ],
      get(rows),
    );
  });

/**
 * finite(x, count): 1 where all elements are finite, else 0. x − x is 0 for a finite x and NaN for any other, by one instruction without constants.
 * Four vectors a round, in two chains.
 */
const finite = (): FunctionBuilder =>
  kernel(
    "finite",
    2,
    (local, x, count) => {
      const [first, second, value] = [local("v128"), local("v128"), local("v128")];
      const [end, rounds] = [local("i32"), local("i32")];
      const check = (seen: number, four: Code): Code => [
        set(value, four),
        set(seen, v128.or(get(seen), v128.subF(get(value), get(value)))),
      ];
      const round = [0, 1, 2, 3].map((i) => check(i % 2 === 0 ? first : second, v128.load(get(x), 16 * i)));
      return [
        [first, second].map((seen) => set(seen, v128.splatI32(i32(0)))),
        set(end, addI32(get(x), bytesOf(get(count)))),
        set(rounds, addI32(get(x), andI32(bytesOf(get(count)), i32(-64)))),
        whileLoop(lessU32(get(x), get(rounds)), [round, move(x, i32(64))]),
        whileLoop(lessU32(get(x), get(end)), [check(first, v128.loadSplat32(get(x))), move(x, i32(4))]),
        v128.allTrueI(v128.eqI(v128.or(get(first), get(second)), v128.splatI32(i32(0)))),
      ];
    },
    "i32",
  );

/**
 * move(from, to, n0…n3, f0…f3, t0…t3): to[Σ iₖ·tₖ] = from[Σ iₖ·fₖ] for all iₖ < nₖ, words; steps in bytes. A last dim that is contiguous on both
 * sides is copied at once.
 */
const moveWords = (): FunctionBuilder =>
  kernel("move", 14, (local, from, to, ...dims) => {
    const [counts, fromSteps, toSteps] = [dims.slice(0, 4), dims.slice(4, 8), dims.slice(8, 12)];
    const words = (by: number): Code => equalI32(get(by), i32(4));
    const back = (pointer: number, dim: number, step: number): Code =>
      set(pointer, subI32(get(pointer), mulI32(get(counts[dim]), get(step))));
    /** Goes through dims `dim` and on, and leaves the pointers where they were. */
    const through = (dim: number): Code => {
      const [step, stepTo] = [fromSteps[dim], toSteps[dim]];
      const left = local("i32");
      const one = dim === 3 ? storeF32(get(to), loadF32(get(from))) : through(dim + 1);
      const each = [
        set(left, get(counts[dim])),
        loopWhile([one, move(from, get(step)), move(to, get(stepTo)), set(left, subI32(get(left), i32(1)))], get(left)),
        back(from, dim, step),
        back(to, dim, stepTo),
      ];
      if (dim < 3) return each;
      const contiguous = andI32(words(step), words(stepTo));
      return [
        ifThen(contiguous, copyBytes(get(to), get(from), bytesOf(get(counts[dim])))),
        ifThen(isZeroI32(contiguous), each),
      ];
    };
    return through(0);
  });

/** fill(out, count, bits): the word in every place. */
const fillWords = (): FunctionBuilder =>
  kernel("fill", 3, (local, out, count, bits) => {
    const end = local("i32");
    return [
      set(end, addI32(get(out), bytesOf(get(count)))),
      loopWhile([storeI32(get(out), get(bits)), move(out, i32(4))], lessU32(get(out), get(end))),
    ];
  });

/** turnPart(x, out, columns, width, r0, r1, c0, c1): out[c, r] = x[r, c] for part of the matrix; out has rows of `width`. */
const turnPart = (): FunctionBuilder =>
  kernel("turnPart", 8, (local, x, out, columns, width, r0, r1, c0, c1) => {
    const column = local("i32");
    return whileLoop(lessU32(get(r0), get(r1)), [
      set(column, get(c0)),
      whileLoop(lessU32(get(column), get(c1)), [
        storeF32(
          addI32(get(out), shiftLeftI32(addI32(mulI32(get(column), get(width)), get(r0)), 2)),
          loadF32(addI32(get(x), shiftLeftI32(addI32(mulI32(get(r0), get(columns)), get(column)), 2))),
        ),
        move(column, i32(1)),
      ]),
      move(r0, i32(1)),
    ]);
  });

/**
 * turnRows(x, out, rows, columns, width): out[c, r] = x[r, c], by blocks of four by four; out has rows of `width`, of which these are the first
 * `rows` elements.
 */
const turnRows = (turnPartNumber: number): FunctionBuilder =>
  kernel("turnRows", 5, (local, x, out, rows, columns, width) => {
    const [row, column, from, to, rows4, columns4] = Array.from({ length: 6 }, () => local("i32"));
    const lines = Array.from({ length: 4 }, () => local("v128"));
    const pairs = Array.from({ length: 4 }, () => local("v128"));
    const [a, b, c, d] = lines;
    const [p, q, r, s] = pairs;
    const block = [
      set(from, addI32(get(x), shiftLeftI32(addI32(mulI32(get(row), get(columns)), get(column)), 2))),
      set(to, addI32(get(out), shiftLeftI32(addI32(mulI32(get(column), get(width)), get(row)), 2))),
      lines.map((line) => [set(line, v128.load(get(from))), move(from, bytesOf(get(columns)))]),
      set(p, v128.shuffle32(get(a), get(b), [0, 4, 1, 5])),
      set(q, v128.shuffle32(get(c), get(d), [0, 4, 1, 5])),
      set(r, v128.shuffle32(get(a), get(b), [2, 6, 3, 7])),
      set(s, v128.shuffle32(get(c), get(d), [2, 6, 3, 7])),
      (
        [
          [p, q, [0, 1, 4, 5]],
          [p, q, [2, 3, 6, 7]],
          [r, s, [0, 1, 4, 5]],
          [r, s, [2, 3, 6, 7]],
        ] as const
      ).map(([left, right, picked]) => [
        v128.store(get(to), v128.shuffle32(get(left), get(right), picked)),
        move(to, bytesOf(get(width))),
      ]),
    ];
    const part = (...bounds: Code[]): Code =>
      call(turnPartNumber, get(x), get(out), get(columns), get(width), ...bounds);
    return [
      set(rows4, andI32(get(rows), i32(-4))),
      set(columns4, andI32(get(columns), i32(-4))),
      whileLoop(lessU32(get(row), get(rows4)), [
        set(column, i32(0)),
        whileLoop(lessU32(get(column), get(columns4)), [block, move(column, i32(4))]),
        move(row, i32(4)),
      ]),
      part(i32(0), get(rows4), get(columns4), get(columns)),
      part(get(rows4), get(rows), i32(0), get(columns)),
    ];
  });

type Module = readonly [names: readonly KernelName[], make: () => Uint8Array<ArrayBuffer>];

/** A module each: only what is wanted is written. */
export const kernelModules: readonly Module[] = [
  [["turnRows"], () => encodeModule([turnPart(), turnRows(0)])],
  [["sumRows"], () => encodeModule([sumRows()])],
  [["sumColumns"], () => encodeModule([sumColumns()])],
  ...(["max", "min"] as const).flatMap((op): Module[] => [
    [[`${op}Rows`], () => encodeModule([extremeRows(op)])],
    [[`${op}Columns`], () => encodeModule([extremeColumns(op)])],
    [[`arg${op}Rows`], () => encodeModule([argExtremeRows(op)])],
  ]),
  [["finite"], () => encodeModule([finite()])],
  [["move"], () => encodeModule([moveWords()])],
  [["fill"], () => encodeModule([fillWords()])],
];
