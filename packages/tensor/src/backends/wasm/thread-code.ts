// The code of every thread of a plan: each does its parts in order, and all meet where one needs what another has done.
import type { Code } from "./emitter.ts";

/** Bytes from … to, the latter not included. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/** Memory that something reads and writes. */
export interface Touches {
  readonly reads: readonly Span[];
  readonly writes: readonly Span[];
}

/** One thing that a plan does, and all that it touches. */
export interface Instruction extends Touches {
  /** All of it, for one thread. */
  readonly whole: Code;
  /** What each thread does of it, nothing where there is null; null: the first thread does all. */
  readonly parts: readonly (Code | null)[] | null;
  /** What the part of each thread touches; where it is not there, all of it. */
  readonly own?: readonly Touches[] | undefined;
}

const NOTHING: Touches = { reads: [], writes: [] };

const touchesOf = (instruction: Instruction, thread: number): Touches => {
  const { parts, own } = instruction;
  if (!parts) return thread === 0 ? instruction : NOTHING;
  return parts[thread] ? (own?.[thread] ?? instruction) : NOTHING;
};

const meet = (a: readonly Span[], b: readonly Span[]): boolean =>
  a.some((x) => b.some((y) => x.from < y.to && y.from < x.to));

const conflict = (a: Touches, b: Touches): boolean =>
  meet(a.writes, b.reads) || meet(a.writes, b.writes) || meet(a.reads, b.writes);

/** Whether the second must not begin on some thread before the first has ended on another; each thread keeps the order by itself. */
const follows = (first: readonly Touches[], second: readonly Touches[]): boolean =>
  first.some((a, thread) => a !== NOTHING && second.some((b, other) => other !== thread && conflict(a, b)));

/** For each thread its code; `barrier` is what all do where they meet. */
export const codeOfThreads = (instructions: readonly Instruction[], threads: number, barrier: Code): Code[] => {
  const code = Array.from({ length: threads }, (): Code[] => []);
  let sinceBarrier: (readonly Touches[])[] = [];
  for (const instruction of instructions) {
    const touches = code.map((_, thread) => touchesOf(instruction, thread));
    if (sinceBarrier.some((earlier) => follows(earlier, touches))) {
      for (const each of code) each.push(barrier);
      sinceBarrier = [];
    }
    sinceBarrier.push(touches);
    const { whole, parts } = instruction;
    code.forEach((each, thread) => {
      const part = parts ? parts[thread] : thread === 0 ? whole : null;
      if (part) each.push(part);
    });
  }
  return code;
};
