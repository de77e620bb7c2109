// Vectors that a function keeps in locals: intermediate results, and constants that are loaded once, before its loops.
import { type Code, type FunctionBuilder, get, i32, set, v128 } from "./emitter.ts";
import type { Builder } from "./builder.ts";

/** Where code finds constants: the address of a word in memory. */
export interface Constants {
  addressOf(bits: number): number;
}

/** What code computes with. */
export interface Arithmetic {
  readonly constants: Constants;
  /** Whether x·y + z is rounded once. */
  readonly fused: boolean;
}

export const bitsOf = (value: number): number => new Int32Array(Float32Array.of(value).buffer)[0];

export class Registers {
  /** Runs once, before all loops. */
  readonly before: Code[] = [];
  private readonly hoisted = new Map<number, Code>();
  private readonly f: FunctionBuilder;
  private readonly arithmetic: Arithmetic;

  constructor(f: FunctionBuilder, arithmetic: Arithmetic) {
    this.f = f;
    this.arithmetic = arithmetic;
  }

  local(value: Code, into: Code[]): Code {
    const local = this.f.local("v128");
    into.push(set(local, value));
    return get(local);
  }

  /** A constant comes from memory: what V8 knows to be constant it builds anew in every round. */
  constant(bits: number): Code {
    let code = this.hoisted.get(bits);
    if (!code) {
      code = this.local(v128.loadSplat32(i32(0), this.arithmetic.constants.addressOf(bits)), this.before);
      this.hoisted.set(bits, code);
    }
    return code;
  }

  /** For expressions whose intermediate results are computed by `into`. */
  builder(into: Code[]): Builder {
    return {
      keep: (value) => this.local(value, into),
      constant: (value) => this.constant(bitsOf(value)),
      integer: (value) => this.constant(value | 0),
      madd: this.arithmetic.fused ? v128.relaxedMadd : (x, y, z) => v128.addF(v128.mulF(x, y), z),
    };
  }
}
