// The contest: for every row the contestants in processes of their own, their rounds interleaved; medians and ranges.
import { arch, availableParallelism, cpus, platform } from "node:os";
import { ContestantClient } from "./contestant-client.ts";
import { type ForeignFigure, ForeignPeers, type ForeignPlan } from "./foreign-peers.ts";
import { median } from "./timing.ts";
import { figure, secondsOf, type Work } from "./works.ts";

export interface BenchPlan {
  readonly works: readonly Work[];
  readonly numerics: string | undefined;
  /** Whether to time agon with V8's 256-bit vectors too. */
  readonly wideVectors: boolean;
  readonly peers: boolean;
  /** Seconds that a JavaScript peer may take for an answer: to prepare a row, or for one round. Default 120. */
  readonly peerLimit?: number;
  /** Of agon; with more than one it is timed on one too. Peers have one. */
  readonly threads: number;
  /** Peers that are not JavaScript, each measured just before the rounds of a row. */
  readonly foreignPeers?: ForeignPlan;
  readonly rounds: number;
  readonly secondsPerRound: number;
}

/** Median of the rounds, and the least and the greatest of them. */
export interface Timed {
  readonly median: number;
  readonly min: number;
  readonly max: number;
}

export interface BenchRow {
  readonly work: string;
  readonly title: string;
  /** Median: with 256-bit vectors where they are on and change no bit, else without. */
  readonly ours: number;
  readonly min: number;
  readonly max: number;
  readonly unit: Work["unit"];
  readonly threads: number;
  readonly better: Work["better"];
  /** Whether `ours` is with 256-bit vectors. */
  readonly wideVectors: boolean;
  /** The same without them, as in a page. */
  readonly without256Bit?: Timed;
  /** The same on one thread, where `threads` is more. */
  readonly onOneThread?: Timed;
  /** Time per floating-point operation relative to that of the row that this one is like; see docs/benchmarks.md. */
  readonly comparison?: { readonly like: string; readonly timePerOperation: number };
  /** How much of the peak of the row L-peak its products reach, with vectors of the same width on as many threads. */
  readonly shareOfPeak?: number;
  readonly peers: Readonly<Record<string, number>>;
  /** Of peers with several settings, the one that gave the figure. */
  readonly peerSettings: Readonly<Record<string, string>>;
  readonly peerRanges: Readonly<Record<string, readonly [min: number, max: number]>>;
  /** Why something is missing. */
  readonly notes: readonly string[];
}

export interface BenchReport {
  readonly machine: string;
  readonly node: string;
  readonly numerics: string;
  readonly rows: readonly BenchRow[];
}

export interface BenchSurroundings {
  readonly signal: AbortSignal;
  /** Told before every row. */
  readonly onRow: (work: string, index: number) => void;
}

/** Of node: lets V8 pack pairs of vectors. */
export const WIDE_VECTORS = "--experimental-wasm-revectorize";
/** Seconds of runs after which a contestant has no more rounds at a row. */
const SLOW_SECONDS = 5;
/** Seconds after which a peer's answer is not waited for. */
const PEER_LIMIT = 120;
const ONE_THREAD = "agon on one thread";
const PEERS = ["tfjs-wasm", "jax-js-wasm"];

/** Runs before the outcomes are compared: enough for the optimising compiler's code to take part. */
const outcomeRuns = ({ operations, wasm }: Work): number =>
  wasm ? Math.min(1000, Math.max(3, Math.round(1e9 / operations))) : 0;

export const bench = async (plan: BenchPlan, { signal, onRow }: BenchSurroundings): Promise<BenchReport> => {
  const rows: BenchRow[] = [];
  const foreign = plan.foreignPeers && new ForeignPeers(plan.foreignPeers, plan.threads, signal);
  let numerics = "";
  for (const [index, work] of plan.works.entries()) {
    onRow(work.name, index);
    const others = await foreign?.at(work.name, work.better);
    const { row, tier } = await timeRow(work, plan, signal);
    numerics = tier;
    const complete = others ? withForeign(row, others.figures, others.notes) : row;
    rows.push(withShare(withComparison(complete, work, rows, plan.works), work, rows));
  }
  return { machine: machine(), node: process.version, numerics, rows };
};

