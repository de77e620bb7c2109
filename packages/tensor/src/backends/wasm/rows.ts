// Kernels over rows whose every element depends on the whole row: softmax, log-softmax, standardising, and their gradients.
//
// They give the bits of their plain compositions: the same expressions, and sums in the order of `sumRows`.
import {
  addF64,
  addI32,
  andI32,
  call,
  choose,
  type Code,
  countUp,
  demoteF64,
  encodeModule,
  f32,
  fillBytes,
  FunctionBuilder,
  get,
  i32,
  ifThen,
  lessI32,
  lessU32,
  loopWhile,
  remainderU32,
  set,
  shiftLeftI32,
  subI32,
  v128,
} from "./emitter.ts";
import { expressionOf } from "./expressions.ts";
import { type Arithmetic, bitsOf, Registers } from "./registers.ts";

const VECTOR = 16;

/** Elements of an operand at the place in the row where a pass is: four of them, or one in all four lanes. */
type Load = (operand: number) => Code;

/** A function kernel(operands…, out, rows, columns, extra…) under construction. All sizes ≥ 1. */
class RowKernel {
  private readonly f: FunctionBuilder;
  private readonly registers: Registers;
  private readonly operands: number;
  /** Bytes from the start of the row, of where the pass is and of its end. */
  private readonly at: number;
  private readonly end: number;

  constructor(name: string, operands: number, extra: number, arithmetic: Arithmetic) {
    const parameters = Array.from({ length: operands + 3 + extra }, () => "i32" as const);
    this.f = new FunctionBuilder(name, parameters);
    this.operands = operands;
    this.registers = new Registers(this.f, arithmetic);
    this.at = this.f.local("i32");
    this.end = this.f.local("i32");
  }

  /** The number of the output among the operands. */
  get out(): number {
    return this.operands;
  }

  /** A parameter behind rows and columns, a float by its bits, in all lanes. */
  extra(i: number): Code {
    return this.local(v128.splatI32(get(this.operands + 3 + i)), this.registers.before);
  }

  local(value: Code, into: Code[]): Code {
    return this.registers.local(value, into);
  }

  /** value² of a value that is computed once. */
  squared(value: Code): Code {
    const local = this.f.local("v128");
    return [set(local, value), v128.mulF(get(local), get(local))];
  }

  /** The expression of a unary op. */
  unary(op: string, x: Code, into: Code[]): Code {
    const expression = expressionOf(op, ["float32"], "float32");
    if (!expression) throw new Error(`internal: no expression for ${op}.`);
    return expression([x], this.registers.builder(into));
  }

  private get bytes(): Code {
    return shiftLeftI32(get(this.operands + 2), 2);
  }

  private address(operand: number): Code {
    return addI32(get(operand), get(this.at));
  }

  private readonly vector: Load = (operand) => v128.load(this.address(operand));
  private readonly single: Load = (operand) => v128.loadSplat32(this.address(operand));

  /**
   * A round of two vectors of the output's row. V8 pairs into one of 256 bits what is loaded and stored side by side through
   * the same local, all loads before the stores.
   */
  private round(value: (load: Load, into: Code[]) => Code): Code {
    const [places, loads, body]: [Code[], Code[], Code[]] = [[], [], []];
    const known = new Map<number, number>();
    const place = (operand: number): Code => {
      let local = known.get(operand);
      if (local === undefined) {
        local = this.f.local("i32");
        known.set(operand, local);
        places.push(set(local, this.address(operand)));
      }
      return get(local);
    };
    const values = [0, VECTOR].map((offset) => {
      const load: Load = (operand) => this.local(v128.load(place(operand), offset), loads);
      return this.local(value(load, body), body);
    });
    const stores = values.map((code, i) => v128.store(place(this.out), code, i * VECTOR));
    return [places, loads, body, stores];
  }

  /** Fills the output's row, over its end: the next row writes there again, and behind the last one is padding. */
  fill(value: (load: Load, into: Code[]) => Code): Code {
    return countUp(this.at, i32(0), i32(2 * VECTOR), this.bytes, this.round(value));
  }

  /** A pass by so many bytes, from the start of the row or from somewhere, as long as they are all its own. */
  private through(step: number, body: Code, start: Code = i32(0)): Code {
    const more = lessU32(get(this.at), get(this.end));
    return [
      set(this.at, start),
      set(this.end, step === 4 ? this.bytes : andI32(this.bytes, i32(-step))),
      ifThen(more, loopWhile([body, set(this.at, addI32(get(this.at), i32(step)))], more)),
    ];
  }

