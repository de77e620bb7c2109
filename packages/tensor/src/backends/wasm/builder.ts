// What expressions over vectors of four are built with.
import { type Code, v128 } from "./emitter.ts";

/** What an expression is built with. */
export interface Builder {
  /** Puts an intermediate result into a local of its own. */
  keep(value: Code): Code;
  /** A number in all four lanes, loaded before the loop. */
  constant(value: number): Code;
  integer(value: number): Code;
  /** x·y + z: in one rounding where products are fused, else in two. */
  madd(x: Code, y: Code, z: Code): Code;
}

/** x without its lower twelve bits: products of two such are exact. */
export const upper = (x: Code, { keep, integer }: Builder): Code => keep(v128.and(x, integer(~0xfff)));
