// Loops over vectors of four: one elementwise op, or several fused, whose intermediate results stay in registers.
import type { DType } from "../../dtype.ts";
import { sizeOf } from "../../shape.ts";
import type { Shape } from "../../backend.ts";
import {
  addI32,
  type Code,
  countUp,
  type FunctionBuilder,
  get,
  i32,
  lessU32,
  loopWhile,
  mulI32,
  set,
  shiftLeftI32,
  storeF32,
  v128,
} from "./emitter.ts";
import type { Builder } from "./builder.ts";
import { bit, expressionOf, maskOf } from "./expressions.ts";
import { type Arithmetic, Registers } from "./registers.ts";
import { RowSums } from "./row-sums.ts";

/**
 * How a loop over rows and columns reads an operand: an element for each place, the same row for every row, one element for a whole row,
 * or one for all.
 */
export type Access = "full" | "row" | "column" | "scalar";

/** An address: what the code computes (nothing: 0) plus a fixed offset. */
export interface Place {
  readonly pointer?: Code;
  readonly offset: number;
}

export interface LoopInput extends Place {
  readonly access: Access;
}

/** Operands are numbered: the loop's inputs, then the results of its steps in order. */
export interface LoopStep {
  readonly op: string;
  readonly operands: readonly number[];
  readonly dtypes: readonly DType[];
  readonly output: DType;
}

export interface LoopBody {
  readonly inputs: readonly LoopInput[];
  readonly steps: readonly LoopStep[];
  readonly stores: readonly (Place & { readonly value: number })[];
  /** Values whose rows are summed, by loops over rows alone: row r to the place + 4r. */
  readonly sums: readonly (Place & { readonly value: number })[];
}

const VECTOR = 16;

/** How the operands of an op are read, and how long a row is where some are read by row or column. */
export interface Reading {
  readonly accesses: readonly Access[];
  readonly columns: number | null;
}

/** The result as rows and columns, leading dims and trailing ones, such that every operand is read in one way; null where there is none. */
export const readingOf = (shapes: readonly Shape[], output: Shape): Reading | null => {
  for (let split = output.length - 1; split >= 0; split--) {
    const accesses = shapes.map((shape) => accessOf(shape, output, split));
    if (!accesses.every((access) => access !== null)) continue;
    const byRow = accesses.some((access) => access === "row" || access === "column");
    return { accesses, columns: byRow ? sizeOf(output.slice(split)) : null };
  }
  return output.length === 0 ? { accesses: shapes.map(() => "full"), columns: null } : null;
};

/** How an operand is read where dims from `split` on are the columns: it may lack all rows, or all columns. */
const accessOf = (shape: Shape, output: Shape, split: number): Access | null => {
  const own = sizeOf(shape);
  if (own === sizeOf(output)) return "full";
  if (own === 1) return "scalar";
  const lead = output.length - shape.length;
  const same = (from: number, to: number): boolean =>
    output.slice(from, to).every((length, i) => (from + i < lead ? 1 : shape[from + i - lead]) === length);
  const repeated = (from: number, to: number): boolean =>
    shape.slice(Math.max(0, from - lead), Math.max(0, to - lead)).every((length) => length === 1);
  if (repeated(0, split) && same(split, output.length)) return "row";
  return same(0, split) && repeated(split, output.length) ? "column" : null;
};

/** Builds the code of one pass over vectors: loads, steps, stores. */
class LoopWriter {
  private readonly f: FunctionBuilder;
  private readonly body: LoopBody;
  private readonly registers: Registers;
  private readonly fixed: (Code | null)[];

  constructor(f: FunctionBuilder, body: LoopBody, arithmetic: Arithmetic) {
    this.f = f;
    this.body = body;
    this.registers = new Registers(f, arithmetic);
    this.fixed = body.inputs.map((input) =>
      input.access === "scalar"
        ? this.registers.local(v128.loadSplat32(input.pointer ?? i32(0), input.offset), this.before)
        : null,
    );
  }

  /** Runs once, before all loops. */
  get before(): Code[] {
    return this.registers.before;
  }

  private address({ pointer }: Place, at: Code | null): Code {
    if (!pointer) return at ?? i32(0);
    return at ? addI32(pointer, at) : pointer;
  }

  /** `count` vectors at byte offset `at` of the whole and `column` of the row; null stands for 0. */
  pass(
    count: number,
    at: Code | null,
    column: Code | null,
    columnValues: readonly (Code | null)[],
    afterSteps: (lanes: readonly (readonly Code[])[]) => Code = () => [],
  ): Code[] {
    const code: Code[] = [];
    // V8 pairs what is read and written through the same local.
    const known = new Map<Place, Code>();
    const located = (place: Place, by: Code | null): Code => {
      if (!place.pointer || !by) return this.address(place, by);
      let address = known.get(place);
      if (!address) {
        const local = this.f.local("i32");
        code.push(set(local, addI32(place.pointer, by)));
        address = get(local);
        known.set(place, address);
      }
      return address;
    };
    const lanes = Array.from({ length: count }, (_, u) =>
      this.body.inputs.map((input, i) => {
        if (input.access === "scalar") return this.fixed[i] as Code;
        if (input.access === "column") return columnValues[i] as Code;
        const from = located(input, input.access === "full" ? at : column);
        return this.registers.local(v128.load(from, input.offset + u * VECTOR), code);
      }),
    );
    const builder = this.registers.builder(code);
    const masks = lanes.map(() => new Map<number, Code>());
    for (const step of this.body.steps)
      lanes.forEach((values, u) => values.push(builder.keep(this.value(step, values, masks[u], builder))));
    code.push(afterSteps(lanes));
    // Stores side by side at the end: V8 can pair them into one of 256 bits.
    for (const store of this.body.stores)
      lanes.forEach((values, u) => {
        code.push(v128.store(located(store, at), values[store.value], store.offset + u * VECTOR));
      });
    return code;
  }

