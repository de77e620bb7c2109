// Peers that are not JavaScript: programs in a folder of the user's that print their figures as JSON objects, one a line.
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";

export interface ForeignPlan {
  /** Holds torch_bench.py, jax_bench.py and limits/native_peak.c, or some of them. */
  readonly folder: string;
  /** The Python that has the libraries. */
  readonly python: string;
}

/** The best figure of a library at a row. */
export interface ForeignFigure {
  readonly library: string;
  /** Who gave it, with version and setting: "torch-2.13.0-fused". */
  readonly setting: string;
  readonly value: number;
}

export interface ForeignFigures {
  readonly figures: readonly ForeignFigure[];
  readonly notes: readonly string[];
}

interface Line {
  readonly peer: string;
  readonly workload: string;
  readonly value: number | null;
  readonly threads: number;
}

interface Program {
  readonly library: string;
  readonly arguments: readonly string[];
  /** First letters of the rows that it is asked for. */
  readonly sections: string;
}

/** What the programs call the rows. */
const workloads: Readonly<Record<string, readonly string[]>> = {
  "L-peak": ["L_fma128_peak", "L_fma256_avx2_peak", "L_fma512_avx512_peak"],
  ...Object.fromEntries([64, 128, 256, 512, 1024].map((n) => [`A-${n}`, [`A_gemm_${n}`]])),
  B1: ["B_mlp_4-64-64-2_b64"],
  B2: ["B_mlp_784-256-128-10_b64"],
  C: ["C_act_4-64-64-2_b1"],
  D: ["D_lenet_b64"],
  E: ["E_lstm_T50_b32"],
  F: ["F_gpt_d128_h4_l4_s64_b16"],
  G: ["G_resnet8_b32"],
  "M-tanh": ["M_tanh_1M"],
  "M-adam": ["M_adam_235k_params"],
};

/** PyTorch counts by the best of its settings; each is asked where it can gain something. */
const programs: readonly Program[] = [
  { library: "pytorch", arguments: ["torch_bench.py"], sections: "ABCDEFGM" },
  { library: "pytorch", arguments: ["torch_bench.py", "--fused"], sections: "BM" },
  { library: "pytorch", arguments: ["torch_bench.py", "--compile"], sections: "G" },
  { library: "jax", arguments: ["jax_bench.py"], sections: "ABCDEFGM" },
];

/** By the programs' own rule: seconds of warming up, then of measuring, for each figure. */
const timing = { BENCH_WARMUP: "0.3", BENCH_SECONDS: "0.5" };

export class ForeignPeers {
  private readonly plan: ForeignPlan;
  private readonly threads: number;
  private readonly signal: AbortSignal;
  /** What the programs of a section have printed; each section is measured once. */
  private readonly sections = new Map<string, { readonly lines: [string, Line][]; readonly notes: string[] }>();

  constructor(plan: ForeignPlan, threads: number, signal: AbortSignal) {
    this.plan = plan;
    this.threads = threads;
    this.signal = signal;
  }

  /** The figures of one row: measured when a row of its section is first asked for. */
  async at(row: string, better: "higher" | "lower"): Promise<ForeignFigures> {
    const wanted = workloads[row];
    if (wanted === undefined) return { figures: [], notes: [] };
    const section = row[0];
    let known = this.sections.get(section);
    if (!known) {
      known = await this.measure(section);
      this.sections.set(section, known);
    }
    // The row of limits is one thread's.
    const count = section === "L" ? 1 : this.threads;
    const best = new Map<string, ForeignFigure>();
    for (const [library, { peer, workload, value, threads }] of known.lines) {
      if (value === null || threads !== count || !wanted.includes(workload)) continue;
      const before = best.get(library);
      const setting = wanted.length > 1 ? `${peer} ${workload}` : peer;
      if (!before || (better === "higher" ? value > before.value : value < before.value))
        best.set(library, { library, setting, value });
    }
    return { figures: [...best.values()], notes: known.notes };
  }

  private async measure(section: string): Promise<{ lines: [string, Line][]; notes: string[] }> {
    const lines: [string, Line][] = [];
    const notes: string[] = [];
    const take = async (library: string, run: () => Promise<readonly Line[]>): Promise<void> => {
      try {
        for (const line of await run()) lines.push([library, line]);
      } catch (error) {
        this.signal.throwIfAborted();
        notes.push(`${library}: ${(error as Error).message}`);
      }
    };
    if (section === "L") await take("c", () => this.limits());
    for (const {
      library,
      arguments: [script, ...flags],
      sections,
    } of programs)
      if (sections.includes(section))
        await take(library, () =>
          jsonFrom(
            this.plan.python,
            [join(this.plan.folder, script), ...flags, "--threads", String(this.threads), "--only", section],
            this.signal,
            (complaint) => notes.push(`${library}: ${complaint}`),
          ),
        );
    return { lines, notes };
  }

  /** Peaks of the machine, by C. */
  private async limits(): Promise<readonly Line[]> {
    const folder = await mkdtemp(join(tmpdir(), "agon-limits-"));
    try {
      const program = join(folder, "native_peak");
      const source = join(this.plan.folder, "limits", "native_peak.c");
      await jsonFrom("cc", ["-O3", "-march=native", "-fopenmp", source, "-o", program], this.signal);
      return await jsonFrom(program, [], this.signal);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }
}

/**
 * Runs a program; its lines of JSON. An error tells the last line that it complained by; of one that goes on all the same `onFailure` hears the lines
 * that say what failed.
 */
export const jsonFrom = async <Printed>(
  command: string,
  parameters: readonly string[],
  signal: AbortSignal,
  onFailure: (complaint: string) => void = () => {},
): Promise<Printed[]> => {
  const environment = { ...process.env, ...timing, PYTHONDONTWRITEBYTECODE: "1" };
  const child = spawn(command, parameters, { env: environment, stdio: ["ignore", "pipe", "pipe"], signal });
  const [status, lines, complaints] = await Promise.all([ended(child), jsonLines<Printed>(child), complaintsOf(child)]);
  if (status !== 0) throw new Error(complaints.at(-1) ?? `${command} ended with status ${status}.`);
  complaints.filter((complaint) => complaint.includes(" failed: ")).forEach((complaint) => onFailure(complaint));
  return lines;
};

const ended = (child: ChildProcess): Promise<number | null> =>
  new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", resolve);
  });

const jsonLines = async <Printed>({ stdout }: ChildProcess): Promise<Printed[]> => {
  const lines: Printed[] = [];
  if (stdout) for await (const text of createInterface(stdout)) if (text.startsWith("{")) lines.push(JSON.parse(text));
  return lines;
};

const complaintsOf = async ({ stderr }: ChildProcess): Promise<string[]> => {
  const complaints: string[] = [];
  if (stderr) for await (const text of createInterface(stderr)) if (text.trim()) complaints.push(text.trim());
  return complaints;
};
