// How the work of a plan is shared out among threads: what is worth it, and who does what of it.
import { type Code, call, i32 } from "./emitter.ts";
import { type KernelCall, kernelNames } from "./library.ts";
import type { Access } from "./loop.ts";
import type { LoopItem } from "./schedule.ts";
import { partsOf, sharesOf, splitOf } from "./splits.ts";
import type { Span, Touches } from "./thread-code.ts";

/** A single instruction is shared from this part on of what a plan must have to share. */
const INSTRUCTION = 1 / 20;

export const codeOf = ({ kernel, parameters }: KernelCall): Code =>
  call(kernelNames.indexOf(kernel), ...parameters.map(i32));

/** Calls of one kernel in a row, which need nothing of each other. */
export const runsOf = (calls: readonly KernelCall[]): KernelCall[][] => {
  const runs: KernelCall[][] = [];
  for (const each of calls) {
    const last = runs.at(-1);
    if (last?.[0].kernel === each.kernel) last.push(each);
    else runs.push([each]);
  }
  return runs;
};

/** Whether threads can share a loop: its rows, if it has rows, are whole vectors. */
const shareable = ({ size, columns }: LoopItem): boolean => (columns === null ? size > 4 : columns % 4 === 0);

const SLOW = new Set(["exp", "log", "tanh", "sigmoid", "sin", "cos", "erf", "pow", "expm1", "log1p"]);
const NANOSECONDS_PER_BYTE = 0.05;

/** Roughly, for a loop on one thread. */
const timeOf = ({ size, steps }: LoopItem): number =>
  size * steps.reduce((sum, { op }) => sum + (SLOW.has(op) ? 0.7 : 0.15), 0.2);

/** Roughly the time of what several threads could share of a loop or of calls, on one. */
export const shareableTime = (work: LoopItem | readonly KernelCall[]): number => {
  if ("kind" in work) return shareable(work) ? timeOf(work) : 0;
  return work.reduce((sum, each) => sum + (splitOf(each)?.nanoseconds ?? 0), 0);
};

/** A tensor's memory. */
export interface Region {
  readonly pointer: number;
  readonly bytes: number;
}

/** With what vector loops write behind the end. */
export const spanOf = ({ pointer, bytes }: Region): Span => ({
  from: pointer,
  to: pointer + Math.ceil(bytes / 32) * 32,
});

/** Part of a region; the last part goes on to the end of its span. */
const partOf = (region: Region, from: number, to: number): Span => ({
  from: region.pointer + from,
  to: to === region.bytes ? spanOf(region).to : region.pointer + to,
});

/** What each thread does of an instruction, nothing where there is null; null: the first thread does all. */
export type Parts = readonly (Code | null)[] | null;

/** What a loop is shared out by: bytes in whole lines of the cache, or rows. */
const unitsOf = ({ size, columns }: LoopItem): { readonly count: number; readonly grain: number } =>
  columns === null ? { count: size * 4, grain: 64 } : { count: size / columns, grain: 1 };

/** So many threads, which share what takes long enough. */
export class Sharing {
  readonly threads: number;
  private readonly fromNanoseconds: number;

  /** `shareFromNanoseconds`: how much there must be to share in a plan. */
  constructor(threads: number, shareFromNanoseconds: number) {
    this.threads = threads;
    this.fromNanoseconds = shareFromNanoseconds * INSTRUCTION;
  }

  private worth(nanoseconds: number): boolean {
    return this.threads > 1 && nanoseconds >= this.fromNanoseconds;
  }

  /** What each thread touches; where there is but one, nobody needs to know. */
  each(touched: (thread: number) => Touches): readonly Touches[] | undefined {
    return this.threads > 1 ? Array.from({ length: this.threads }, (_, thread) => touched(thread)) : undefined;
  }

  /** Calls that need nothing of each other, each thread with `scratchBytes` of its own. */
  calls(calls: readonly KernelCall[], scratchBytes: number): readonly Code[] | null {
    const { threads } = this;
    if (threads === 1) return null;
    const splits = calls.map(splitOf);
    if (splits.every((split) => split !== null)) {
      const time = splits.reduce((sum, { nanoseconds }) => sum + nanoseconds, 0);
      if (!this.worth(time)) return null;
      const parts = calls.map((each, i) => partsOf(each, splits[i], threads, scratchBytes));
      return Array.from({ length: threads }, (_, thread) =>
        parts.map((each) => each[thread]).flatMap((part) => (part ? [codeOf(part)] : [])),
      );
    }
    if (calls.length < threads) return null;
    const shares = sharesOf(calls.length, threads);
    return shares.slice(1).map((end, thread) => calls.slice(shares[thread], end).map(codeOf));
  }

  /** Whether a loop is shared: then its function is told where to begin and to end. */
  sharesLoop(item: LoopItem): boolean {
    return shareable(item) && this.worth(timeOf(item));
  }

  /**
   * What each thread touches of regions when it does its part of calls: the parts of a region follow one another where the call goes through it from
   * its beginning to its end, and reaches it in no other way.
   */
  touched(calls: readonly KernelCall[], regions: readonly Region[], thread: number): Span[] {
    const split = calls.length === 1 ? splitOf(calls[0]) : null;
    if (!split) return regions.map(spanOf);
    const { parameters } = calls[0];
    const count = parameters[split.count];
    const [from, to] = sharesOf(count, this.threads).slice(thread);
    return regions.map((region) => {
      const places = parameters.flatMap((value, i) => (value === region.pointer ? [i] : []));
      const steps = places.map((place) => split.steps.find(([parameter]) => parameter === place)?.[1]);
      const [bytes] = steps;
      const throughout = bytes !== undefined && bytes * count === region.bytes && steps.every((step) => step === bytes);
      return throughout ? partOf(region, from * bytes, to * bytes) : spanOf(region);
    });
  }

  /** The loop's rows, or its bytes in whole lines of the cache where it has no rows; `share`: what is done from … to. */
  loop(item: LoopItem, share: (from: number, to: number) => Code): Parts {
    const { count, grain } = unitsOf(item);
    return this.range(count, grain, share);
  }

  /** What a thread touches of a loop's operand or result when it does its part. */
  touchedByLoop(item: LoopItem, access: Access, region: Region, thread: number): Span {
    const { count, grain } = unitsOf(item);
    const [from, to] = sharesOf(count, this.threads, grain).slice(thread);
    const bytes = access === "full" || access === "column" ? region.bytes / count : 0;
    return bytes > 0 ? partOf(region, from * bytes, to * bytes) : spanOf(region);
  }

  /** A copy of so many bytes. */
  copy(bytes: number, some: (from: number, to: number) => Code): Parts {
    return this.worth(bytes * NANOSECONDS_PER_BYTE) ? this.range(bytes, 64, some) : null;
  }

  private range(count: number, grain: number, share: (from: number, to: number) => Code): Parts {
    const shares = sharesOf(count, this.threads, grain);
    return shares.slice(1).map((end, i) => (end > shares[i] ? share(shares[i], end) : null));
  }
}
