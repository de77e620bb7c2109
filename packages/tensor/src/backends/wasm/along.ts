// Kernels along one dim of [outer, length, inner]: picking and adding slices by index, running sums and products, sorting.
import type { Attributes, Spec } from "../../backend.ts";
import { sizeOf } from "../../shape.ts";
import {
  addF32,
  addF64,
  addI32,
  andI32,
  type Code,
  choose,
  copyBytes,
  countUp,
  demoteF64,
  encodeModule,
  equalF32,
  fillBytes,
  type FunctionBuilder,
  get,
  i32,
  ifElse,
  ifThen,
  lessF32,
  lessI32,
  lessU32,
  loadF32,
  loadI32,
  loopWhile,
  mulF64,
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
} from "./emitter.ts";
import { bytesOf, kernel, move } from "./kernel.ts";
import type { Recipe } from "./library.ts";

const down = (local: number): Code => set(local, subI32(get(local), i32(1)));
/** The body so many times; at least once. The counter is used up. */
const times = (counter: number, body: Code): Code => loopWhile([body, down(counter)], get(counter));

/** An index limited to [0, length). */
const clamped = (index: number, length: number): Code => [
  set(index, choose(lessI32(get(index), i32(0)), i32(0), get(index))),
  set(index, choose(lessI32(get(index), get(length)), get(index), subI32(get(length), i32(1)))),
];

/** takeAlong(x, index, out, outer, count, length, inner): out[o, j, i] = x[o, index[j], i]. */
const takeAlong = (): FunctionBuilder =>
  kernel("takeAlong", 7, (local, x, index, out, outer, count, length, inner) => {
    const [picked, at, left] = [local("i32"), local("i32"), local("i32")];
    return times(outer, [
      [set(at, get(index)), set(left, get(count))],
      times(left, [
        set(picked, loadI32(get(at))),
        clamped(picked, length),
        copyBytes(get(out), addI32(get(x), mulI32(get(picked), bytesOf(get(inner)))), bytesOf(get(inner))),
        [move(out, bytesOf(get(inner))), move(at, i32(4))],
      ]),
      move(x, mulI32(get(length), bytesOf(get(inner)))),
    ]);
  });

/** takeAddAlong(index, values, out, outer, count, length, inner): out[o, index[j], i] += values[o, j, i], from zeros, in the order of j. */
const takeAddAlong = (): FunctionBuilder =>
  kernel("takeAddAlong", 7, (local, index, values, out, outer, count, length, inner) => {
    const [picked, at, left, end, vectors] = Array.from({ length: 5 }, () => local("i32"));
    const add = [
      [
        set(end, addI32(get(values), bytesOf(get(inner)))),
        set(vectors, addI32(get(values), andI32(bytesOf(get(inner)), i32(-16)))),
      ],
      ifThen(
        lessU32(get(values), get(vectors)),
        loopWhile(
          [
            v128.store(get(picked), v128.addF(v128.load(get(picked)), v128.load(get(values)))),
            [move(picked, i32(16)), move(values, i32(16))],
          ],
          lessU32(get(values), get(vectors)),
        ),
      ),
      ifThen(
        lessU32(get(values), get(end)),
        loopWhile(
          [
            storeF32(get(picked), addF32(loadF32(get(picked)), loadF32(get(values)))),
            [move(picked, i32(4)), move(values, i32(4))],
          ],
          lessU32(get(values), get(end)),
        ),
      ),
    ];
    return [
      fillBytes(get(out), i32(0), mulI32(mulI32(get(outer), get(length)), bytesOf(get(inner)))),
      times(outer, [
        [set(at, get(index)), set(left, get(count))],
        times(left, [
          set(picked, loadI32(get(at))),
          clamped(picked, length),
          set(picked, addI32(get(out), mulI32(get(picked), bytesOf(get(inner))))),
          add,
          move(at, i32(4)),
        ]),
        move(out, mulI32(get(length), bytesOf(get(inner)))),
      ]),
    ];
  });

/** gatherAlong(x, index, out, outer, count, length, inner): out[o, j, i] = x[o, index[o, j, i], i]. */
const gatherAlong = (): FunctionBuilder =>
  kernel("gatherAlong", 7, (local, x, index, out, outer, count, length, inner) => {
    const [picked, left, column] = [local("i32"), local("i32"), local("i32")];
    const one = [
      set(picked, loadI32(get(index))),
      clamped(picked, length),
      storeF32(
        get(out),
        loadF32(addI32(get(x), shiftLeftI32(addI32(mulI32(get(picked), get(inner)), get(column)), 2))),
      ),
      [move(index, i32(4)), move(out, i32(4))],
    ];
    return times(outer, [
      set(left, get(count)),
      times(left, countUp(column, i32(0), i32(1), get(inner), one)),
      move(x, mulI32(get(length), bytesOf(get(inner)))),
    ]);
  });

