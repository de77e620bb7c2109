// What a convolution prepares: images in frames, tables of taps, weights in panels.
//
// An image is copied into a frame that holds its padding too, once for each phase of the stride, so that neighbouring outputs read
// neighbouring elements: output t meets tap k at frame[table[k] + t].
import {
  addI32,
  type Code,
  choose,
  countUp,
  divideI32,
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
  storeF32,
  storeI32,
  subI32,
  v128,
} from "./emitter.ts";
import { bytesOf, i32s, maximum, minimum, move, numbered, product, whileLoop } from "./kernel.ts";
import { evenTiles } from "./convolution-tiles.ts";
import type { TileSize } from "./matmul.ts";

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
export const copyRow = (f: FunctionBuilder): ((to: number, from: number, count: number) => Code) => {
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
export const clearFrame = (frame: Code, sizes: readonly Code[]): Code => {
  const size = (name: (typeof FRAME)[number]): Code => sizes[FRAME.indexOf(name)];
  const elements = product(size("channels"), size("phaseRows"), size("phaseColumns"), size("rows"), size("columns"));
  return ifThen(frame, fillBytes(frame, i32(0), bytesOf(elements)));
};

/** copyFrame(image, frame, …FRAME): what of the image each plane of the frame holds; the rest of the frame stays as it is, zero. */
export const copyFrame = (): FunctionBuilder => {
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

export const tapTable = (): FunctionBuilder => {
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

export const packTaps = (size: TileSize): FunctionBuilder => {
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