  /**
   * The largest element, in all lanes; NaN counts for nothing. By two vectors: one alone would wait for itself.
   */
  largest(operand: number, into: Code[]): Code {
    const best = [this.f.local("v128"), this.f.local("v128")];
    const take = (i: number, value: Code): Code => set(best[i], v128.pmaxF(get(best[i]), value));
    const turned = (lanes: readonly number[]): Code => take(0, v128.shuffle32(get(best[0]), get(best[0]), lanes));
    const pairs = [0, 1].map((i) => take(i, v128.load(this.address(operand), i * VECTOR)));
    into.push(
      best.map((local) => set(local, this.registers.constant(bitsOf(-Infinity)))),
      this.through(2 * VECTOR, pairs),
      this.through(4, take(0, this.single(operand)), get(this.at)),
      take(0, get(best[1])),
      turned([2, 3, 0, 1]),
      turned([1, 0, 3, 2]),
    );
    return get(best[0]);
  }

  /** Sums over the row, in all lanes, in the order of `sumRows`: of every fourth element each, then of those four, then with what is left over. */
  sums(into: Code[], ...values: readonly ((load: Load) => Code)[]): Code[] {
    const zero = v128.splatF32(f32(0));
    const parts = values.map((value) => {
      const [low, high, four, sum] = Array.from({ length: 4 }, () => this.f.local("v128"));
      const total = this.f.local("f64");
      const upper = v128.shuffle32(get(four), get(four), [2, 3, 2, 3]);
      return {
        start: [set(low, zero), set(high, zero)],
        vector: [
          set(four, value(this.vector)),
          set(low, v128.addD(get(low), v128.promoteLow(get(four)))),
          set(high, v128.addD(get(high), v128.promoteLow(upper))),
        ],
        between: [
          set(low, v128.addD(get(low), get(high))),
          set(total, addF64(v128.lane64(get(low), 0), v128.lane64(get(low), 1))),
        ],
        single: set(total, addF64(get(total), v128.lane64(v128.promoteLow(value(this.single)), 0))),
        finish: set(sum, v128.splatF32(demoteF64(get(total)))),
        sum: get(sum),
      };
    });
    const all = (part: "start" | "vector" | "between" | "single" | "finish"): Code => parts.map((one) => one[part]);
    into.push(
      [all("start"), this.through(VECTOR, all("vector"))],
      [all("between"), this.through(4, all("single"), get(this.at)), all("finish")],
    );
    return parts.map(({ sum }) => sum);
  }

  /** The function, from what is done with each row. */
  finish(row: Code): FunctionBuilder {
    const rows = this.operands + 1;
    const next = Array.from({ length: this.operands + 1 }, (_, i) => set(i, addI32(get(i), this.bytes)));
    this.f.body = [this.registers.before, loopWhile([row, next, set(rows, subI32(get(rows), i32(1)))], get(rows))];
    return this.f;
  }
}

/** softmax(x, out, rows, columns) */
const softmax = (arithmetic: Arithmetic): FunctionBuilder => {
  const kernel = new RowKernel("softmax", 1, 0, arithmetic);
  const row: Code[] = [];
  const largest = kernel.largest(0, row);
  row.push(kernel.fill((load, into) => kernel.unary("exp", kernel.local(v128.subF(load(0), largest), into), into)));
  const [total] = kernel.sums(row, (load) => load(kernel.out));
  row.push(kernel.fill((load) => v128.divF(load(kernel.out), total)));
  return kernel.finish(row);
};

/**
 * causalSoftmax(x, out, rows, columns, queries, first): of matrices [queries, columns] the softmax of the first elements of each row, as many as its
 * place from the end allows, and zeros. `first`: the number of the first row. Calls `softmax` for each row.
 */
const causalSoftmax = (softmaxNumber: number): FunctionBuilder => {
  const f = new FunctionBuilder(
    "causalSoftmax",
    Array.from({ length: 6 }, () => "i32" as const),
  );
  const [x, out, rows, columns, queries, row] = [0, 1, 2, 3, 4, 5];
  const [seen, bytes] = [f.local("i32"), f.local("i32")];
  const next = (local: number, by: Code): Code => set(local, addI32(get(local), by));
  f.body = [
    set(row, remainderU32(get(row), get(queries))),
    loopWhile(
      [
        set(seen, subI32(addI32(addI32(get(row), i32(1)), get(columns)), get(queries))),
        set(seen, choose(lessI32(get(seen), i32(0)), i32(0), get(seen))),
        ifThen(get(seen), call(softmaxNumber, get(x), get(out), i32(1), get(seen))),
        set(bytes, shiftLeftI32(get(seen), 2)),
        // What the softmax wrote behind its end, too.
        fillBytes(addI32(get(out), get(bytes)), i32(0), subI32(shiftLeftI32(get(columns), 2), get(bytes))),
        [next(x, shiftLeftI32(get(columns), 2)), next(out, shiftLeftI32(get(columns), 2)), next(row, i32(1))],
        set(row, choose(lessU32(get(row), get(queries)), get(row), i32(0))),
        set(rows, subI32(get(rows), i32(1))),
      ],
      get(rows),
    ),
  ];
  return f;
};

