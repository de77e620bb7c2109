// The code of every thread of a plan: each does its parts in order, and all meet where one needs what another has done.
import type { Code } from "./emitter.ts";

/** Bytes from … to, the latter not included. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/** One thing that a plan does. */
export interface Instruction {
  /** All of it, for one thread. */
  readonly whole: Code;
  /** What each thread does of it, nothing where there is null; null: the first thread does all. */
  readonly parts: readonly (Code | null)[] | null;
  readonly reads: readonly Span[];
  readonly writes: readonly Span[];
}

const meet = (a: readonly Span[], b: readonly Span[]): boolean =>
  a.some((x) => b.some((y) => x.from < y.to && y.from < x.to));

/** Whether the second must not begin on any thread before the first has ended on all. */
const follows = (first: Instruction, second: Instruction): boolean => {
  if (!first.parts && !second.parts) return false;
  return meet(first.writes, second.reads) || meet(first.writes, second.writes) || meet(first.reads, second.writes);
};

/** For each thread its code; `barrier` is what all do where they meet. */
export const codeOfThreads = (instructions: readonly Instruction[], threads: number, barrier: Code): Code[] => {
  const code = Array.from({ length: threads }, (): Code[] => []);
  let sinceBarrier: Instruction[] = [];
  for (const instruction of instructions) {
    if (sinceBarrier.some((earlier) => follows(earlier, instruction))) {
      for (const each of code) each.push(barrier);
      sinceBarrier = [];
    }
    sinceBarrier.push(instruction);
    const { whole, parts } = instruction;
    code.forEach((each, thread) => {
      const part = parts ? parts[thread] : thread === 0 ? whole : null;
      if (part) each.push(part);
    });
  }
  return code;
};
