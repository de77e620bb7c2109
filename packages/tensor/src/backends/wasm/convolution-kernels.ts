// Kernels of convolution: register tiles that read the image through a table of taps, without laying patches out.
//
// The image is copied into a frame that holds its padding too, once for each phase of the stride, so that neighbouring outputs read
// neighbouring elements: output t meets tap k at frame[table[k] + t]. A tile sums a few output channels of a few neighbouring places in
// registers over all taps in their order, so each element is one sum, whatever the tile.
import {
  addI32,
  andI32,
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
  lessI32,
  lessU32,
  loadF32,
  loadI32,
  loopWhile,
  mulI32,
  set,
  shiftLeftI32,
  type Signature,
  storeF32,
  storeI32,
  subI32,
  v128,
} from "./emitter.ts";
import type { TileSize } from "./matmul.ts";
import { turnInto } from "./turn.ts";

const i32s = (count: number): "i32"[] => Array.from({ length: count }, () => "i32");
const bytesOf = (count: Code): Code => shiftLeftI32(count, 2);
const move = (local: number, by: Code): Code => set(local, addI32(get(local), by));
const product = (...factors: Code[]): Code => factors.reduce((a, b) => mulI32(a, b));
const minimum = (a: Code, b: Code): Code => choose(lessI32(a, b), a, b);
const maximum = (a: Code, b: Code): Code => choose(lessI32(a, b), b, a);
const whileLoop = (condition: Code, body: Code): Code => ifThen(condition, loopWhile(body, condition));

/** Parameters of a kernel by name, in the order in which they are passed. */
const numbered = <Name extends string>(names: readonly Name[], first = 0): Record<Name, number> =>
  Object.fromEntries(names.map((name, i) => [name, first + i])) as Record<Name, number>;

/** A frame: for each channel and phase of the stride a plane of `rows`·`columns`; `top` and `left` are the padding before the image. */
export const FRAME = [
  "channels",
  "height",
  "width",
  "phaseRows",
  "phaseColumns",
  "rows",
  "columns",
  "strideRows",
  "strideColumns",
  "top",
  "left",
] as const;

/** Copies `count` words, in whole vectors the last of which may overlap the one before. `to` and `from` stay. */
const copyRow = (f: FunctionBuilder): ((to: number, from: number, count: number) => Code) => {
  const [at, end] = [f.local("i32"), f.local("i32")];
  return (to, from, count) => {
    const put = (offset: number): Code =>
      v128.store(addI32(get(to), get(offset)), v128.load(addI32(get(from), get(offset))));
    return ifElse(
      lessI32(get(count), i32(4)),
      [
        set(at, i32(0)),
        whileLoop(lessI32(get(at), bytesOf(get(count))), [
          storeF32(addI32(get(to), get(at)), loadF32(addI32(get(from), get(at)))),
          move(at, i32(4)),
        ]),
      ],
      [
        [set(at, i32(0)), set(end, bytesOf(subI32(get(count), i32(4))))],
        whileLoop(lessI32(get(at), get(end)), [put(at), move(at, i32(16))]),
        put(end),
      ],
    );
  };
};

/** Copies every second of words, four at a time where there are so many. */
const copySecond = (f: FunctionBuilder): ((to: number, from: number, count: number) => Code) => {
  const [at, last] = [f.local("i32"), f.local("i32")];
  return (to, from, count) => {
    const source = (index: number): Code => addI32(get(from), shiftLeftI32(get(index), 3));
    const put = (index: number): Code =>
      v128.store(
        addI32(get(to), bytesOf(get(index))),
        v128.shuffle32(v128.load(source(index)), v128.load(source(index), 12), [0, 2, 5, 7]),
      );
    return ifElse(
      lessI32(get(count), i32(4)),
      [
        set(at, i32(0)),
        whileLoop(lessI32(get(at), get(count)), [
          storeF32(addI32(get(to), bytesOf(get(at))), loadF32(source(at))),
          move(at, i32(1)),
        ]),
      ],
      [
        [set(at, i32(0)), set(last, subI32(get(count), i32(4)))],
        whileLoop(lessI32(get(at), get(last)), [put(at), move(at, i32(4))]),
        put(last),
      ],
    );
  };
};

