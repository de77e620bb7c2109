// The most multiplications and additions a second that WebAssembly reaches here: sums in registers, nothing else. No part of agon.
import type { Prepared } from "./contestant.ts";

/**
 * Vectors of four sums. Twelve hide the latency of the additions and leave registers for the factor and the addend; where V8 packs pairs of
 * vectors, as many pairs.
 */
const sumsOf = (vectorBits: 128 | 256): number => (vectorBits === 256 ? 24 : 12);

/** Floating-point operations of one run, whatever the vectors. */
export const PEAK_OPERATIONS = 19_200_000;

/** sum ← sum·FACTOR + ADDEND tends to ADDEND/(1 − FACTOR), here 1. */
const [FACTOR, ADDEND] = [0.999, 1e-3];
/** Bytes behind all sums in memory. */
const CONSTANTS = 1024;

type Code = readonly (number | Code)[];

const unsigned = (value: number): number[] => (value < 128 ? [value] : [(value & 127) | 128, ...unsigned(value >>> 7)]);
const get = (local: number): Code => [0x20, ...unsigned(local)];
const set = (local: number, value: Code): Code => [value, 0x21, ...unsigned(local)];
const zero: Code = [0x41, 0];
const simd = (instruction: number): Code => [0xfd, ...unsigned(instruction)];
const load = (offset: number): Code => [zero, simd(0), 4, ...unsigned(offset)];
const loadSplat = (offset: number): Code => [zero, simd(9), 2, ...unsigned(offset)];
const store = (offset: number, value: Code): Code => [zero, value, simd(11), 4, ...unsigned(offset)];

const section = (id: number, content: Code): Code => {
  const bytes = flat(content);
  return [id, ...unsigned(bytes.length), ...bytes];
};

const flat = (code: Code): number[] => code.flatMap((part) => (typeof part === "number" ? [part] : flat(part)));

/** run(rounds): loads the sums, adds to them in each round, stores them side by side, as V8 wants to see what it packs. */
const peakModule = (sums: number, fused: boolean): Uint8Array<ArrayBuffer> => {
  const [rounds, factor, addend, first] = [0, 1, 2, 3];
  const all = Array.from({ length: sums }, (_, i) => i);
  const next = (sum: number): Code =>
    fused
      ? [get(sum), get(factor), get(addend), simd(0x105)]
      : [get(sum), get(factor), simd(230), get(addend), simd(228)];
  const body: Code = [
    [1, ...unsigned(2 + sums), 0x7b],
    set(factor, loadSplat(CONSTANTS)),
    set(addend, loadSplat(CONSTANTS + 4)),
    all.map((i) => set(first + i, load(i * 16))),
    [0x03, 0x40, all.map((i) => set(first + i, next(first + i)))],
    [get(rounds), 0x41, 1, 0x6b, 0x22, rounds, 0x0d, 0, 0x0b],
    all.map((i) => store(i * 16, get(first + i))),
    0x0b,
  ];
  const name = [3, ...new TextEncoder().encode("run")];
  const memoryName = [1, ...new TextEncoder().encode("m")];
  return Uint8Array.from(
    flat([
      [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
      section(1, [1, 0x60, 1, 0x7f, 0]),
      section(3, [1, 0]),
      section(5, [1, 0, 1]),
      section(7, [2, name, 0, 0, memoryName, 2, 0]),
      section(10, [1, ...unsigned(flat(body).length), body]),
    ]),
  );
};

export const peak = (vectorBits: 128 | 256, numerics: string): Prepared => {
  const { exports } = new WebAssembly.Instance(
    new WebAssembly.Module(peakModule(sumsOf(vectorBits), numerics === "fused")),
  );
  const rounds = PEAK_OPERATIONS / (2 * 4 * sumsOf(vectorBits));
  const run = exports.run as (rounds: number) => void;
  const memory = new Float32Array((exports.m as WebAssembly.Memory).buffer);
  memory.set([FACTOR, ADDEND], CONSTANTS / 4);
  const sums = memory.subarray(0, 4 * sumsOf(vectorBits));
  sums.forEach((_, i) => {
    sums[i] = i;
  });
  return {
    run: () => run(rounds),
    // The sums that both widths have; they have come to rest.
    outcome: () => sums.slice(0, 4 * sumsOf(128)),
    check() {
      const wrong = sums.findIndex((sum) => !(Math.abs(sum - 1) < 1e-3));
      if (wrong >= 0) throw new Error(`peak: sum ${wrong} is ${sums[wrong]}, expected about 1.`);
    },
  };
};
