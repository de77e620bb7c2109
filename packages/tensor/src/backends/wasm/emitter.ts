// A small WebAssembly assembler: code as arrays of bytes, functions with parameters and locals, one imported memory.

/** A piece of code. */
export type Code = readonly number[];

export type ValueType = "i32" | "f32" | "v128";

const typeCodes: Readonly<Record<ValueType, number>> = { i32: 0x7f, f32: 0x7d, v128: 0x7b };

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

const float = (value: number): number[] => [...new Uint8Array(Float32Array.of(value).buffer)];

export const get = (local: number): Code => [0x20, ...unsigned(local)];
export const set = (local: number, value: Code): Code => [...value, 0x21, ...unsigned(local)];
export const i32 = (value: number): Code => [0x41, ...signed(value)];
export const f32 = (value: number): Code => [0x43, ...float(value)];
export const addI32 = (a: Code, b: Code): Code => [...a, ...b, 0x6a];
export const subI32 = (a: Code, b: Code): Code => [...a, ...b, 0x6b];
/** a < b, unsigned */
export const lessU32 = (a: Code, b: Code): Code => [...a, ...b, 0x49];
/** Repeats the body while the condition at its end holds. */
export const loopWhile = (body: Code, condition: Code): Code => [0x03, 0x40, ...body, ...condition, 0x0d, 0x00, 0x0b];
export const ifThen = (condition: Code, body: Code): Code => [...condition, 0x04, 0x40, ...body, 0x0b];

/** A SIMD instruction by its number, its operands before it. */
const simd =
  (number: number): Instruction =>
  (...operands) => [...operands.flat(), 0xfd, ...unsigned(number)];

const memory = (number: number, align: number, address: Code, offset: number): Code => [
  ...address,
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
      | "not"
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
      | "relaxedMadd",
      Instruction
    >
  > {
  load(address: Code, offset?: number): Code;
  loadSplat32(address: Code, offset?: number): Code;
  /** One float into lane 0, zeros above. */
  loadZero32(address: Code, offset?: number): Code;
  store(address: Code, value: Code, offset?: number): Code;
  storeLane32(address: Code, value: Code, lane: number): Code;
  /** (a & mask) | (b & ~mask) */
  select(mask: Code, a: Code, b: Code): Code;
  shiftLeft(value: Code, by: number): Code;
  shiftRight(value: Code, by: number): Code;
  firstLane(value: Code): Code;
}

export const v128: VectorInstructions = {
  load: (address: Code, offset = 0): Code => memory(0, 2, address, offset),
  loadSplat32: (address: Code, offset = 0): Code => memory(9, 2, address, offset),
  loadZero32: (address: Code, offset = 0): Code => memory(92, 2, address, offset),
  store: (address: Code, value: Code, offset = 0): Code => [
    ...address,
    ...value,
    0xfd,
    ...unsigned(11),
    2,
    ...unsigned(offset),
  ],
  storeLane32: (address: Code, value: Code, lane: number): Code => [
    ...address,
    ...value,
    0xfd,
    ...unsigned(90),
    2,
    0,
    lane,
  ],
  splatF32: simd(0x13),
  splatI32: simd(0x11),
  not: simd(77),
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
  shiftLeft: (value: Code, by: number): Code => [...value, ...i32(by), 0xfd, ...unsigned(171)],
  shiftRight: (value: Code, by: number): Code => [...value, ...i32(by), 0xfd, ...unsigned(172)],
  /** a·b + c in one rounding, where the machine fuses. */
  relaxedMadd: simd(0x105),
  firstLane: (value: Code): Code => [...value, 0xfd, ...unsigned(0x1f), 0],
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

  encode(): number[] {
    const locals = [...unsigned(this.locals.length), ...this.locals.flatMap((type) => [1, typeCodes[type]])];
    const code = [...locals, ...this.body, 0x0b];
    return [...unsigned(code.length), ...code];
  }
}

const section = (id: number, entries: readonly (readonly number[])[]): number[] => {
  const content = [...unsigned(entries.length), ...entries.flat()];
  return [id, ...unsigned(content.length), ...content];
};

const text = (value: string): number[] => {
  const bytes = [...new TextEncoder().encode(value)];
  return [...unsigned(bytes.length), ...bytes];
};

/** The bytes of a module that imports "m"."m" as its memory and exports the functions by name. */
export const encodeModule = (functions: readonly FunctionBuilder[]): Uint8Array<ArrayBuffer> => {
  const types = functions.map(({ parameters, result }) => [
    0x60,
    ...unsigned(parameters.length),
    ...parameters.map((type) => typeCodes[type]),
    ...(result ? [1, typeCodes[result]] : [0]),
  ]);
  return Uint8Array.from([
    0,
    0x61,
    0x73,
    0x6d,
    1,
    0,
    0,
    0,
    ...section(1, types),
    ...section(2, [[...text("m"), ...text("m"), 2, 0, 1]]),
    ...section(
      3,
      functions.map((_, i) => unsigned(i)),
    ),
    ...section(
      7,
      functions.map(({ name }, i) => [...text(name), 0, ...unsigned(i)]),
    ),
    ...section(
      10,
      functions.map((f) => f.encode()),
    ),
  ]);
};
