// Sums of the rows that a loop passes over, of values that it has in registers.
import { addF64, type Code, demoteF64, f32, type FunctionBuilder, get, promoteF32, set, v128 } from "./emitter.ts";

interface Sum {
  /** Number of the value among those of the loop. */
  readonly value: number;
  readonly low: number;
  readonly high: number;
  /** The vector that ends the row, where the row does not fill it. */
  readonly last: number;
}

/**
 * Sums in the order of the kernel `sumRows`: four in float64, of every fourth element each, then their sum, then what is left over.
 */
export class RowSums {
  private readonly sums: readonly Sum[];

  constructor(f: FunctionBuilder, values: readonly { readonly value: number }[]) {
    this.sums = values.map(({ value }) => {
      const [low, high, last] = [f.local("v128"), f.local("v128"), f.local("v128")];
      return { value, low, high, last };
    });
  }

  /** The code at the start of a row. */
  start(): Code {
    const zero = v128.splatF32(f32(0));
    return this.sums.map(({ low, high }) => [set(low, zero), set(high, zero)]);
  }

  /** Adds vectors side by side, each with all values of the loop; `valid` elements of them belong to the row. */
  add(vectors: readonly (readonly Code[])[], valid: number): Code {
    return vectors.map((values, i) => this.sums.map((sum) => addVector(sum, values[sum.value], valid - i * 4)));
  }

  /** The sum of each value's row, as floats; `rest` elements were left over. */
  totals(rest: number): Code[] {
    return this.sums.map(({ low, high, last }) => {
      const lanes = v128.addD(get(low), get(high));
      const whole = addF64(v128.lane64(lanes, 0), v128.lane64(lanes, 1));
      const left = Array.from({ length: rest }, (_, lane) => promoteF32(v128.lane32(get(last), lane)));
      return demoteF64(left.reduce<Code>((sum, element) => addF64(sum, element), whole));
    });
  }
}

const addVector = ({ low, high, last }: Sum, value: Code, valid: number): Code => {
  if (valid <= 0) return [];
  if (valid < 4) return set(last, value);
  return [
    set(low, v128.addD(get(low), v128.promoteLow(value))),
    set(high, v128.addD(get(high), v128.promoteLow(v128.shuffle32(value, value, [2, 3, 2, 3])))),
  ];
};
