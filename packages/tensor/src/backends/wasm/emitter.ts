// A small WebAssembly assembler: code as nested lists of bytes, functions with parameters and locals, one imported memory.

/** A piece of code: bytes and pieces in order. Nesting costs nothing; it is flattened once, at the end. */
export type Code = readonly (number | Code)[];

export type ValueType = "i32" | "f32" | "f64" | "v128";

const typeCodes: Readonly<Record<ValueType, number>> = { i32: 0x7f, f32: 0x7d, f64: 0x7c, v128: 0x7b };

/** Unsigned LEB128. */
const unsigned = (value: number): number[] => {
  const bytes: number[] = [];
  let rest = value >>> 0;
  do {
    const byte = rest & 0x7f;
    rest >>>= 7;
    bytes.push(rest === 0 ? byte : byte | 0x80);
  } while (rest !== 0);
  return bytes;
};

/** Signed LEB128. */
const signed = (value: number): number[] => {
  const bytes: number[] = [];
  let rest = value | 0;
  for (;;) {
    const byte = rest & 0x7f;
    rest >>= 7;
    if ((rest === 0 && (byte & 0x40) === 0) || (rest === -1 && (byte & 0x40) !== 0)) return [...bytes, byte];
    bytes.push(byte | 0x80);
  }
};

/** Signed LEB128 of a whole number of at most 53 bits. */
const signed64 = (value: number): number[] => {
  const byte = ((value % 128) + 128) % 128;
  const rest = Math.floor(value / 128);
  if ((rest === 0 && byte < 64) || (rest === -1 && byte >= 64)) return [byte];
  return [byte | 0x80, ...signed64(rest)];
};

const DROP = 0x1a;

const float = (value: number): number[] => [...new Uint8Array(Float32Array.of(value).buffer)];

export const get = (local: number): Code => [0x20, ...unsigned(local)];
export const set = (local: number, value: Code): Code => [value, 0x21, ...unsigned(local)];
export const i32 = (value: number): Code => [0x41, ...signed(value)];
export const f32 = (value: number): Code => [0x43, ...float(value)];

const instruction =
  (byte: number): Instruction =>
  (...operands) => [operands, byte];

