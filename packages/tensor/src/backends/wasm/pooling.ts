// Where the largest element of each window of an image is.
import {
  addI32,
  andI32,
  type Code,
  choose,
  countUp,
  divideI32,
  encodeModule,
  equalI32,
  FunctionBuilder,
  get,
  i32,
  ifElse,
  lessI32,
  mulI32,
  set,
  subI32,
  v128,
} from "./emitter.ts";
import { bytesOf, i32s, maximum, minimum, move, numbered, whileLoop } from "./kernel.ts";
import type { Recipe } from "./library.ts";

const PARAMETERS = [
  "x",
  "out",
  "planes",
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

/**
 * argmaxPool2d(x, out, planes, …): place in its plane of each window's first largest element; NaN is the largest, padding never counts.
 * Four windows at a time where they lie side by side within the width and their taps come in whole vectors (strides 1 and 2).
 */
const argmaxPool = (): FunctionBuilder => {
  const f = new FunctionBuilder("argmaxPool2d", i32s(PARAMETERS.length));
  const parameter = numbered(PARAMETERS);
  const g = (name: (typeof PARAMETERS)[number]): Code => get(parameter[name]);
  const { x, out } = parameter;
  const local = (): number => f.local("i32");
  const [plane, i, j, p, q, top, left, firstTap, lastTap, firstColumn, lastColumn, row, at] = Array.from(
    { length: 13 },
    local,
  );
  const [inner, safe, stride2] = [local(), local(), local()];
  const [value, largest, place, best, better] = Array.from({ length: 5 }, () => f.local("v128"));

  /** The taps t in [first, last) for which start + t·dilation lies in [0, length). */
  const clipped = (first: number, last: number, start: Code, length: Code, taps: Code, dilation: Code): Code => [
    set(first, divideI32(subI32(subI32(dilation, start), i32(1)), dilation)),
    set(first, choose(lessI32(start, i32(0)), get(first), i32(0))),
    set(last, addI32(divideI32(subI32(subI32(length, i32(1)), start), dilation), i32(1))),
    set(last, maximum(get(first), minimum(get(last), taps))),
  ];
  /** Compares one tap with the best so far: larger, or NaN where the best is none. */
  const compare = (loaded: Code, places: Code): Code => [
    set(value, loaded),
    set(
      better,
      v128.or(
        v128.ltF(get(largest), get(value)),
        v128.and(v128.neF(get(value), get(value)), v128.eqF(get(largest), get(largest))),
      ),
    ),
    set(best, v128.select(get(better), places, get(best))),
    set(largest, v128.select(get(better), get(value), get(largest))),
  ];
  /** All taps of the windows at `left`, from the first on, which is the best at the start. */
  const scan = (load: (address: Code) => Code, start: Code): Code => [
    set(row, mulI32(addI32(get(top), mulI32(get(firstTap), g("dilationRows"))), g("width"))),
    set(at, addI32(get(row), addI32(get(left), mulI32(get(firstColumn), g("dilationColumns"))))),
    set(largest, load(addI32(get(x), bytesOf(get(at))))),
    set(best, v128.addI(v128.splatI32(get(at)), start)),
    countUp(p, get(firstTap), i32(1), get(lastTap), [
      set(at, addI32(get(row), addI32(get(left), mulI32(get(firstColumn), g("dilationColumns"))))),
      set(place, v128.addI(v128.splatI32(get(at)), start)),
      countUp(q, get(firstColumn), i32(1), get(lastColumn), [
        compare(load(addI32(get(x), bytesOf(get(at)))), get(place)),
        move(at, g("dilationColumns")),
        set(place, v128.addI(get(place), v128.splatI32(g("dilationColumns")))),
      ]),
      move(row, mulI32(g("dilationRows"), g("width"))),
    ]),
  ];
  const even = (address: Code): Code => v128.shuffle32(v128.load(address), v128.load(address, 12), [0, 2, 5, 7]);
  const ramp = f.local("v128");
  /** 0, 1, 2, 3 times the stride, by lanes. */
  const setRamp = [
    set(ramp, v128.splatI32(i32(0))),
    [1, 2, 3].map((lane) => set(ramp, v128.replaceLaneI(get(ramp), mulI32(i32(lane), g("strideColumns")), lane))),
  ];
  const four = (load: (address: Code) => Code): Code => [
    [set(firstColumn, i32(0)), set(lastColumn, g("kernelColumns"))],
    scan(load, get(ramp)),
    v128.store(get(out), get(best)),
    move(out, i32(16)),
    move(j, i32(4)),
  ];
  const one = [
    clipped(firstColumn, lastColumn, get(left), g("width"), g("kernelColumns"), g("dilationColumns")),
    scan((address) => v128.loadSplat32(address), v128.splatI32(i32(0))),
    v128.storeLane32(get(out), get(best), 0),
    move(out, i32(4)),
    move(j, i32(1)),
  ];
  const setLeft = set(left, subI32(mulI32(get(j), g("strideColumns")), g("paddingColumns")));
  /** Four windows from j on, none of which reaches over either side. */
  const together = andI32(
    get(inner),
    andI32(
      lessI32(i32(-1), get(left)),
      andI32(lessI32(get(left), get(safe)), lessI32(addI32(get(j), i32(3)), g("columns"))),
    ),
  );
  const window = [
    setLeft,
    ifElse(
      together,
      [
        ifElse(
          get(stride2),
          four(even),
          four((address) => v128.load(address)),
        ),
      ],
      one,
    ),
  ];
  const line = [
    set(top, subI32(mulI32(get(i), g("strideRows")), g("paddingRows"))),
    clipped(firstTap, lastTap, get(top), g("height"), g("kernelRows"), g("dilationRows")),
    set(j, i32(0)),
    whileLoop(lessI32(get(j), g("columns")), window),
  ];
  const stride = (by: number): Code => equalI32(g("strideColumns"), i32(by));
  f.body = [
    setRamp,
    set(stride2, stride(2)),
    set(inner, choose(get(stride2), i32(1), stride(1))),
    // The last of four windows ends within the width.
    set(
      safe,
      subI32(
        g("width"),
        addI32(mulI32(i32(3), g("strideColumns")), mulI32(subI32(g("kernelColumns"), i32(1)), g("dilationColumns"))),
      ),
    ),
    countUp(plane, i32(0), i32(1), g("planes"), [
      countUp(i, i32(0), i32(1), g("rows"), line),
      move(x, bytesOf(mulI32(g("height"), g("width")))),
    ]),
  ];
  return f;
};

type Pair = readonly [number, number];

export const poolingModule = (): Uint8Array<ArrayBuffer> => encodeModule([argmaxPool()]);

/** Recipes of the ops of this file. */
export const poolings: Readonly<Record<string, Recipe>> = {
  argmaxPool2d: (attributes, [x], output) => {
    if (x.dtype !== "float32") return null;
    const [batch, channels, height, width] = x.shape;
    const [, , rows, columns] = output.shape;
    const windows = ["stride", "padding", "dilation"].flatMap((name) => attributes[name] as readonly number[]);
    const sizes = [batch * channels, height, width, ...(attributes.kernel as unknown as Pair), rows, columns];
    return [{ kernel: "argmaxPool2d", parameters: [x.pointer, output.pointer, ...sizes, ...windows] }];
  },
};