/** Fills the frame with zeros, where there is one. */
const clearFrame = (frame: Code, sizes: readonly Code[]): Code => {
  const size = (name: (typeof FRAME)[number]): Code => sizes[FRAME.indexOf(name)];
  const elements = product(size("channels"), size("phaseRows"), size("phaseColumns"), size("rows"), size("columns"));
  return ifThen(frame, fillBytes(frame, i32(0), bytesOf(elements)));
};

/** copyFrame(image, frame, …FRAME): what of the image each plane of the frame holds; the rest of the frame stays as it is, zero. */
const copyFrame = (): FunctionBuilder => {
  const f = new FunctionBuilder("copyFrame", i32s(2 + FRAME.length));
  const [image, frame] = [0, 1];
  const parameter = numbered(FRAME, 2);
  const g = (name: (typeof FRAME)[number]): Code => get(parameter[name]);
  const local = (): number => f.local("i32");
  const [channel, p, q, i, top, left, count, to, from, at] = Array.from({ length: 10 }, local);
  const [rowFirst, rowLast, first, last] = Array.from({ length: 4 }, local);
  /** The indices j in [from, to) for which j·stride + offset lies in [0, length). */
  const meeting = (first: number, last: number, offset: number, stride: Code, length: Code, count: Code): Code => [
    set(first, divideI32(subI32(subI32(stride, get(offset)), i32(1)), stride)),
    set(first, minimum(choose(lessI32(get(offset), i32(0)), get(first), i32(0)), count)),
    set(last, subI32(subI32(length, i32(1)), get(offset))),
    set(last, choose(lessI32(get(last), i32(0)), i32(0), addI32(divideI32(get(last), stride), i32(1)))),
    set(last, maximum(get(first), minimum(get(last), count))),
  ];
  const [copy, copyEven] = [copyRow(f), copySecond(f)];
  const one = [
    set(at, i32(0)),
    loopWhile(
      [
        storeF32(
          addI32(get(to), bytesOf(get(at))),
          loadF32(addI32(get(from), bytesOf(mulI32(get(at), g("strideColumns"))))),
        ),
        move(at, i32(1)),
      ],
      lessI32(get(at), get(count)),
    ),
  ];
  const by = (stride: number): Code => equalI32(g("strideColumns"), i32(stride));
  const row = [
    ifElse(by(1), copy(to, from, count), ifElse(by(2), copyEven(to, from, count), one)),
    move(to, bytesOf(g("columns"))),
    move(from, bytesOf(mulI32(g("strideRows"), g("width")))),
  ];
  const plane = [
    set(top, subI32(get(p), g("top"))),
    set(left, subI32(get(q), g("left"))),
    meeting(rowFirst, rowLast, top, g("strideRows"), g("height"), g("rows")),
    meeting(first, last, left, g("strideColumns"), g("width"), g("columns")),
    set(count, subI32(get(last), get(first))),
    set(to, addI32(get(frame), bytesOf(addI32(mulI32(get(rowFirst), g("columns")), get(first))))),
    set(at, mulI32(addI32(mulI32(get(rowFirst), g("strideRows")), get(top)), g("width"))),
    set(at, addI32(get(at), addI32(mulI32(get(first), g("strideColumns")), get(left)))),
    set(from, addI32(get(image), bytesOf(get(at)))),
    set(i, get(rowFirst)),
    ifThen(get(count), whileLoop(lessI32(get(i), get(rowLast)), [row, move(i, i32(1))])),
    move(frame, bytesOf(product(g("rows"), g("columns")))),
  ];
  f.body = countUp(channel, i32(0), i32(1), g("channels"), [
    countUp(p, i32(0), i32(1), g("phaseRows"), countUp(q, i32(0), i32(1), g("phaseColumns"), plane)),
    move(image, bytesOf(mulI32(g("height"), g("width")))),
  ]);
  return f;
};