/** scatterAddAlong(index, values, out, outer, count, length, inner): out[o, index[o, j, i], i] += values[o, j, i], from zeros, in order. */
const scatterAddAlong = (): FunctionBuilder =>
  kernel("scatterAddAlong", 7, (local, index, values, out, outer, count, length, inner) => {
    const [picked, left, column] = [local("i32"), local("i32"), local("i32")];
    const one = [
      set(picked, loadI32(get(index))),
      clamped(picked, length),
      set(picked, addI32(get(out), shiftLeftI32(addI32(mulI32(get(picked), get(inner)), get(column)), 2))),
      storeF32(get(picked), addF32(loadF32(get(picked)), loadF32(get(values)))),
      [move(index, i32(4)), move(values, i32(4))],
    ];
    return [
      fillBytes(get(out), i32(0), mulI32(mulI32(get(outer), get(length)), bytesOf(get(inner)))),
      times(outer, [
        set(left, get(count)),
        times(left, countUp(column, i32(0), i32(1), get(inner), one)),
        move(out, mulI32(get(length), bytesOf(get(inner)))),
      ]),
    ];
  });

/** cumsum(x, out, outer, length, inner): out[o, l, i] = Σ_{k ≤ l} x[o, k, i], in float64; each rounded. cumprod alike. */
const cumulative = (name: "cumsum" | "cumprod"): FunctionBuilder =>
  kernel(name, 5, (local, x, out, outer, length, inner) => {
    const [column, left, offset, total] = [local("i32"), local("i32"), local("i32"), local("f64")];
    const value = promoteF32(loadF32(addI32(get(x), get(offset))));
    const store = storeF32(addI32(get(out), get(offset)), demoteF64(get(total)));
    const next = name === "cumsum" ? addF64(get(total), value) : mulF64(get(total), value);
    const block = mulI32(get(length), bytesOf(get(inner)));
    const along = [
      [set(offset, shiftLeftI32(get(column), 2)), set(total, value), store],
      set(left, subI32(get(length), i32(1))),
      ifThen(get(left), times(left, [move(offset, bytesOf(get(inner))), set(total, next), store])),
    ];
    return times(outer, [countUp(column, i32(0), i32(1), get(inner), along), [move(x, block), move(out, block)]]);
  });

/**
 * argsort(x, out, outer, length, inner, descending, scratch): the places of the elements of each column in their order, by merging runs of 1, 2, 4, …
 * Of equals the earlier comes first, NaN counts as the largest. scratch: two lists of `length` places.
 */
const argsort = (): FunctionBuilder =>
  kernel("argsort", 7, (local, x, out, outer, length, inner, descending, scratch) => {
    const [column, from, to, run, start, middle, end, left, right, at, place] = Array.from({ length: 11 }, () =>
      local("i32"),
    );
    const [a, b] = [local("f32"), local("f32")];
    const least = (value: Code): Code => choose(lessU32(value, get(length)), value, get(length));
    const placeAt = (list: number, i: number): Code => loadI32(addI32(get(list), shiftLeftI32(get(i), 2)));
    const key = (list: number, i: number): Code =>
      loadF32(addI32(get(x), shiftLeftI32(addI32(mulI32(placeAt(list, i), get(inner)), get(column)), 2)));
    const isNaN = (value: number): Code => notEqualF32(get(value), get(value));
    const isNumber = (value: number): Code => equalF32(get(value), get(value));
    const after = (p: number, q: number): Code => orI32(lessF32(get(q), get(p)), andI32(isNaN(p), isNumber(q)));
    const take = (side: number): Code => [set(place, placeAt(from, side)), set(side, addI32(get(side), i32(1)))];
    const rightFirst = [
      set(a, key(from, left)),
      set(b, key(from, right)),
      ifElse(choose(get(descending), after(b, a), after(a, b)), take(right), take(left)),
    ];
    const merge = [
      [set(left, get(start)), set(middle, least(addI32(get(start), get(run))))],
      [set(right, get(middle)), set(end, least(addI32(get(middle), get(run))))],
      countUp(at, get(start), i32(1), get(end), [
        ifElse(
          lessU32(get(left), get(middle)),
          ifElse(lessU32(get(right), get(end)), rightFirst, take(left)),
          take(right),
        ),
        storeI32(addI32(get(to), shiftLeftI32(get(at), 2)), get(place)),
      ]),
    ];
    const round = [
      countUp(start, i32(0), shiftLeftI32(get(run), 1), get(length), merge),
      [set(at, get(from)), set(from, get(to)), set(to, get(at))],
      set(run, shiftLeftI32(get(run), 1)),
    ];
    const columnOut = addI32(get(out), shiftLeftI32(addI32(mulI32(get(at), get(inner)), get(column)), 2));
    const sorted = [
      [set(from, get(scratch)), set(to, addI32(get(scratch), bytesOf(get(length)))), set(run, i32(1))],
      countUp(at, i32(0), i32(1), get(length), storeI32(addI32(get(from), shiftLeftI32(get(at), 2)), get(at))),
      ifThen(lessU32(get(run), get(length)), loopWhile(round, lessU32(get(run), get(length)))),
      countUp(at, i32(0), i32(1), get(length), storeI32(columnOut, placeAt(from, at))),
    ];
    const block = mulI32(get(length), bytesOf(get(inner)));
    return times(outer, [countUp(column, i32(0), i32(1), get(inner), sorted), [move(x, block), move(out, block)]]);
  });

