// Barriers between random instructions, by what they touch.
import { describe, expect, it } from "vitest";
import { choices } from "../random-function.test-data.ts";
import { codeOfThreads, type Instruction, type Span, type Touches } from "./thread-code.ts";

const THREADS = 3;
const BARRIER = 255;

/** Instruction `id` of some memory; its code on each thread is its number. */
const instruction = (id: number, next: (n: number) => number): Instruction => {
  const span = (): Span => {
    const from = next(40);
    return { from, to: from + 1 + next(4) };
  };
  const spans = (count: number): Span[] => Array.from({ length: count }, span);
  const parts = Array.from({ length: THREADS }, (_, thread) => (thread > 0 && next(4) === 0 ? null : [id]));
  const touches = { reads: spans(next(3)), writes: spans(next(2)) };
  /** A third of the spans for each thread. */
  const third = (all: readonly Span[], thread: number): Span[] => all.filter((_, i) => i % THREADS === thread);
  const own = Array.from({ length: THREADS }, (_, thread) => ({
    reads: third(touches.reads, thread),
    writes: third(touches.writes, thread),
  }));
  return { whole: [id], parts: next(3) === 0 ? null : parts, ...touches, ...(next(2) === 0 ? { own } : {}) };
};

const bytesOf = ({ reads, writes }: Touches) => ({
  read: new Set(reads.flatMap(({ from, to }) => Array.from({ length: to - from }, (_, i) => from + i))),
  written: new Set(writes.flatMap(({ from, to }) => Array.from({ length: to - from }, (_, i) => from + i))),
});

/** What a thread touches; nothing where it has no part. */
const touchedBy = (each: Instruction, thread: number): Touches => {
  const nothing = { reads: [], writes: [] };
  if (!each.parts) return thread === 0 ? each : nothing;
  return each.parts[thread] ? (each.own?.[thread] ?? each) : nothing;
};

/** Whether two threads get into each other's way. */
const needApart = (first: Instruction, second: Instruction): boolean => {
  const threads = Array.from({ length: THREADS }, (_, thread) => thread);
  return threads.some((one) =>
    threads.some((other) => {
      if (one === other) return false; // each thread keeps the order
      const [a, b] = [bytesOf(touchedBy(first, one)), bytesOf(touchedBy(second, other))];
      return (
        [...a.written].some((at) => b.read.has(at) || b.written.has(at)) || [...a.read].some((at) => b.written.has(at))
      );
    }),
  );
};

describe.each(Array.from({ length: 60 }, (_, seed) => seed))("a random plan, %i", (seed) => {
  const next = choices(seed);
  const instructions = Array.from({ length: 30 }, (_, id) => instruction(id, next));
  const code = codeOfThreads(instructions, THREADS, [BARRIER]).map((each) => [each].flat(4) as number[]);
  /** Barriers before each instruction, as one of its threads counts them; and that all threads count alike. */
  const phases = instructions.map((_, id) => {
    const seen = code
      .filter((each) => each.includes(id))
      .map((each) => each.slice(0, each.indexOf(id)).filter((part) => part === BARRIER).length);
    expect(new Set(seen).size).toBeLessThanOrEqual(1);
    return seen[0];
  });

  it("has a barrier wherever one instruction needs another to have ended", () => {
    instructions.forEach((second, j) => {
      instructions.slice(0, j).forEach((first, i) => {
        if (phases[i] === undefined || phases[j] === undefined || !needApart(first, second)) return;
        expect(phases[i], `${i} and ${j}`).toBeLessThan(phases[j]);
      });
    });
  });

  it("lets every thread do its parts, in order, and meet all others as often", () => {
    code.forEach((each, thread) => {
      const want = instructions.flatMap(({ parts }, id) => ((parts ? parts[thread] : thread === 0) ? [id] : []));
      expect(each.filter((part) => part !== BARRIER)).toEqual(want);
    });
    expect(new Set(code.map((each) => each.filter((part) => part === BARRIER).length)).size).toBe(1);
  });

  it("has no barrier that nothing needs", () => {
    const count = code[0].filter((part) => part === BARRIER).length;
    for (let phase = 1; phase <= count; phase++) {
      const before = instructions.filter((_, id) => phases[id] === phase - 1);
      const after = instructions.filter((_, id) => phases[id] === phase);
      expect(before.some((first) => after.some((second) => needApart(first, second)))).toBe(true);
    }
  });
});