/**
 * Parameters of tapTable. Tap (c, p, q) is at start + c·plane + (p·stepRows mod strideRows)·phaseRow + ⌊p·stepRows/strideRows⌋·row
 * + the same for columns: bytes from the element of the frame where the output stands.
 */
export const TAPS = [
  "table",
  "start",
  "channels",
  "plane",
  "kernelRows",
  "stepRows",
  "strideRows",
  "phaseRow",
  "row",
  "kernelColumns",
  "stepColumns",
  "strideColumns",
  "phaseColumn",
  "column",
] as const;

const tapTable = (): FunctionBuilder => {
  const f = new FunctionBuilder("tapTable", i32s(TAPS.length));
  const parameter = numbered(TAPS);
  const g = (name: (typeof TAPS)[number]): Code => get(parameter[name]);
  const [channel, p, q, at, whole, inRow] = Array.from({ length: 6 }, () => f.local("i32"));
  const place = (tap: number, step: Code, stride: Code, phase: Code, one: Code): Code => [
    set(at, mulI32(get(tap), step)),
    set(whole, divideI32(get(at), stride)),
    set(at, addI32(mulI32(subI32(get(at), mulI32(get(whole), stride)), phase), mulI32(get(whole), one))),
  ];
  const tap = [
    place(q, g("stepColumns"), g("strideColumns"), g("phaseColumn"), g("column")),
    storeI32(g("table"), addI32(get(inRow), get(at))),
    move(parameter.table, i32(4)),
  ];
  const line = [
    place(p, g("stepRows"), g("strideRows"), g("phaseRow"), g("row")),
    set(inRow, addI32(g("start"), get(at))),
    countUp(q, i32(0), i32(1), g("kernelColumns"), tap),
  ];
  f.body = countUp(channel, i32(0), i32(1), g("channels"), [
    countUp(p, i32(0), i32(1), g("kernelRows"), line),
    move(parameter.start, g("plane")),
  ]);
  return f;
};

/**
 * Parameters of packTaps: for each group the panels of its tiles of outputs, each of which holds, tap by tap, the tap's offset from the table and
 * the weights of the tile's outputs. Steps of the weights in bytes.
 */
export const PANELS = [
  "weight",
  "table",
  "panels",
  "panelStep",
  "groups",
  "outputs",
  "channels",
  "kernelRows",
  "kernelColumns",
  "groupStep",
  "outputStep",
  "channelStep",
  "rowStep",
  "columnStep",
] as const;

const packTaps = (size: TileSize): FunctionBuilder => {
  const f = new FunctionBuilder("packTaps", i32s(PANELS.length));
  const parameter = numbered(PANELS);
  const g = (name: (typeof PANELS)[number]): Code => get(parameter[name]);
  const local = (): number => f.local("i32");
  const [group, tileStart, channelStart, rowStart, tap, c, p, q, at, from, to] = Array.from({ length: 11 }, local);
  const tiles = evenTiles(f, size.rows);
  const out = local();
  const word = (value: Code): Code => [storeI32(get(out), value), move(out, i32(4))];
  const panel = (rows: number): Code => [
    [set(at, g("table")), set(channelStart, get(tileStart))],
    countUp(c, i32(0), i32(1), g("channels"), [
      set(rowStart, get(channelStart)),
      countUp(p, i32(0), i32(1), g("kernelRows"), [
        set(tap, get(rowStart)),
        countUp(q, i32(0), i32(1), g("kernelColumns"), [
          [word(loadI32(get(at))), move(at, i32(4)), set(from, get(tap))],
          set(to, addI32(get(out), i32(rows * 4))),
          loopWhile([word(loadI32(get(from))), move(from, g("outputStep"))], lessU32(get(out), get(to))),
          move(tap, g("columnStep")),
        ]),
        move(rowStart, g("rowStep")),
      ]),
      move(channelStart, g("channelStep")),
    ]),
    move(tileStart, mulI32(i32(rows), g("outputStep"))),
  ];
  f.body = countUp(group, i32(0), i32(1), g("groups"), [
    [set(tileStart, g("weight")), set(out, g("panels"))],
    tiles(g("outputs"), panel),
    [move(parameter.weight, g("groupStep")), move(parameter.panels, g("panelStep"))],
  ]);
  return f;
};