export const addI32: Instruction = instruction(0x6a);
export const subI32: Instruction = instruction(0x6b);
export const mulI32: Instruction = instruction(0x6c);
/** Towards 0, signed. */
export const divideI32: Instruction = instruction(0x6d);
/** a mod b, unsigned */
export const remainderU32: Instruction = instruction(0x70);
export const andI32: Instruction = instruction(0x71);
export const equalI32: Instruction = instruction(0x46);
export const isZeroI32: Instruction = instruction(0x45);
/** a < b, unsigned */
export const lessU32: Instruction = instruction(0x49);
/** a < b, signed */
export const lessI32: Instruction = instruction(0x48);
export const shiftLeftI32 = (value: Code, by: number): Code => [value, i32(by), 0x74];
export const notEqualF32: Instruction = instruction(0x5c);
export const equalF32: Instruction = instruction(0x5b);
export const lessF32: Instruction = instruction(0x5d);
export const addF32: Instruction = instruction(0x92);
export const maxF32: Instruction = instruction(0x97);
export const minF32: Instruction = instruction(0x96);
export const addF64: Instruction = instruction(0xa0);
export const mulF64: Instruction = instruction(0xa2);
export const promoteF32: Instruction = instruction(0xbb);
export const demoteF64: Instruction = instruction(0xb6);
export const xorI32: Instruction = instruction(0x73);
export const shiftRightU32 = (value: Code, by: number): Code => [value, i32(by), 0x76];
/** Upper half of a·b, unsigned. */
export const mulHighU32 = (a: Code, b: Code): Code => [a, 0xad, b, 0xad, 0x7e, 0x42, 32, 0x88, 0xa7];
export const mulF32: Instruction = instruction(0x94);
/** An unsigned whole number as a float. */
export const convertU32: Instruction = instruction(0xb3);
export const orI32: Instruction = instruction(0x72);
/** a where the condition is not 0, else b */
export const choose = (condition: Code, a: Code, b: Code): Code => [a, b, condition, 0x1b];
export const loadI32 = (address: Code, offset = 0): Code => [address, 0x28, 2, ...unsigned(offset)];
export const storeI32 = (address: Code, value: Code, offset = 0): Code => [
  address,
  value,
  0x36,
  2,
  ...unsigned(offset),
];
export const loadF32 = (address: Code, offset = 0): Code => [address, 0x2a, 2, ...unsigned(offset)];
export const storeF32 = (address: Code, value: Code, offset = 0): Code => [
  address,
  value,
  0x38,
  2,
  ...unsigned(offset),
];
/** Copies bytes; the places may overlap. */
export const copyBytes = (to: Code, from: Code, bytes: Code): Code => [to, from, bytes, 0xfc, 10, 0, 0];
export const fillBytes = (at: Code, byte: Code, bytes: Code): Code => [at, byte, bytes, 0xfc, 11, 0];
/** Reads in one order with all other atomic accesses of all threads, as the following write and add. */
export const atomicLoadI32 = (address: Code): Code => [address, 0xfe, 0x10, 2, 0];
export const atomicStoreI32 = (address: Code, value: Code): Code => [address, value, 0xfe, 0x17, 2, 0];
/** Adds, and gives what was there before. */
export const atomicAddI32 = (address: Code, value: Code): Code => [address, value, 0xfe, 0x1e, 2, 0];
/** Sleeps while the word is `expected`, `nanoseconds` at most (−1: for ever). */
export const waitWhileEqual = (address: Code, expected: Code, nanoseconds: number): Code => [
  [address, expected, 0x42, ...signed64(nanoseconds)],
  [0xfe, 0x01, 2, 0, DROP],
];
/** Wakes everybody who sleeps on the word. */
export const wakeAll = (address: Code): Code => [address, i32(-1), 0xfe, 0x00, 2, 0, DROP];
export const drop: Code = [DROP];
export const trap: Code = [0x00];
export const returnNothing: Code = [0x0f];
/** Calls a function by its number; imports come first. */
export const call = (index: number, ...parameters: Code[]): Code => [parameters, 0x10, ...unsigned(index)];
export const returnValue = (value: Code): Code => [value, 0x0f];
/** Repeats the body while the condition at its end holds. */
export const loopWhile = (body: Code, condition: Code): Code => [0x03, 0x40, body, condition, 0x0d, 0x00, 0x0b];
/** condition ? body : otherwise */
export const ifElse = (condition: Code, body: Code, otherwise: Code): Code => [
  condition,
  0x04,
  0x40,
  body,
  0x05,
  otherwise,
  0x0b,
];
export const ifThen = (condition: Code, body: Code): Code => [condition, 0x04, 0x40, body, 0x0b];
/** local = start; do { body; local += step } while (local < end): the body runs at least once. */
export const countUp = (local: number, start: Code, step: Code, end: Code, body: Code): Code => [
  set(local, start),
  loopWhile([body, set(local, addI32(get(local), step))], lessU32(get(local), end)),
];

/** A SIMD instruction by its number, its operands before it. */
const simd =
  (number: number): Instruction =>
  (...operands) => [operands, 0xfd, ...unsigned(number)];

const memory = (number: number, align: number, address: Code, offset: number): Code => [
  address,
  0xfd,
  ...unsigned(number),
  align,
  ...unsigned(offset),
];

/** An instruction applied to its operands. */
export type Instruction = (...operands: Code[]) => Code;