export const alongKernels = [
  "takeAlong",
  "takeAddAlong",
  "gatherAlong",
  "scatterAddAlong",
  "cumsum",
  "cumprod",
  "argsort",
] as const;

export const alongModule = (): Uint8Array<ArrayBuffer> =>
  encodeModule([
    takeAlong(),
    takeAddAlong(),
    gatherAlong(),
    scatterAddAlong(),
    cumulative("cumsum"),
    cumulative("cumprod"),
    argsort(),
  ]);

const around = (shape: readonly number[], dim: number): [outer: number, length: number, inner: number] => [
  sizeOf(shape.slice(0, dim)),
  shape[dim],
  sizeOf(shape.slice(dim + 1)),
];

/** Whether an index has a tensor's lengths in all other dims. */
const coversOthers = (index: readonly number[], shape: readonly number[], dim: number): boolean =>
  index.every((length, i) => i === dim || length === shape[i]);

/** Bytes of scratch memory for sorting. */
export const alongScratch = (op: string, attributes: Attributes, [x]: readonly Spec[]): number =>
  op === "argsort" ? 8 * x.shape[attributes.dim as number] : 0;

export const along: Readonly<Record<string, Recipe>> = {
  take: ({ dim }, [x, index], output) => {
    const [outer, length, inner] = around(x.shape, dim as number);
    const parameters = [x.pointer, index.pointer, output.pointer, outer, sizeOf(index.shape), length, inner];
    return [{ kernel: "takeAlong", parameters }];
  },
  takeAdd: ({ dim }, [index, values], output) => {
    if (values.dtype !== "float32") return null;
    const [outer, length, inner] = around(output.shape, dim as number);
    const parameters = [index.pointer, values.pointer, output.pointer, outer, sizeOf(index.shape), length, inner];
    return [{ kernel: "takeAddAlong", parameters }];
  },
  gather: ({ dim }, [x, index], output) => {
    const at = dim as number;
    if (!coversOthers(index.shape, x.shape, at)) return null;
    const [outer, length, inner] = around(x.shape, at);
    const parameters = [x.pointer, index.pointer, output.pointer, outer, index.shape[at], length, inner];
    return [{ kernel: "gatherAlong", parameters }];
  },
  scatterAdd: ({ dim }, [index, values], output) => {
    const at = dim as number;
    if (values.dtype !== "float32" || !coversOthers(index.shape, output.shape, at)) return null;
    const [outer, length, inner] = around(output.shape, at);
    const parameters = [index.pointer, values.pointer, output.pointer, outer, index.shape[at], length, inner];
    return [{ kernel: "scatterAddAlong", parameters }];
  },
  cumsum: ({ dim }, [x], output) =>
    x.dtype === "float32"
      ? [{ kernel: "cumsum", parameters: [x.pointer, output.pointer, ...around(x.shape, dim as number)] }]
      : null,
  cumprod: ({ dim }, [x], output) =>
    x.dtype === "float32"
      ? [{ kernel: "cumprod", parameters: [x.pointer, output.pointer, ...around(x.shape, dim as number)] }]
      : null,
  argsort: ({ dim, descending }, [x], output, scratch) => {
    if (x.dtype !== "float32") return null;
    const parameters = [x.pointer, output.pointer, ...around(x.shape, dim as number), Number(descending), scratch];
    return [{ kernel: "argsort", parameters }];
  },
};