interface Tile {
  readonly rows: number;
  readonly columns: number;
  /** The columns come in two halves from different places. */
  readonly paired: boolean;
}

const nameOf = (kind: string, { rows, columns, paired }: Tile): string =>
  `${kind}_${rows}_${columns}${paired ? "_paired" : ""}`;

const widths = ({ columns }: TileSize): number[] => [16, 8, 4].filter((width) => width <= columns);

const tilesOf = (size: TileSize): Tile[] =>
  widths(size).flatMap((columns) =>
    Array.from({ length: size.rows }, (_, r) => ({ rows: r + 1, columns, paired: false })),
  );

/** Two runs of eight places at once, where tiles are sixteen wide. */
const pairsOf = ({ rows, columns }: TileSize): Tile[] =>
  columns < 16 ? [] : Array.from({ length: rows }, (_, r) => ({ rows: r + 1, columns, paired: true }));

/** Sums of a tile in registers, and how a product is added to one. */
const accumulators = (f: FunctionBuilder, { rows, columns }: Tile, fused: boolean) => {
  const vectors = columns / 4;
  const sums = Array.from({ length: rows * vectors }, () => f.local("v128"));
  const loaded = Array.from({ length: vectors }, () => f.local("v128"));
  const splat = f.local("v128");
  // Never set. V8 pairs no vectors of which a constant is made in a loop (90 to 37 GFLOP/s).
  const zero = f.local("v128");
  const multiplyAdd = (sum: number, column: number): Code =>
    fused
      ? v128.relaxedMadd(get(splat), get(column), get(sum))
      : v128.addF(get(sum), v128.mulF(get(splat), get(column)));
  const eachRow = (body: (r: number) => Code): Code => Array.from({ length: rows }, (_, r) => body(r));
  const halves = (
    first: Code,
    second: Code | undefined,
    v: number,
    access: (at: Code, offset: number) => Code,
  ): Code => (second && v >= vectors / 2 ? access(second, (v - vectors / 2) * 16) : access(first, v * 16));
  return {
    eachRow,
    /** `second`: where the second half of the columns is, if not behind the first. */
    load: (first: Code, second?: Code): Code =>
      loaded.map((local, v) => set(local, halves(first, second, v, v128.load))),
    add: (r: number, factor: Code): Code => [
      set(splat, factor),
      loaded.map((column, v) => set(sums[r * vectors + v], multiplyAdd(sums[r * vectors + v], column))),
    ],
    start: (r: number, address: Code): Code =>
      loaded.map((_, v) => set(sums[r * vectors + v], v128.load(address, v * 16))),
    clear: sums.map((sum) => set(sum, get(zero))),
    store: (r: number, first: Code, second?: Code): Code =>
      loaded.map((_, v) =>
        halves(first, second, v, (address, offset) => v128.store(address, get(sums[r * vectors + v]), offset)),
      ),
  };
};

/** Taps that a tile takes in one round of its loop, and places. */
const UNROLL = 4;

/**
 * correlate_r_c(panel, b, c, rowC, taps, strips, runs, stepB, stepC, half, halfC): for each of `runs`, stepB and stepC bytes apart, and of `strips`
 * side by side, C[rows, columns] = Σₖ panel[k, rows]·b[offset(k) + columns]. The panel holds for each tap its offset in bytes and the weights
 * of the rows. `paired`: the second half of the columns is `half` bytes behind the first in b and `halfC` in C.
 */