/** Vector instructions, named by what they do and the lanes they do it to: F for four floats, I for four integers. */
export interface VectorInstructions
  extends Readonly<
    Record<
      | "splatF32"
      | "splatI32"
      | "and"
      | "andNot"
      | "or"
      | "xor"
      | "eqF"
      | "neF"
      | "ltF"
      | "leF"
      | "eqI"
      | "neI"
      | "ltI"
      | "leI"
      | "absF"
      | "negF"
      | "sqrt"
      | "addF"
      | "subF"
      | "mulF"
      | "divF"
      | "minF"
      | "maxF"
      | "ceil"
      | "floor"
      | "nearest"
      | "absI"
      | "negI"
      | "addI"
      | "subI"
      | "mulI"
      | "minI"
      | "maxI"
      | "truncate"
      | "fromI"
      /** The two low floats as doubles, and two doubles as the two low floats. */
      | "promoteLow"
      | "demote"
      | "addD"
      | "allTrueI"
      /** a < b ? b : a, and b < a ? b : a. */
      | "pmaxF"
      | "pminF"
      | "relaxedMadd",
      Instruction
    >
  > {
  load(address: Code, offset?: number): Code;
  loadSplat32(address: Code, offset?: number): Code;
  store(address: Code, value: Code, offset?: number): Code;
  storeLane32(address: Code, value: Code, lane: number, offset?: number): Code;
  /** The low or high half. */
  storeLane64(address: Code, value: Code, lane: number, offset?: number): Code;
  /** Lanes picked from a (0–3) and b (4–7). */
  shuffle32(a: Code, b: Code, lanes: readonly number[]): Code;
  lane32(value: Code, lane: number): Code;
  lane64(value: Code, lane: number): Code;
  replaceLaneI(value: Code, by: Code, lane: number): Code;
  /** (a & mask) | (b & ~mask) */
  select(mask: Code, a: Code, b: Code): Code;
  shiftLeft(value: Code, by: number): Code;
  shiftRight(value: Code, by: number): Code;
  shiftRightU(value: Code, by: number): Code;
}

export const v128: VectorInstructions = {
  load: (address: Code, offset = 0): Code => memory(0, 2, address, offset),
  loadSplat32: (address: Code, offset = 0): Code => memory(9, 2, address, offset),
  store: (address: Code, value: Code, offset = 0): Code => [
    address,
    value,
    0xfd,
    ...unsigned(11),
    2,
    ...unsigned(offset),
  ],
  storeLane32: (address: Code, value: Code, lane: number, offset = 0): Code => [
    address,
    value,
    0xfd,
    ...unsigned(90),
    2,
    ...unsigned(offset),
    lane,
  ],
  storeLane64: (address: Code, value: Code, lane: number, offset = 0): Code => [
    address,
    value,
    0xfd,
    ...unsigned(91),
    3,
    ...unsigned(offset),
    lane,
  ],
  shuffle32: (a: Code, b: Code, lanes: readonly number[]): Code => [
    a,
    b,
    0xfd,
    0x0d,
    ...lanes.flatMap((lane) => [0, 1, 2, 3].map((byte) => lane * 4 + byte)),
  ],
  promoteLow: simd(95),
  demote: simd(94),
  addD: simd(240),
  lane64: (value: Code, lane: number): Code => [value, 0xfd, ...unsigned(0x21), lane],
  replaceLaneI: (value: Code, by: Code, lane: number): Code => [value, by, 0xfd, ...unsigned(0x1c), lane],
  lane32: (value: Code, lane: number): Code => [value, 0xfd, ...unsigned(0x1f), lane],
  allTrueI: simd(163),
  splatF32: simd(0x13),
  splatI32: simd(0x11),
  and: simd(78),
  andNot: simd(79),
  or: simd(80),
  xor: simd(81),
  select: (mask: Code, a: Code, b: Code): Code => simd(82)(a, b, mask),
  eqF: simd(65),
  neF: simd(66),
  ltF: simd(67),
  leF: simd(69),
  eqI: simd(55),
  neI: simd(56),
  ltI: simd(57),
  leI: simd(61),
  absF: simd(224),
  negF: simd(225),
  sqrt: simd(227),
  addF: simd(228),
  subF: simd(229),
  mulF: simd(230),
  divF: simd(231),
  minF: simd(232),
  maxF: simd(233),
  pminF: simd(234),
  pmaxF: simd(235),
  ceil: simd(103),
  floor: simd(104),
  nearest: simd(106),
  absI: simd(160),
  negI: simd(161),
  addI: simd(174),
  subI: simd(177),
  mulI: simd(181),
  minI: simd(182),
  maxI: simd(184),
  /** Truncates; NaN gives 0, what does not fit the nearest bound. */
  truncate: simd(248),
  fromI: simd(250),
  shiftLeft: (value: Code, by: number): Code => [value, i32(by), 0xfd, ...unsigned(171)],
  shiftRight: (value: Code, by: number): Code => [value, i32(by), 0xfd, ...unsigned(172)],
  /** Zeros come in from above. */
  shiftRightU: (value: Code, by: number): Code => [value, i32(by), 0xfd, ...unsigned(173)],
  /** a·b + c in one rounding, where the machine fuses. */
  relaxedMadd: simd(0x105),
};

