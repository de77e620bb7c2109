// Where the time of a row's run goes: by part of its plan, by kind of work, and what is neither arithmetic nor the call itself.
import type { PlanRow } from "@agon/tensor";
import { ContestantClient } from "./contestant-client.ts";
import { type BenchSurroundings, machine, WIDE_VECTORS } from "./bench.ts";
import { median } from "./timing.ts";
import { type Work, works } from "./works.ts";

export interface ProfilePlan {
  readonly works: readonly Work[];
  readonly numerics: string | undefined;
  /** Whether V8's 256-bit vectors are on. */
  readonly wideVectors: boolean;
  /** Rounds of whole runs; the median counts. */
  readonly rounds: number;
}

/** A part of the plan: what it does, and the microseconds that it takes in the middle half of many runs. */
export type ProfiledPart = PlanRow & { readonly microseconds: number };

/** Parts of one kind together. */
export interface ProfiledKind {
  /** "elementwise" for loops; of other parts the op. */
  readonly name: string;
  readonly parts: number;
  readonly microseconds: number;
  readonly operations: number;
  /** Read and written. */
  readonly bytes: number;
}

export interface WorkProfile {
  readonly work: string;
  readonly title: string;
  /** Of one whole run, without any timing inside: the median of some rounds. */
  readonly microseconds: number;
  /** What the products would take at the peak. */
  readonly arithmeticMicroseconds: number;
  /** The whole less the arithmetic at the peak and an empty step's call. */
  readonly leftOverMicroseconds: number;
  readonly arenaBytes: number;
  /** In the order of their work. */
  readonly parts: readonly ProfiledPart[];
  /** The longest first. */
  readonly kinds: readonly ProfiledKind[];
}

export interface ProfileReport {
  readonly machine: string;
  readonly node: string;
  readonly numerics: string;
  readonly vectorBits: 128 | 256;
  /** GFLOP/s of the row L-peak, in its best round. */
  readonly peak: number;
  /** Microseconds of a compiled step without any op. */
  readonly callMicroseconds: number;
  readonly profiles: readonly WorkProfile[];
  /** Why something is missing. */
  readonly notes: readonly string[];
}

const ROUND_SECONDS = 0.12;
/** Seconds of the runs with a clock between the parts. */
const PROFILE_SECONDS = 1;

export const profile = async (
  { works: chosen, numerics, wideVectors, rounds }: ProfilePlan,
  { signal, onRow }: BenchSurroundings,
): Promise<ProfileReport> => {
  const measured: Conditions = { numerics, vectorBits: wideVectors ? 256 : 128, rounds };
  const peakWork = works.find(({ name }) => name === "L-peak")!;
  const peak = peakWork.operations / (await measure("L-peak", measured, signal)).least / 1e9;
  const { seconds: call, tier } = await measure("call", measured, signal);
  const profiles: WorkProfile[] = [];
  const notes: string[] = [];
  for (const [index, work] of chosen.entries()) {
    onRow(work.name, index);
    const { seconds, report } = await measure(work.name, measured, signal);
    if (!report) {
      notes.push(`${work.name} has no plan.`);
      continue;
    }
    const microseconds = seconds * 1e6;
    const arithmeticMicroseconds = work.operations / peak / 1e3;
    profiles.push({
      work: work.name,
      title: work.title,
      microseconds,
      arithmeticMicroseconds,
      leftOverMicroseconds: microseconds - arithmeticMicroseconds - call * 1e6,
      arenaBytes: report.arenaBytes,
      parts: report.rows,
      kinds: kindsOf(report.rows),
    });
  }
  return {
    machine: machine(),
    node: process.version,
    numerics: tier,
    vectorBits: measured.vectorBits,
    peak,
    callMicroseconds: call * 1e6,
    profiles,
    notes,
  };
};

interface Conditions {
  readonly numerics: string | undefined;
  readonly vectorBits: 128 | 256;
  readonly rounds: number;
}

interface Measured {
  /** Of a run, in the median round … */
  readonly seconds: number;
  /** … and in the best. */
  readonly least: number;
  readonly tier: string;
  readonly report: { readonly rows: readonly ProfiledPart[]; readonly arenaBytes: number } | undefined;
}

/** One row in a process of its own: whole runs first, then with a clock between the parts. */
const measure = async (
  row: string,
  { numerics, vectorBits, rounds }: Conditions,
  signal: AbortSignal,
): Promise<Measured> => {
  signal.throwIfAborted();
  const client = new ContestantClient(vectorBits === 256 ? [WIDE_VECTORS] : []);
  const stop = (): void => client.close();
  signal.addEventListener("abort", stop);
  try {
    const asked = { contestant: "agon", row, numerics, vectorBits, threads: 1, runs: 0, warmUpSeconds: 0.5 };
    const { numerics: tier = "" } = await client.ask({ kind: "prepare", ...asked }, "prepared");
    const times: number[] = [];
    for (let i = 0; i < rounds; i++)
      times.push((await client.ask({ kind: "round", seconds: ROUND_SECONDS }, "round")).secondsPerRun);
    const seconds = median(times);
    const runs = Math.min(5000, Math.max(10, Math.round(PROFILE_SECONDS / seconds)));
    const { report } = await client.ask({ kind: "profile", runs }, "profiled");
    return { seconds, least: Math.min(...times), tier, report };
  } finally {
    signal.removeEventListener("abort", stop);
    stop();
  }
};

/** Parts together by what they do; the longest first. */
export const kindsOf = (parts: readonly ProfiledPart[]): ProfiledKind[] => {
  const kinds = new Map<string, ProfiledKind>();
  for (const part of parts) {
    const name = kindOf(part);
    const { parts: count, microseconds, operations, bytes } = kinds.get(name) ?? { ...NOTHING };
    kinds.set(name, {
      name,
      parts: count + 1,
      microseconds: microseconds + part.microseconds,
      operations: operations + part.operations,
      bytes: bytes + part.bytesRead + part.bytesWritten,
    });
  }
  return [...kinds.values()].toSorted((a, b) => b.microseconds - a.microseconds);
};

const NOTHING = { parts: 0, microseconds: 0, operations: 0, bytes: 0 };

const kindOf = ({ kind, ops }: PlanRow): string => {
  if (kind === "loop") return "elementwise";
  return kind === "guard" || kind === "assign" ? kind : `${ops.join(" ")}${kind === "reference" ? " (reference)" : ""}`;
};