const correlateTile = (tile: Tile, fused: boolean): FunctionBuilder => {
  const f = new FunctionBuilder(nameOf("correlate", tile), i32s(11));
  const [panel, b, c, rowC, taps, strips, runs, stepB, stepC, half, halfC] = Array.from({ length: 11 }, (_, i) => i);
  const local = (): number => f.local("i32");
  const [a, at, out, left, end, endWhole, row, column, second] = Array.from({ length: 9 }, local);
  const { eachRow, load, add, clear, store } = accumulators(f, tile, fused);
  const words = tile.rows + 1;
  const step = (u: number): Code => [
    set(column, addI32(get(at), loadI32(get(a), u * words * 4))),
    tile.paired ? set(second, addI32(get(column), get(half))) : [],
    load(get(column), tile.paired ? get(second) : undefined),
    eachRow((r) => add(r, v128.loadSplat32(get(a), (u * words + 1 + r) * 4))),
  ];
  const rounds = (count: number, until: number): Code =>
    whileLoop(lessU32(get(a), get(until)), [
      Array.from({ length: count }, (_, u) => step(u)),
      move(a, i32(count * words * 4)),
    ]);
  const strip = [
    [clear, set(a, get(panel))],
    rounds(UNROLL, endWhole),
    rounds(1, end),
    eachRow((r) => [
      set(row, r === 0 ? get(out) : addI32(get(row), get(rowC))),
      tile.paired ? set(second, addI32(get(row), get(halfC))) : [],
      store(r, get(row), tile.paired ? get(second) : undefined),
    ]),
    [move(at, i32(tile.columns * 4)), move(out, i32(tile.columns * 4)), set(left, subI32(get(left), i32(1)))],
  ];
  f.body = [
    set(end, addI32(get(panel), mulI32(get(taps), i32(words * 4)))),
    set(endWhole, addI32(get(panel), mulI32(andI32(get(taps), i32(-UNROLL)), i32(words * 4)))),
    loopWhile(
      [
        [set(at, get(b)), set(out, get(c)), set(left, get(strips))],
        loopWhile(strip, get(left)),
        [move(b, get(stepB)), move(c, get(stepC)), set(runs, subI32(get(runs), i32(1)))],
      ],
      get(runs),
    ),
  ];
  return f;
};

/**
 * weight_r_c(table, x, b, stepB, c, rowC, rows, columns, jump): C[taps, outputs] += Σ x[table[tap] + place]·B[place, outputs] over `rows` lines of
 * `columns` places; after a line x goes on by `jump` bytes more. B's places are side by side.
 */
const weightTile = (tile: Tile, fused: boolean): FunctionBuilder => {
  const f = new FunctionBuilder(nameOf("weight", tile), i32s(9));
  const [table, x, b, stepB, c, rowC, rows, columns, jump] = [0, 1, 2, 3, 4, 5, 6, 7, 8];
  const taps = Array.from({ length: tile.rows }, () => f.local("i32"));
  const [row, left] = [f.local("i32"), f.local("i32")];
  const { eachRow, load, add, start, store } = accumulators(f, tile, fused);
  const nextRow = (r: number): Code => set(row, r === 0 ? get(c) : addI32(get(row), get(rowC)));
  const places = (count: number): Code => [
    Array.from({ length: count }, (_, u) => [
      load(get(b)),
      eachRow((r) => add(r, v128.loadSplat32(get(taps[r]), u * 4))),
      move(b, get(stepB)),
    ]),
    eachRow((r) => move(taps[r], i32(count * 4))),
    set(left, subI32(get(left), i32(count))),
  ];
  const rounds = (count: number): Code => whileLoop(lessI32(i32(count - 1), get(left)), places(count));
  f.body = [
    eachRow((r) => set(taps[r], addI32(get(x), loadI32(get(table), r * 4)))),
    eachRow((r) => [nextRow(r), start(r, get(row))]),
    loopWhile(
      [
        set(left, get(columns)),
        [rounds(UNROLL), rounds(1)],
        eachRow((r) => move(taps[r], get(jump))),
        set(rows, subI32(get(rows), i32(1))),
      ],
      get(rows),
    ),
    eachRow((r) => [nextRow(r), store(r, get(row))]),
  ];
  return f;
};

