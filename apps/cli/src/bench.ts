// agon bench: which rows, how long, with whom; the timing itself is @agon/bench's.
import type { BenchReport, BenchSurroundings, ForeignPlan, ProfileReport } from "@agon/bench";
import type { LoopReport } from "@agon/bench/rl";
import { BadInput, Interrupted } from "./failure.ts";
import type { Numerics } from "./library.ts";
import { bar, createStatusLine } from "@agon/runs";
import { unknownName } from "./settings.ts";
import type { Surroundings } from "./train.ts";

export interface BenchRequest {
  /** "env": the rows of environments alone. */
  readonly kind: string | undefined;
  /** Names of rows; undefined: all. */
  readonly only: readonly string[] | undefined;
  readonly numerics: Numerics | undefined;
  readonly wideVectors: boolean;
  readonly peers: boolean;
  readonly threads: number;
  /** Where programs of peers that are not JavaScript lie, and the Python that runs them. */
  readonly foreignPeers?: ForeignPlan;
  readonly rounds: number;
}

/** Where the time of rows goes. */
export const runProfile = async (
  { only, ...plan }: Pick<BenchRequest, "only" | "numerics" | "wideVectors" | "rounds">,
  surroundings: Surroundings,
): Promise<{ readonly report: ProfileReport; readonly table: string }> => {
  const { profile, profileTable, works } = await import("@agon/bench");
  const planned = works.filter(({ name, wasm }) => wasm && name !== "L-peak");
  const chosen = only === undefined ? planned : only.map((name) => findWork(planned, name));
  return await withLine(chosen.length, surroundings, async (within) => {
    const report = await profile({ works: chosen, ...plan }, within);
    return { report, table: profileTable(report) };
  });
};

/** Rows are timed only by Node programs that nothing else runs in; loaded here, because nothing else of the program needs it. */
export const runBench = async (
  { kind, only, ...plan }: BenchRequest,
  surroundings: Surroundings,
): Promise<{ readonly report: BenchReport; readonly table: string }> => {
  const { bench, benchTable, environmentWorks, works: all } = await import("@agon/bench");
  if (kind !== undefined && kind !== "env")
    throw new BadInput(`bench ${kind}: expected env for the environments, or nothing for all rows.`);
  const works = kind === "env" ? environmentWorks : all;
  const chosen = only === undefined ? works : only.map((name) => findWork(works, name));
  return await withLine(chosen.length, surroundings, async (within) => {
    const report = await bench({ works: chosen, secondsPerRound: 0.12, ...plan }, within);
    return { report, table: benchTable(report) };
  });
};

export interface LoopRequest
  extends Pick<BenchRequest, "only" | "numerics" | "wideVectors" | "foreignPeers" | "rounds"> {
  /** What each loop learns too. */
  readonly learning: boolean;
}

/** Whole training loops. */
export const runLoops = async (
  { only, ...plan }: LoopRequest,
  surroundings: Surroundings,
): Promise<{ readonly report: LoopReport; readonly table: string }> => {
  const { benchLoops, loopTable, loopWorks } = await import("@agon/bench/rl");
  const chosen = only === undefined ? loopWorks : only.map((name) => findWork(loopWorks, name));
  return await withLine(chosen.length, surroundings, async (within) => {
    const report = await benchLoops({ works: chosen, ...plan }, within);
    return { report, table: loopTable(report) };
  });
};

/** Shows how many rows are done while `measure` goes on. */
const withLine = async <T>(
  rows: number,
  { stderr, now, signal }: Surroundings,
  measure: (surroundings: BenchSurroundings) => Promise<T>,
): Promise<T> => {
  const line = createStatusLine(stderr, now);
  const onRow = (name: string, index: number): void =>
    line.show(() => `${bar(index / rows)} ${index}/${rows} rows  ${name}`);
  try {
    return await measure({ signal, onRow });
  } catch (error) {
    throw signal.aborted ? new Interrupted("stopped before all rows were timed.") : error;
  } finally {
    line.clear();
  }
};

const findWork = <Row extends { readonly name: string }>(works: readonly Row[], name: string): Row => {
  const found = works.find((work) => work.name === name);
  if (found !== undefined) return found;
  throw unknownName(
    "row",
    name,
    works.map((work) => work.name),
  );
};
