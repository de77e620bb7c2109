// agon bench rl: whole training loops beside their peers, CartPole solved, and where the time of a loop goes.
import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { type BenchSurroundings, machine, WIDE_VECTORS } from "../bench.ts";
import type { ForeignPlan } from "../foreign-peers.ts";
import { median } from "../timing.ts";
import type { LoopPart } from "./loop-parts.ts";
import type { LoopAnswer, LoopRequest } from "./loop-process.ts";
import type { LoopWork } from "./loops.ts";
import { type MeasuredPeer, measurePeer } from "./peers.ts";

export interface LoopPlan {
  readonly works: readonly LoopWork[];
  readonly numerics: string | undefined;
  /** Whether to use V8's 256-bit vectors; without them it is timed anyway. */
  readonly wideVectors: boolean;
  /** Peers that are to be measured, not quoted. */
  readonly foreignPeers?: ForeignPlan;
  readonly rounds: number;
  /** Whether to tell what each loop learns, which takes minutes; those that are to be solved are solved anyway. */
  readonly learning: boolean;
}

export interface LoopRow {
  readonly work: LoopWork;
  /** Environment steps per second of processor time. */
  readonly speed: NonNullable<LoopAnswer["speed"]>;
  readonly without256Bit: NonNullable<LoopAnswer["speed"]> | undefined;
  readonly peer: MeasuredPeer | undefined;
  /** Of seeds 1 to 5. */
  readonly solved: readonly NonNullable<LoopAnswer["solve"]>[];
  /** With the vectors of `speed`. */
  readonly parts: Readonly<Record<LoopPart, number>>;
}

export interface LoopReport {
  readonly machine: string;
  readonly node: string;
  readonly numerics: string;
  readonly wideVectors: boolean;
  readonly rows: readonly LoopRow[];
}

const SEEDS = [1, 2, 3, 4, 5];
const STEPS_PER_ROUND = 20_480;
const PROFILED_STEPS = 102_400;
/** As long as CleanRL's own runs of classic control. */
const LAST_STEP = 500_000;

export const benchLoops = async (plan: LoopPlan, { signal, onRow }: BenchSurroundings): Promise<LoopReport> => {
  const rows: LoopRow[] = [];
  let numerics = "";
  for (const [index, work] of plan.works.entries()) {
    onRow(work.name, index);
    const about = { work: work.name, seed: 1, numerics: plan.numerics } as const;
    const speed = { ...about, kind: "speed", rounds: plan.rounds, stepsPerRound: STEPS_PER_ROUND } as const;
    const ask = (request: LoopRequest, wide = plan.wideVectors): Promise<LoopAnswer> => askLoop(request, wide, signal);
    const fast = await ask(speed);
    numerics = fast.numerics;
    const narrow = plan.wideVectors ? await ask(speed, false) : undefined;
    if (narrow !== undefined && narrow.curveHash !== fast.curveHash)
      throw new Error(
        `bench rl: ${work.name}: 256-bit vectors gave another curve; --no-256-bit times it without them.`,
      );
    const solved: NonNullable<LoopAnswer["solve"]>[] = [];
    if (work.solveWithin !== undefined || plan.learning)
      for (const seed of SEEDS)
        solved.push(answered((await ask({ ...about, kind: "solve", seed, lastStep: LAST_STEP })).solve));
    rows.push({
      work,
      speed: answered(fast.speed),
      without256Bit: narrow?.speed,
      peer: work.peer && (await measurePeer(work.peer, plan.foreignPeers, signal)),
      solved,
      parts: answered((await ask({ ...about, kind: "profile", steps: PROFILED_STEPS })).parts),
    });
  }
  return { machine: machine(), node: process.version, numerics, wideVectors: plan.wideVectors, rows };
};

const answered = <T>(value: T | undefined): T => {
  if (value === undefined) throw new Error("internal: a training loop answered something else.");
  return value;
};

/** Median over seeds of the seconds until solved; infinite for those that never were. */
export const secondsToSolve = ({ solved }: Pick<LoopRow, "solved">): number =>
  median(solved.map(({ seconds }) => seconds ?? Number.POSITIVE_INFINITY));

const program = fileURLToPath(
  new URL(import.meta.url.endsWith(".ts") ? "loop-process.ts" : "loop-process.js", import.meta.url),
);

const askLoop = (request: LoopRequest, wide: boolean, signal: AbortSignal): Promise<LoopAnswer> =>
  new Promise((resolve, reject) => {
    const inherited = process.execArgv.filter((flag) => flag.startsWith("--conditions"));
    const flags = wide ? [WIDE_VECTORS] : [];
    const child = spawn(process.execPath, [...inherited, ...flags, program, JSON.stringify(request)], {
      stdio: ["ignore", "pipe", "pipe"],
      signal,
    });
    let [output, complaint] = ["", ""];
    child.stdout.on("data", (chunk: Buffer) => (output += chunk.toString()));
    child.stderr.on("data", (chunk: Buffer) => (complaint += chunk.toString()));
    child.on("error", reject);
    child.on("close", (status) => {
      if (status === 0) return resolve(JSON.parse(output) as LoopAnswer);
      reject(new Error(`${request.work}: ${complaint.trim().split("\n").at(-1) ?? ""}`));
    });
  });