/** Calls `run` for every tile of at most `most` rows that `total` rows are shared out to as evenly as can be. */
const evenTiles = (f: FunctionBuilder, most: number): ((total: Code, run: (rows: number) => Code) => Code) => {
  const [left, tiles, height] = [f.local("i32"), f.local("i32"), f.local("i32")];
  return (total, run) => [
    set(left, total),
    set(tiles, divideI32(addI32(get(left), i32(most - 1)), i32(most))),
    loopWhile(
      [
        set(height, divideI32(addI32(get(left), subI32(get(tiles), i32(1))), get(tiles))),
        Array.from({ length: most }, (_, i) => most - i).reduceRight<Code>(
          (otherwise, rows) => ifElse(equalI32(get(height), i32(rows)), run(rows), otherwise),
          [],
        ),
        [set(left, subI32(get(left), get(height))), set(tiles, subI32(get(tiles), i32(1)))],
      ],
      get(left),
    ),
  ];
};

/**
 * Parameters of correlate. For each of `batch`·`groups` images: out = weight·taps. The places of the outputs come in `runs` of `runLength`, a
 * multiple of four, one after the other `runStep` bytes further in the frame and `runOut` further in the result, whose planes are `planeOut` bytes apart. Where
 * `scratch` is not 0 the result goes there and is then placed: [outputs, rows, columns], with `scratchRow` bytes from row to row, to out, with
 * outPlane, outRow, outColumn. `frame`, like `scratch`, is memory to work in; 0: the image itself is the frame.
 */
export const CORRELATE = [
  "image",
  "panels",
  "out",
  "frame",
  "scratch",
  "batch",
  "groups",
  "outputs",
  "taps",
  "imageStep",
  "panelStep",
  "outStep",
  "runs",
  "runLength",
  "runStep",
  "runOut",
  "planeOut",
  "rows",
  "columns",
  "scratchRow",
  "outPlane",
  "outRow",
  "outColumn",
] as const;

