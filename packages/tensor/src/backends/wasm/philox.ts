// Uniform numbers in WebAssembly: Philox 4×32-10, the same bits as the reference.
import {
  addI32,
  type Code,
  convertU32,
  encodeModule,
  f32,
  FunctionBuilder,
  get,
  i32,
  ifThen,
  lessU32,
  loadI32,
  loopWhile,
  mulF32,
  mulHighU32,
  mulI32,
  set,
  shiftLeftI32,
  shiftRightU32,
  storeF32,
  xorI32,
} from "./emitter.ts";

const MULTIPLIERS = [0xd2511f53, 0xcd9e8d57] as const;
const WEYL = [0x9e3779b9, 0xbb67ae85] as const;
const ROUNDS = 10;

/** randomUniform(state, out, count): state is the key's two words and the number of the draw; block i of the draw has the counter (i, draw, 0, 0). */
const randomUniform = (): FunctionBuilder => {
  const f = new FunctionBuilder("randomUniform", ["i32", "i32", "i32"]);
  const [state, out, count] = [0, 1, 2];
  const local = (): number => f.local("i32");
  const [index, end, key0, key1] = [local(), local(), local(), local()];
  const words = [local(), local(), local(), local()];
  const [a, b, c, d] = words;
  const [high0, high1] = [local(), local()];
  const round = (k: number): Code => [
    set(high0, mulHighU32(i32(MULTIPLIERS[0]), get(a))),
    set(high1, mulHighU32(i32(MULTIPLIERS[1]), get(c))),
    set(a, mulI32(i32(MULTIPLIERS[0]), get(a))), // the low half, until it becomes d
    set(c, mulI32(i32(MULTIPLIERS[1]), get(c))), // the low half, until it becomes b
    set(high1, xorI32(xorI32(get(high1), get(b)), addI32(get(key0), i32(Math.imul(k, WEYL[0]))))),
    set(high0, xorI32(xorI32(get(high0), get(d)), addI32(get(key1), i32(Math.imul(k, WEYL[1]))))),
    [set(b, get(c)), set(d, get(a))],
    [set(a, get(high1)), set(c, get(high0))],
  ];
  const unit = (word: number): Code => mulF32(convertU32(shiftRightU32(get(word), 8)), f32(2 ** -24));
  const store = words.map((word, k) => {
    const one = storeF32(get(out), unit(word), k * 4);
    return k === 0 ? one : ifThen(lessU32(addI32(get(out), i32(k * 4)), get(end)), one);
  });
  f.body = [
    set(key0, loadI32(get(state), 0)),
    set(key1, loadI32(get(state), 4)),
    set(end, addI32(get(out), shiftLeftI32(get(count), 2))),
    loopWhile(
      [
        [set(a, get(index)), set(b, loadI32(get(state), 8)), set(c, i32(0)), set(d, i32(0))],
        Array.from({ length: ROUNDS }, (_, k) => round(k)),
        store,
        set(out, addI32(get(out), i32(16))),
        set(index, addI32(get(index), i32(1))),
      ],
      lessU32(get(out), get(end)),
    ),
  ];
  return f;
};

export const philoxModule = (): Uint8Array<ArrayBuffer> => encodeModule([randomUniform()]);