/** softmaxGradient(g, y, out, rows, columns) */
const softmaxGradient = (arithmetic: Arithmetic): FunctionBuilder => {
  const kernel = new RowKernel("softmaxGradient", 2, 0, arithmetic);
  const row: Code[] = [];
  const [shared] = kernel.sums(row, (load) => v128.mulF(load(0), load(1)));
  row.push(kernel.fill((load) => v128.mulF(load(1), v128.subF(load(0), shared))));
  return kernel.finish(row);
};

/** logSoftmax(x, out, rows, columns) */
const logSoftmax = (arithmetic: Arithmetic): FunctionBuilder => {
  const kernel = new RowKernel("logSoftmax", 1, 0, arithmetic);
  const row: Code[] = [];
  const largest = kernel.largest(0, row);
  row.push(kernel.fill((load, into) => kernel.unary("exp", kernel.local(v128.subF(load(0), largest), into), into)));
  const [total] = kernel.sums(row, (load) => load(kernel.out));
  const logarithm = kernel.local(kernel.unary("log", total, row), row);
  row.push(kernel.fill((load) => v128.subF(v128.subF(load(0), largest), logarithm)));
  return kernel.finish(row);
};

/** logSoftmaxGradient(g, y, out, rows, columns) */
const logSoftmaxGradient = (arithmetic: Arithmetic): FunctionBuilder => {
  const kernel = new RowKernel("logSoftmaxGradient", 2, 0, arithmetic);
  const row: Code[] = [];
  const [total] = kernel.sums(row, (load) => load(0));
  row.push(
    kernel.fill((load, into) => {
      const g = load(0);
      return v128.subF(g, v128.mulF(kernel.unary("exp", load(1), into), total));
    }),
  );
  return kernel.finish(row);
};

/** Mean of operand x, and 1/√(variance + ε), in all lanes. Extra parameters: 1/columns and ε. */
const moments = (kernel: RowKernel, x: number, into: Code[]): { readonly mean: Code; readonly r: Code } => {
  const [share, epsilon] = [kernel.extra(0), kernel.extra(1)];
  const [sum] = kernel.sums(into, (load) => load(x));
  const mean = kernel.local(v128.mulF(sum, share), into);
  const [spread] = kernel.sums(into, (load) => kernel.squared(v128.subF(load(x), mean)));
  const variance = v128.addF(v128.mulF(spread, share), epsilon);
  return { mean, r: kernel.local(kernel.unary("reciprocal", v128.sqrt(variance), into), into) };
};

/** standardise(x, out, rows, columns, share, epsilon) */
const standardise = (arithmetic: Arithmetic): FunctionBuilder => {
  const kernel = new RowKernel("standardise", 1, 2, arithmetic);
  const row: Code[] = [];
  const { mean, r } = moments(kernel, 0, row);
  row.push(kernel.fill((load) => v128.mulF(v128.subF(load(0), mean), r)));
  return kernel.finish(row);
};

/** standardiseGradient(g, x, out, rows, columns, share, epsilon) */
const standardiseGradient = (arithmetic: Arithmetic): FunctionBuilder => {
  const kernel = new RowKernel("standardiseGradient", 2, 2, arithmetic);
  const row: Code[] = [];
  const { mean, r } = moments(kernel, 1, row);
  const y = (load: Load): Code => v128.mulF(v128.subF(load(1), mean), r);
  const share = kernel.extra(0);
  const [sum, dot] = kernel.sums(
    row,
    (load) => load(0),
    (load) => v128.mulF(load(0), y(load)),
  );
  const [middle, shared] = [sum, dot].map((total) => kernel.local(v128.mulF(total, share), row));
  row.push(kernel.fill((load) => v128.mulF(r, v128.subF(v128.subF(load(0), middle), v128.mulF(y(load), shared)))));
  return kernel.finish(row);
};

export const rowKernels = [
  "softmax",
  "softmaxGradient",
  "logSoftmax",
  "logSoftmaxGradient",
  "standardise",
  "standardiseGradient",
  "causalSoftmax",
] as const;

const makers = {
  softmax,
  softmaxGradient,
  logSoftmax,
  logSoftmaxGradient,
  standardise,
  standardiseGradient,
  causalSoftmax: () => causalSoftmax(rowKernels.indexOf("softmax")),
};

export const rowsModule = (arithmetic: Arithmetic): Uint8Array<ArrayBuffer> =>
  encodeModule(rowKernels.map((name) => makers[name](arithmetic)));