const correlate = (size: TileSize, numberOf: (name: string) => number): FunctionBuilder => {
  const f = new FunctionBuilder("correlate", i32s(CORRELATE.length + FRAME.length));
  const parameter = numbered(CORRELATE);
  const g = (name: (typeof CORRELATE)[number]): Code => get(parameter[name]);
  const frameSizes = FRAME.map((_, i) => get(CORRELATE.length + i));
  const local = (): number => f.local("i32");
  const [n, group, weights, panel, at, source, target] = Array.from({ length: 7 }, local);
  const [c, plane, i, from, to, count, element] = Array.from({ length: 7 }, local);
  const tiles = evenTiles(f, size.rows);
  /** One tile's rows of all runs: `width` columns from `at` on. */
  const tile = (shape: Tile, strips: Code, runs: Code, [from, times]: readonly [Code, number] = [i32(0), 1]): Code =>
    call(
      numberOf(nameOf("correlate", shape)),
      get(panel),
      addI32(addI32(get(source), get(at)), mulI32(from, g("runStep"))),
      addI32(addI32(get(c), get(at)), mulI32(from, g("runOut"))),
      g("planeOut"),
      g("taps"),
      strips,
      runs,
      mulI32(g("runStep"), i32(times)),
      mulI32(g("runOut"), i32(times)),
      g("runStep"),
      g("runOut"),
    );
  const has = (bit: number): Code => andI32(g("runLength"), i32(bit));
  const wide = (rows: number): Code => {
    const columns = size.columns;
    const strips = divideI32(g("runLength"), i32(columns));
    return [
      ifThen(lessI32(i32(columns - 1), g("runLength")), tile({ rows, columns, paired: false }, strips, g("runs"))),
      set(at, mulI32(strips, i32(columns * 4))),
    ];
  };
  const pairs = (rows: number): Code => [
    ifThen(
      lessI32(i32(1), g("runs")),
      tile({ rows, columns: 16, paired: true }, i32(1), divideI32(g("runs"), i32(2)), [i32(0), 2]),
    ),
    ifThen(
      andI32(g("runs"), i32(1)),
      tile({ rows, columns: 8, paired: false }, i32(1), i32(1), [subI32(g("runs"), i32(1)), 1]),
    ),
    move(at, i32(32)),
  ];
  const allRuns = [
    [set(panel, get(weights)), set(c, get(target))],
    tiles(g("outputs"), (rows) => [
      set(at, i32(0)),
      wide(rows),
      size.columns > 8 ? ifThen(has(8), pairs(rows)) : [],
      ifThen(has(4), tile({ rows, columns: 4, paired: false }, i32(1), g("runs"))),
      move(panel, mulI32(i32((rows + 1) * 4), g("taps"))),
      move(c, mulI32(i32(rows), g("planeOut"))),
    ]),
  ];
  const copy = copyRow(f);
  const spread = [
    set(element, i32(0)),
    loopWhile(
      [
        storeF32(
          addI32(get(to), mulI32(get(element), g("outColumn"))),
          loadF32(addI32(get(from), bytesOf(get(element)))),
        ),
        move(element, i32(1)),
      ],
      lessI32(get(element), get(count)),
    ),
  ];
  const placeAll = countUp(plane, i32(0), i32(1), g("outputs"), [
    set(from, addI32(g("scratch"), mulI32(get(plane), g("planeOut")))),
    set(to, addI32(g("out"), mulI32(get(plane), g("outPlane")))),
    set(count, g("columns")),
    countUp(i, i32(0), i32(1), g("rows"), [
      ifElse(equalI32(g("outColumn"), i32(4)), copy(to, from, count), spread),
      [move(from, g("scratchRow")), move(to, g("outRow"))],
    ]),
  ]);
  const each = [
    set(source, choose(g("frame"), g("frame"), g("image"))),
    ifThen(g("frame"), call(numberOf("copyFrame"), g("image"), g("frame"), ...frameSizes)),
    set(target, choose(g("scratch"), g("scratch"), g("out"))),
    allRuns,
    ifThen(g("scratch"), placeAll),
    move(parameter.image, g("imageStep")),
    move(parameter.out, g("outStep")),
    move(weights, g("panelStep")),
  ];
  f.body = [
    clearFrame(g("frame"), frameSizes),
    countUp(n, i32(0), i32(1), g("batch"), [
      set(weights, g("panels")),
      countUp(group, i32(0), i32(1), g("groups"), each),
    ]),
  ];
  return f;
};

/**
 * Parameters of correlateWeights. For each group: weight[outputs, taps] = Σ over the batch of gradient·taps, summed into `sums`
 * [taps, outputs] in the order of images and places. `turned` holds `blockRows` lines of the gradient, turned. Both have `pitch` bytes from row
 * to row, at least the outputs rounded up to four. The steps go on to the next group, `imageNext` and `gradientNext` to the next of the batch.
 */
export const WEIGHTS = [
  "image",
  "gradient",
  "weight",
  "frame",
  "table",
  "turned",
  "sums",
  "batch",
  "groups",
  "outputs",
  "taps",
  "imageStep",
  "gradientStep",
  "imageNext",
  "gradientNext",
  "rows",
  "columns",
  "frameRow",
  "blockRows",
  "pitch",
] as const;