/** A function under construction: parameters, then locals, numbered in order. */
export class FunctionBuilder {
  readonly name: string;
  readonly parameters: readonly ValueType[];
  readonly result: ValueType | null;
  private readonly locals: ValueType[] = [];
  body: Code = [];

  constructor(name: string, parameters: readonly ValueType[], result: ValueType | null = null) {
    this.name = name;
    this.parameters = parameters;
    this.result = result;
  }

  /** Number of a new local. */
  local(type: ValueType): number {
    this.locals.push(type);
    return this.parameters.length + this.locals.length - 1;
  }

  /** The body of the function section's entry. */
  encode(): number[] {
    const locals = [...unsigned(this.locals.length), ...this.locals.flatMap((type) => [1, typeCodes[type]])];
    const code = [...locals];
    flatten(this.body, code);
    code.push(0x0b);
    return [...unsigned(code.length), ...code];
  }
}

const flatten = (code: Code, into: number[]): void => {
  for (const part of code)
    if (typeof part === "number") into.push(part);
    else flatten(part, into);
};

const section = (id: number, entries: readonly (readonly number[])[]): number[] => {
  const content = [...unsigned(entries.length), ...entries.flat()];
  return [id, ...unsigned(content.length), ...content];
};

const text = (value: string): number[] => {
  const bytes = [...new TextEncoder().encode(value)];
  return [...unsigned(bytes.length), ...bytes];
};

/** Parameters and result of a function from outside. */
export interface Signature {
  readonly name: string;
  readonly parameters: readonly ValueType[];
  readonly result: ValueType | null;
}

const encodeType = ({ parameters, result }: Signature): number[] => [
  0x60,
  ...unsigned(parameters.length),
  ...parameters.map((type) => typeCodes[type]),
  ...(result ? [1, typeCodes[result]] : [0]),
];

const MAGIC_AND_VERSION = [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0];
/** The most pages of 64 KB that a memory can have. */
export const MOST_PAGES = 65536;
const [OWN, SHARED] = [1, 3];
const IMPORTED_MEMORY = [2, OWN, 1, ...unsigned(MOST_PAGES)];

/**
 * The bytes of a module that imports "m"."m" as its memory, of at most `MOST_PAGES`, and the named functions of "f", and exports its own functions by name. Functions
 * are numbered in order, imports first.
 */
export const encodeModule = (
  functions: readonly FunctionBuilder[],
  imports: readonly Signature[] = [],
): Uint8Array<ArrayBuffer> =>
  Uint8Array.from([
    ...MAGIC_AND_VERSION,
    ...section(1, [...imports, ...functions].map(encodeType)),
    ...section(2, [
      [...text("m"), ...text("m"), ...IMPORTED_MEMORY],
      ...imports.map(({ name }, i) => [...text("f"), ...text(name), 0, ...unsigned(i)]),
    ]),
    ...section(
      3,
      functions.map((_, i) => unsigned(imports.length + i)),
    ),
    ...section(
      7,
      functions.map(({ name }, i) => [...text(name), 0, ...unsigned(imports.length + i)]),
    ),
    ...section(
      10,
      functions.map((f) => f.encode()),
    ),
  ]);

/** The same module for a memory that threads share. */
export const forSharedMemory = (bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> => {
  const memory = [...text("m"), ...text("m"), 2, OWN];
  const at = bytes.findIndex((_, i) => memory.every((byte, k) => bytes[i + k] === byte));
  return bytes.with(at + memory.length - 1, SHARED);
};
