// How the work of a plan is shared out among threads: what is worth it, and who does what of it.
import { type Code, call, i32 } from "./emitter.ts";
import { type KernelCall, kernelNames } from "./library.ts";
import type { LoopItem } from "./schedule.ts";
import { partsOf, sharesOf, splitOf } from "./splits.ts";

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

/** What each thread does of an instruction, nothing where there is null; null: the first thread does all. */
export type Parts = readonly (Code | null)[] | null;

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

  /** The loop's rows, or its bytes in whole lines of the cache where it has no rows; `share`: what is done from … to. */
  loop({ size, columns }: LoopItem, share: (from: number, to: number) => Code): Parts {
    return columns === null ? this.range(size * 4, 64, share) : this.range(size / columns, 1, share);
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