interface Entrant {
  readonly name: string;
  readonly contestant: string;
  readonly flags: readonly string[];
  readonly threads: number;
}

/** How many threads of those planned a row can use. */
const threadsOf = ({ wasm, oneThread }: Work, planned: number): number => (wasm && !oneThread ? planned : 1);

const entrantsFor = (work: Work, { wideVectors, peers, threads: planned }: BenchPlan): Entrant[] => {
  const { wasm } = work;
  const threads = threadsOf(work, planned);
  const agon = (name: string, wide: boolean, count: number): Entrant => ({
    name,
    contestant: "agon",
    flags: wide ? [WIDE_VECTORS] : [],
    threads: count,
  });
  return [
    agon("agon", false, threads),
    ...(wasm && wideVectors ? [agon("agon-256", true, threads)] : []),
    ...(threads > 1 ? [agon(ONE_THREAD, wideVectors, 1)] : []),
    ...(peers ? PEERS.map((name) => ({ name, contestant: name, flags: [], threads: 1 })) : []),
  ];
};

const timeRow = async (
  work: Work,
  plan: BenchPlan,
  signal: AbortSignal,
): Promise<{ readonly row: BenchRow; readonly tier: string }> => {
  const clients = new Map<string, ContestantClient>();
  const outcomes = new Map<string, string | undefined>();
  const seconds = new Map<string, number[]>();
  const notes: string[] = [];
  let tier = "";
  const limitOf = (name: string): number | undefined =>
    PEERS.includes(name) ? (plan.peerLimit ?? PEER_LIMIT) : undefined;
  const drop = (name: string, reason: string): void => {
    if (name === "agon") throw new Error(`bench: ${work.name}: ${reason}`);
    notes.push(`${name}: ${reason}`);
    clients.get(name)?.close();
    clients.delete(name);
    seconds.delete(name);
  };
  // Whoever waits for an answer then learns that it will not come.
  const stop = (): void => {
    for (const client of clients.values()) client.close();
  };
  signal.addEventListener("abort", stop);
  try {
    // Preparing is not timed: all at once.
    const prepare = async ({ name, contestant, flags, threads }: Entrant): Promise<void> => {
      const client = new ContestantClient(flags);
      clients.set(name, client);
      const request = {
        kind: "prepare",
        contestant,
        row: work.name,
        numerics: plan.numerics,
        vectorBits: flags.includes(WIDE_VECTORS) ? 256 : 128,
        threads,
        runs: contestant === "agon" ? outcomeRuns(work) : 0,
        warmUpSeconds: 0.3,
      } as const;
      try {
        const prepared = await client.ask(request, "prepared", limitOf(name));
        if (name === "agon") tier = prepared.numerics ?? "";
        outcomes.set(name, prepared.outcome);
        if (prepared.able) return;
        client.close();
        clients.delete(name);
      } catch (error) {
        drop(name, (error as Error).message);
      }
    };
    signal.throwIfAborted();
    const entrants = entrantsFor(work, plan);
    for (const { name } of entrants) seconds.set(name, []);
    await Promise.all(entrants.map(prepare));
    for (const { name } of entrants) if (!clients.has(name)) seconds.delete(name);
    for (let round = 0; round < plan.rounds; round++)
      for (const [name, times] of seconds) {
        signal.throwIfAborted();
        // One that needs seconds for a single run has few rounds.
        if (times.reduce((sum, each) => sum + each, 0) > SLOW_SECONDS) continue;
        const request = { kind: "round", seconds: plan.secondsPerRound } as const;
        try {
          times.push((await clients.get(name)!.ask(request, "round", limitOf(name))).secondsPerRun);
        } catch (error) {
          signal.throwIfAborted();
          drop(name, (error as Error).message);
        }
      }
    for (const [name, client] of clients)
      await client.ask({ kind: "check" }, "checked", limitOf(name)).catch((error: Error) => drop(name, error.message));
  } finally {
    signal.removeEventListener("abort", stop);
    stop();
  }
  if (outcomes.get("agon-256") !== undefined && outcomes.get("agon-256") !== outcomes.get("agon"))
    drop("agon-256", "256-bit vectors gave other bits, so they are off");
  if (outcomes.get(ONE_THREAD) !== undefined && outcomes.get(ONE_THREAD) !== outcomes.get("agon"))
    throw new Error(`bench: ${work.name}: ${plan.threads} threads gave other bits than one.`);
  return { row: rowOf(work, plan.threads, seconds, notes), tier };
};