  /**
   * The result of a step. What was compared in the same pass chooses by its mask, kept by the value's number: a bool of 0 and 1 would have to be made a
   * mask again. The choice is spelled out, as V8 pairs no `select` by a mask that comes straight from a comparison (Adam: 120 and 212 µs).
   */
  private value(step: LoopStep, values: readonly Code[], masks: Map<number, Code>, builder: Builder): Code {
    const operands = step.operands.map((i) => values[i]);
    const compare = maskOf(step.op, step.dtypes);
    if (compare) {
      const mask = builder.keep(compare(operands, builder));
      masks.set(values.length, mask);
      return bit(mask, builder);
    }
    const chosen = step.op === "where" ? masks.get(step.operands[0]) : undefined;
    if (chosen) return v128.or(v128.and(operands[1], chosen), v128.andNot(operands[2], chosen));
    const expression = expressionOf(step.op, step.dtypes, step.output);
    if (!expression) throw new Error(`internal: no expression for ${step.op}.`);
    return expression(operands, builder);
  }

  /** Puts a number for the row that begins at `row`·4 bytes of a column. */
  storeInColumn(place: Place, row: Code, value: Code): Code {
    return storeF32(this.address(place, row), value, place.offset);
  }

  /** One element for the row that begins at `row`·4 bytes of each column operand. */
  columnValues(row: Code, into: Code[]): (Code | null)[] {
    return this.body.inputs.map((input) =>
      input.access === "column"
        ? this.registers.local(v128.loadSplat32(this.address(input, row), input.offset), into)
        : null,
    );
  }
}

/**
 * The code of a loop over `bytes` of each full operand, rounded up to 32: what lies behind the end of a buffer is its own padding, so that
 * no tail is needed. Full and scalar operands only. `from`: byte to begin at, a multiple of 32.
 */
export const flatLoop = (
  f: FunctionBuilder,
  body: LoopBody,
  bytes: Code | number,
  arithmetic: Arithmetic,
  from: Code = i32(0),
): Code => {
  const writer = new LoopWriter(f, body, arithmetic);
  if (typeof bytes === "number" && bytes <= VECTOR) return [writer.before, writer.pass(1, null, null, [])];
  const at = f.local("i32");
  const code = writer.pass(2, get(at), null, []);
  return [writer.before, countUp(at, from, i32(2 * VECTOR), typeof bytes === "number" ? i32(bytes) : bytes, code)];
};

/**
 * A loop over rows of columns. Rows in order: what a row writes behind its end the next one writes again, and the last one's end is
 * padding. So no output may share memory with an input, unless a row fills whole vectors. `share`: the first row and the one behind the last.
 */
export const rowLoop = (
  f: FunctionBuilder,
  body: LoopBody,
  rows: number,
  columns: number,
  arithmetic: Arithmetic,
  share?: readonly [first: Code, end: Code],
): Code => {
  const [first, end] = share ?? [i32(0), i32(rows)];
  const writer = new LoopWriter(f, body, arithmetic);
  const [at, row, column] = [f.local("i32"), f.local("i32"), f.local("i32")];
  const bytes = columns * 4;
  const inRow: Code[] = [];
  const columnValues = writer.columnValues(get(row), inRow);
  const sums = new RowSums(f, body.sums);
  const next = set(at, addI32(get(at), i32(bytes)));
  inRow.push(sums.start());
  if (bytes <= VECTOR)
    inRow.push(
      writer.pass(1, get(at), null, columnValues, (lanes) => sums.add(lanes, columns)),
      next,
    );
  else {
    const place = f.local("i32");
    const pass = (valid: number): Code =>
      writer.pass(valid <= 4 ? 1 : 2, get(place), get(column), columnValues, (lanes) => sums.add(lanes, valid));
    const advance = [
      set(place, addI32(get(place), i32(2 * VECTOR))),
      set(column, addI32(get(column), i32(2 * VECTOR))),
    ];
    // A sum must not see what lies behind the row, and a share not write there if that is another's.
    const rest = body.sums.length > 0 || share ? columns % 8 : 0;
    const inLoop = bytes - rest * 4;
    inRow.push(
      [set(place, get(at)), set(column, i32(0))],
      inLoop > 0 ? loopWhile([pass(8), advance], lessU32(get(column), i32(inLoop))) : [],
      rest > 0 ? pass(rest) : [],
      next,
    );
  }
  inRow.push(sums.totals(columns % 4).map((total, i) => writer.storeInColumn(body.sums[i], get(row), total)));
  const start = set(at, mulI32(first, i32(bytes)));
  return [writer.before, start, countUp(row, shiftLeftI32(first, 2), i32(4), shiftLeftI32(end, 2), inRow)];
};
