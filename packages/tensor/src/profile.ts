// What a recorded plan consists of, and what its parts take.
import type { Executable, Mark, PlanLine, Spec } from "./backend.ts";
import { UsageError } from "./errors.ts";
import { primitives } from "./ops/primitives.ts";
import { showShape, sizeOf } from "./shape.ts";

export interface PlanRow extends PlanLine {
  readonly bytesRead: number;
  readonly bytesWritten: number;
  /** Multiplications and additions of a product or a convolution; 0 of everything else. */
  readonly operations: number;
  /** What it took, where it was measured: the mean of the middle half of the runs. */
  readonly microseconds?: number;
}

export interface PlanReport {
  /** In the order of their work. */
  readonly rows: readonly PlanRow[];
  /** Bytes of temporaries. */
  readonly arenaBytes: number;
  /** How many threads share the work. */
  readonly threads: number;
  /** A table of the rows. */
  toString(): string;
}

export interface ProfileOptions {
  /** Milliseconds from some fixed moment, such as `() => performance.now()`: libraries have no clock of their own. */
  readonly now: () => number;
  /** Runs that are timed, after as many that are not; default 100. */
  readonly runs?: number;
}

/** `microseconds`: of each line, where they were measured. */
export const reportOf = (
  { lines, arenaBytes, threads = 1 }: Pick<Executable, "lines" | "arenaBytes" | "threads">,
  microseconds?: readonly number[],
): PlanReport => {
  const all = lines.map((line, i): PlanRow => {
    const [op] = line.ops;
    const operations = line.ops.length === 1 ? primitives[op]?.operations?.(line.inputs, line.outputs[0]) : 0;
    return {
      ...line,
      bytesRead: bytesOf(line.inputs),
      bytesWritten: bytesOf(line.outputs),
      operations: operations ?? 0,
      ...(microseconds === undefined ? {} : { microseconds: microseconds[i] }),
    };
  });
  const rows = all.filter(({ kind, outputs }) => kind !== "assign" || outputs.length > 0);
  return { rows, arenaBytes, threads, toString: () => table(rows, arenaBytes) };
};

/** As backends hold them: a bool takes as much as a number. */
const bytesOf = (specs: readonly Spec[]): number =>
  specs.reduce((sum, { shape, dtype }) => sum + sizeOf(shape) * (dtype === "float64" ? 8 : 4), 0);

/** Takes the time at every mark of a plan's runs. */
export class PlanTimer {
  private readonly now: () => number;
  /** The times of one run: at two marks of its beginning, then behind each line. */
  private readonly stamps: Float64Array;
  private at = 0;
  /** What each line took in each run, in milliseconds; the first is no line but what taking the time takes. */
  private readonly taken: number[][];

  constructor(now: () => number, lines: number) {
    this.now = now;
    this.stamps = new Float64Array(lines + 2);
    this.taken = Array.from({ length: lines + 1 }, () => []);
  }

  readonly mark: Mark = () => {
    this.stamps[this.at++] = this.now();
  };

  /** Before each run. */
  begin(): void {
    this.at = 0;
  }

  /** After a run that counts. */
  keep(): void {
    const { stamps } = this;
    if (this.at !== stamps.length) throw new UsageError("profile: this backend cannot time the parts of a plan.");
    this.taken.forEach((times, i) => times.push(stamps[i + 1] - stamps[i]));
  }

  microseconds(): number[] {
    const [own, ...lines] = this.taken.map((times) => 1000 * middleMean(times));
    return lines.map((each) => Math.max(0, each - own));
  }
}

/** The mean of the middle half: bears with interruptions and with coarse clocks. */
const middleMean = (values: readonly number[]): number => {
  const sorted = values.toSorted((a, b) => a - b);
  const cut = sorted.length >> 2;
  const middle = sorted.slice(cut, sorted.length - cut);
  return middle.reduce((sum, value) => sum + value, 0) / middle.length;
};

/** Ops, and shapes, that a row of the table names before it only counts. */
const NAMED = 4;

const table = (rows: readonly PlanRow[], arenaBytes: number): string => {
  const timed = rows.some(({ microseconds }) => microseconds !== undefined);
  const total = rows.reduce((sum, { microseconds = 0 }) => sum + microseconds, 0);
  const times = ({ microseconds = 0, operations, bytesRead, bytesWritten }: PlanRow): string[] => {
    const perNanosecond = (amount: number): string =>
      amount > 0 && microseconds > 0 ? (amount / microseconds / 1000).toFixed(1) : "";
    return [
      microseconds.toFixed(2),
      `${((100 * microseconds) / (total || 1)).toFixed(1)}%`,
      perNanosecond(operations),
      perNanosecond(bytesRead + bytesWritten),
    ];
  };
  const cells = [
    ["", "ops", "reads", "makes", "read", "written", ...(timed ? ["µs", "share", "GFLOP/s", "GB/s"] : [])],
    ...rows.map((row, i) => [
      String(i),
      nameOf(row),
      showShapes(row.inputs),
      showShapes(row.outputs),
      showBytes(row.bytesRead),
      showBytes(row.bytesWritten),
      ...(timed ? times(row) : []),
    ]),
  ];
  const widths = cells[0].map((_, column) => Math.max(...cells.map((line) => line[column].length)));
  const line = (texts: readonly string[]): string =>
    texts
      .map((text, i) => (i > 0 && i < 4 ? text.padEnd(widths[i]) : text.padStart(widths[i])))
      .join("  ")
      .trimEnd();
  const sum = timed ? `${total.toFixed(2)} µs in all; ` : "";
  return [...cells.map(line), `${sum}temporaries ${showBytes(arenaBytes)}`].join("\n");
};

const nameOf = ({ kind, ops }: PlanLine): string => {
  if (kind === "guard" || kind === "assign") return kind;
  const rest = ops.length > NAMED ? ` … ${ops.length} ops` : "";
  return `${ops.slice(0, NAMED).join(" ")}${rest}${kind === "reference" ? " (reference)" : ""}`;
};

const showShapes = (specs: readonly Spec[]): string => {
  const named = specs.slice(0, NAMED).map(({ shape }) => showShape(shape));
  return [...named, ...(specs.length > NAMED ? [`… ${specs.length}`] : [])].join(" ");
};

const showBytes = (bytes: number): string =>
  bytes < 1e3 ? `${bytes} B` : bytes < 1e6 ? `${(bytes / 1e3).toFixed(1)} kB` : `${(bytes / 1e6).toFixed(1)} MB`;