const rowOf = (
  work: Work,
  threads: number,
  seconds: ReadonlyMap<string, readonly number[]>,
  notes: readonly string[],
): BenchRow => {
  const timed = new Map([...seconds].map(([name, times]) => [name, timedOf(work, times)]));
  const narrow = timed.get("agon")!;
  const wide = timed.get("agon-256");
  const ours = wide ?? narrow;
  const one = timed.get(ONE_THREAD);
  const peers = [...timed].filter(([name]) => PEERS.includes(name));
  return {
    work: work.name,
    title: work.title,
    ours: ours.median,
    min: ours.min,
    max: ours.max,
    unit: work.unit,
    threads: threadsOf(work, threads),
    better: work.better,
    wideVectors: wide !== undefined,
    ...(wide === undefined ? {} : { without256Bit: narrow }),
    ...(one === undefined ? {} : { onOneThread: one }),
    peers: Object.fromEntries(peers.map(([name, each]) => [name, each.median])),
    peerRanges: Object.fromEntries(peers.map(([name, { min, max }]) => [name, [min, max] as const])),
    peerSettings: {},
    notes,
  };
};

const timedOf = (work: Work, seconds: readonly number[]): Timed => {
  const figures = seconds.map((each) => figure(work, each));
  return { median: rounded(median(figures)), min: rounded(Math.min(...figures)), max: rounded(Math.max(...figures)) };
};

/** Four digits: more are noise. */
const rounded = (value: number): number => Number(value.toPrecision(4));

/** Nothing knows a row if a like net costs the like per operation. */
const withComparison = (row: BenchRow, work: Work, before: readonly BenchRow[], works: readonly Work[]): BenchRow => {
  const reference = before.find((each) => each.work === work.like);
  const referenceWork = works.find(({ name }) => name === work.like);
  if (reference === undefined || referenceWork === undefined) return row;
  const perOperation = (each: Work, { ours }: BenchRow): number => secondsOf(each, ours) / each.operations;
  const timePerOperation = rounded(perOperation(work, row) / perOperation(referenceWork, reference));
  return { ...row, comparison: { like: referenceWork.name, timePerOperation } };
};

const withForeign = (row: BenchRow, figures: readonly ForeignFigure[], notes: readonly string[]): BenchRow => {
  const by = <T>(f: (figure: ForeignFigure) => T): Record<string, T> =>
    Object.fromEntries(figures.map((each) => [each.library, f(each)]));
  return {
    ...row,
    peers: { ...row.peers, ...by(({ value }) => value) },
    peerRanges: { ...row.peerRanges, ...by(({ value }) => [value, value] as const) },
    peerSettings: by(({ setting }) => setting),
    notes: [...row.notes, ...notes],
  };
};

const withShare = (row: BenchRow, work: Work, before: readonly BenchRow[]): BenchRow => {
  const peak = before.find((each) => each.work === "L-peak");
  if (!peak || work.operations === 0 || peak.wideVectors !== row.wideVectors) return row;
  return { ...row, shareOfPeak: rounded(work.operations / secondsOf(work, row.ours) / 1e9 / peak.ours / row.threads) };
};

export const machine = (): string =>
  `${cpus()[0]?.model.trim() || arch()}, ${availableParallelism()} cores, ${platform()}`;
