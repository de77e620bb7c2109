// The kernels of convolution: tiles that read the frame of each image through a table of taps, without laying patches out.
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
  loadF32,
  loopWhile,
  mulI32,
  set,
  type Signature,
  storeF32,
  subI32,
} from "./emitter.ts";
import { bytesOf, i32s, minimum, move, numbered, whileLoop } from "./kernel.ts";
import { clearFrame, copyFrame, copyRow, FRAME, packTaps, tapTable } from "./convolution-frames.ts";
import {
  correlateTile,
  evenTiles,
  nameOf,
  pairsOf,
  type Tile,
  tilesOf,
  weightRows,
  weightTilesOf,
  weightTile,
  widths,
} from "./convolution-tiles.ts";
import type { TileSize } from "./matmul.ts";
import { turnInto } from "./turn.ts";

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
 * to row, at least the outputs rounded up to four. `taps` may be a part of `allTaps`, which every output has. The steps go on to the next group,
 * `imageNext` and `gradientNext` to the next of the batch.
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
  "allTaps",
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
  const width4 = andI32(addI32(g("outputs"), i32(3)), i32(-4));
  const strip = (width: number): Code => [
    [set(table, g("table")), set(c, addI32(g("sums"), bytesOf(get(column))))],
    evenTiles(f, weightRows(size, width))(g("taps"), (rows) => [
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
    move(parameter.weight, bytesOf(subI32(g("allTaps"), g("taps")))),
  ]);
  const eachGroup = [
    fillBytes(g("sums"), i32(0), mulI32(g("taps"), g("pitch"))),
    [set(image, g("image")), set(gradient, g("gradient"))],
    countUp(n, i32(0), i32(1), g("batch"), each),
    ifElse(
      equalI32(g("pitch"), bytesOf(g("outputs"))),
      [
        call(TURN_ROWS, g("sums"), g("weight"), g("taps"), g("outputs"), g("allTaps")),
        move(parameter.weight, bytesOf(mulI32(g("allTaps"), g("outputs")))),
      ],
      turnBack,
    ),
    [move(parameter.image, g("imageStep")), move(parameter.gradient, g("gradientStep"))],
  ];
  f.body = [clearFrame(g("frame"), frameSizes), countUp(group, i32(0), i32(1), g("groups"), eachGroup)];
  return f;
};

const TURN_ROWS = 0;
const imports: readonly Signature[] = [{ name: "turnRows", parameters: i32s(5), result: null }];

/** tapTable, packTaps, correlate and correlateWeights, and what they call. */
export const convolutionModule = (fused: boolean, size: TileSize): Uint8Array<ArrayBuffer> => {
  const parts = [
    copyFrame(),
    tapTable(),
    packTaps(size),
    turnInto(),
    ...weightTilesOf(size).map((tile) => weightTile(tile, fused)),
    ...tilesOf(size).map((tile) => correlateTile(tile, fused)),
    ...pairsOf(size).map((tile) => correlateTile(tile, fused)),
  ];
  const numberOf = (name: string): number => imports.length + parts.findIndex((part) => part.name === name);
  return encodeModule([...parts, correlate(size, numberOf), correlateWeights(size, numberOf)], imports);
};
