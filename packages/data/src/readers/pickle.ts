// Python's pickles, as far as arrays of numbers, lists and dictionaries of protocol 2 need it (pickletools.py): nothing in them is called.
import { ByteReader } from "./byte-reader.ts";
import type { ReadOptions } from "./data-error.ts";

/** Lists and tuples are arrays, dictionaries maps, strings of bytes texts of one character (0 to 255) a byte. */
export type Pickled = null | boolean | number | string | readonly Pickled[] | Map<Pickled, Pickled> | Instance;

/** An object of a class, unmade: what it would be made of. */
export class Instance {
  /** Module and name: "numpy.dtype". */
  readonly type: string;
  readonly arguments: readonly Pickled[];
  state: Pickled = null;
  /** Entries, if it is a kind of dictionary. */
  readonly items: Map<Pickled, Pickled> = new Map();

  constructor(type: string, parts: readonly Pickled[]) {
    this.type = type;
    this.arguments = parts;
  }
}

/** Reads a pickle. */
export function readPickle(bytes: Uint8Array, { file = "pickle" }: ReadOptions = {}): Pickled {
  const machine = new Machine(new ByteReader(bytes, file));
  for (;;) {
    const start = machine.reader.offset;
    const code = String.fromCharCode(machine.reader.uint8("opcode"));
    if (code === STOP) return machine.pop();
    const operation = operations[code];
    if (!operation) throw machine.reader.error("opcode", `${JSON.stringify(code)} is not known here.`, start);
    operation(machine);
  }
}

const STOP = ".";
const LITTLE = { littleEndian: true };

/** What the opcodes do, by pickletools' names. */
const operations: Readonly<Record<string, (machine: Machine) => void>> = {
  /* PROTO */ "\x80": ({ reader }) => {
    if (reader.uint8("protocol") > 2) throw reader.error("protocol", "expected at most 2.", reader.offset - 1);
  },
  /* NONE */ N: (machine) => machine.push(null),
  /* NEWTRUE */ "\x88": (machine) => machine.push(true),
  /* NEWFALSE */ "\x89": (machine) => machine.push(false),
  /* BININT1 */ K: (machine) => machine.push(machine.reader.uint8("number")),
  /* BININT2 */ M: (machine) => machine.push(machine.reader.uint16("number", LITTLE)),
  /* BININT */ J: (machine) => machine.push(machine.reader.uint32("number", LITTLE) | 0),
  /* SHORT_BINSTRING */ U: (machine) => machine.push(textOf(machine.reader, machine.reader.uint8("length"))),
  /* BINSTRING */ T: (machine) => machine.push(textOf(machine.reader, machine.reader.uint32("length", LITTLE))),
  /* BINUNICODE */ X: (machine) =>
    machine.push(new TextDecoder().decode(machine.reader.take(machine.reader.uint32("length", LITTLE), "text"))),
  /* GLOBAL */ c: (machine) => machine.push(new Instance(`${lineOf(machine.reader)}.${lineOf(machine.reader)}`, [])),
  /* EMPTY_TUPLE */ ")": (machine) => machine.push([]),
  /* EMPTY_LIST */ "]": (machine) => machine.push([]),
  /* EMPTY_DICT */ "}": (machine) => machine.push(new Map()),
  /* MARK */ "(": (machine) => machine.mark(),
  /* TUPLE */ t: (machine) => machine.push(machine.sinceMark()),
  /* TUPLE1 */ "\x85": (machine) => machine.push(machine.last(1)),
  /* TUPLE2 */ "\x86": (machine) => machine.push(machine.last(2)),
  /* TUPLE3 */ "\x87": (machine) => machine.push(machine.last(3)),
  /* APPEND */ a: (machine) => machine.append(machine.last(1)),
  /* APPENDS */ e: (machine) => machine.append(machine.sinceMark()),
  /* SETITEM */ s: (machine) => machine.set(machine.last(2)),
  /* SETITEMS */ u: (machine) => machine.set(machine.sinceMark()),
  /* REDUCE */ R: (machine) => machine.instantiate(),
  /* NEWOBJ */ "\x81": (machine) => machine.instantiate(),
  /* BUILD */ b: (machine) => machine.build(),
  /* BINPUT */ q: (machine) => machine.remember(machine.reader.uint8("key")),
  /* LONG_BINPUT */ r: (machine) => machine.remember(machine.reader.uint32("key", LITTLE)),
  /* BINGET */ h: (machine) => machine.recall(machine.reader.uint8("key")),
  /* LONG_BINGET */ j: (machine) => machine.recall(machine.reader.uint32("key", LITTLE)),
};

const textOf = (reader: ByteReader, length: number): string =>
  Array.from(reader.take(length, "string"), (byte) => String.fromCharCode(byte)).join("");

function lineOf(reader: ByteReader): string {
  let line = "";
  for (;;) {
    const character = textOf(reader, 1);
    if (character === "\n") return line;
    line += character;
  }
}

/** The stack machine that a pickle is a program of. */
class Machine {
  readonly reader: ByteReader;
  private stack: Pickled[] = [];
  /** Stacks below each mark. */
  private readonly below: Pickled[][] = [];
  private readonly memo = new Map<number, Pickled>();

  constructor(reader: ByteReader) {
    this.reader = reader;
  }

  push(value: Pickled): void {
    this.stack.push(value);
  }

  pop(): Pickled {
    return this.last(1)[0];
  }

  /** Takes the last items off the stack. */
  last(count: number): Pickled[] {
    if (this.stack.length < count) throw this.reader.error("stack", `has ${this.stack.length} items, not ${count}.`);
    return this.stack.splice(-count);
  }

  mark(): void {
    this.below.push(this.stack);
    this.stack = [];
  }

  sinceMark(): Pickled[] {
    const items = this.stack;
    const below = this.below.pop();
    if (!below) throw this.reader.error("stack", "has no mark.");
    this.stack = below;
    return items;
  }

  append(items: readonly Pickled[]): void {
    const list = this.top();
    if (!Array.isArray(list)) throw this.reader.error("list", "is none.");
    for (const item of items) list.push(item);
  }

  set(items: readonly Pickled[]): void {
    const target = this.top();
    const entries = target instanceof Instance ? target.items : target;
    if (!(entries instanceof Map)) throw this.reader.error("dictionary", "is none.");
    for (let i = 0; i + 1 < items.length; i += 2) entries.set(items[i], items[i + 1]);
  }

  instantiate(): void {
    const [type, parts] = this.last(2);
    if (!(type instanceof Instance && Array.isArray(parts)))
      throw this.reader.error("object", "is of no class, or made of no tuple.");
    this.push(new Instance(type.type, parts));
  }

  build(): void {
    const [object, state] = this.last(2);
    if (!(object instanceof Instance)) throw this.reader.error("state", "is of no object.");
    object.state = state;
    this.push(object);
  }

  remember(key: number): void {
    this.memo.set(key, this.top());
  }

  recall(key: number): void {
    const value = this.memo.get(key);
    if (value === undefined) throw this.reader.error("memo", `has no ${key}.`);
    this.push(value);
  }

  private top(): Pickled {
    if (this.stack.length === 0) throw this.reader.error("stack", "is empty.");
    return this.stack[this.stack.length - 1];
  }
}