const correlateWeights = (size: TileSize, numberOf: (name: string) => number): FunctionBuilder => {
  const f = new FunctionBuilder("correlateWeights", i32s(WEIGHTS.length + FRAME.length));
  const parameter = numbered(WEIGHTS);
  const g = (name: (typeof WEIGHTS)[number]): Code => get(parameter[name]);
  const frameSizes = FRAME.map((_, i) => get(WEIGHTS.length + i));
  const local = (): number => f.local("i32");
  const [n, group, image, gradient, source, block, blockRows, column] = Array.from({ length: 8 }, local);
  const [table, c] = [local(), local()];
  const tiles = evenTiles(f, size.rows);
  const width4 = andI32(addI32(g("outputs"), i32(3)), i32(-4));
  const strip = (width: number): Code => [
    [set(table, g("table")), set(c, addI32(g("sums"), bytesOf(get(column))))],
    tiles(g("taps"), (rows) => [
      call(
        numberOf(`weight_${rows}_${width}`),
        get(table),
        get(source),
        addI32(g("turned"), bytesOf(get(column))),
        g("pitch"),
        get(c),
        g("pitch"),
        get(blockRows),
        g("columns"),
        subI32(g("frameRow"), bytesOf(g("columns"))),
      ),
      move(table, i32(rows * 4)),
      move(c, mulI32(i32(rows), g("pitch"))),
    ]),
    move(column, i32(width)),
  ];
  const eachBlock = [
    set(blockRows, minimum(g("blockRows"), subI32(g("rows"), get(block)))),
    call(
      numberOf("turnInto"),
      addI32(get(gradient), bytesOf(mulI32(get(block), g("columns")))),
      bytesOf(mulI32(g("rows"), g("columns"))),
      g("turned"),
      g("pitch"),
      g("outputs"),
      mulI32(get(blockRows), g("columns")),
    ),
    set(column, i32(0)),
    widths(size).map((width) => whileLoop(lessI32(i32(width - 1), subI32(width4, get(column))), strip(width))),
    move(source, mulI32(get(blockRows), g("frameRow"))),
  ];
  const each = [
    set(source, choose(g("frame"), g("frame"), get(image))),
    ifThen(g("frame"), call(numberOf("copyFrame"), get(image), g("frame"), ...frameSizes)),
    set(block, i32(0)),
    loopWhile([eachBlock, move(block, g("blockRows"))], lessI32(get(block), g("rows"))),
    [move(image, g("imageNext")), move(gradient, g("gradientNext"))],
  ];
  const [output, tap, from] = [local(), local(), local()];
  const turnBack = countUp(output, i32(0), i32(1), g("outputs"), [
    set(from, addI32(g("sums"), bytesOf(get(output)))),
    countUp(tap, i32(0), i32(1), g("taps"), [
      storeF32(g("weight"), loadF32(get(from))),
      [move(parameter.weight, i32(4)), move(from, g("pitch"))],
    ]),
  ]);
  const eachGroup = [
    fillBytes(g("sums"), i32(0), mulI32(g("taps"), g("pitch"))),
    [set(image, g("image")), set(gradient, g("gradient"))],
    countUp(n, i32(0), i32(1), g("batch"), each),
    ifElse(
      equalI32(g("pitch"), bytesOf(g("outputs"))),
      [
        call(TRANSPOSE, g("sums"), g("weight"), g("taps"), g("outputs")),
        move(parameter.weight, bytesOf(mulI32(g("taps"), g("outputs")))),
      ],
      turnBack,
    ),
    [move(parameter.image, g("imageStep")), move(parameter.gradient, g("gradientStep"))],
  ];
  f.body = [clearFrame(g("frame"), frameSizes), countUp(group, i32(0), i32(1), g("groups"), eachGroup)];
  return f;
};

const TRANSPOSE = 0;
const imports: readonly Signature[] = [{ name: "transpose", parameters: i32s(4), result: null }];

/** tapTable, packTaps, correlate and correlateWeights, and what they call. */
export const convolutionModule = (fused: boolean, size: TileSize): Uint8Array<ArrayBuffer> => {
  const parts = [
    copyFrame(),
    tapTable(),
    packTaps(size),
    turnInto(),
    ...tilesOf(size).flatMap((tile) => [correlateTile(tile, fused), weightTile(tile, fused)]),
    ...pairsOf(size).map((tile) => correlateTile(tile, fused)),
  ];
  const numberOf = (name: string): number => imports.length + parts.findIndex((part) => part.name === name);
  return encodeModule([...parts, correlate(size, numberOf), correlateWeights(size, numberOf)], imports);
};
