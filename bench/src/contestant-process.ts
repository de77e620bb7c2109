// A contestant at one row, in a process of its own: prepares, warms up, runs a round whenever it is asked to.
import { createHash } from "node:crypto";
import type { Contestant, Prepared } from "./contestants/contestant.ts";
import type { ProfiledPart } from "./profile.ts";
import { createTimer, type Timer } from "./timing.ts";

/** What the process is asked for … */
export type Request =
  | {
      readonly kind: "prepare";
      readonly contestant: string;
      readonly row: string;
      readonly numerics: string | undefined;
      readonly vectorBits: 128 | 256;
      readonly threads: number;
      /** Runs before the outcome is looked at. */
      readonly runs: number;
      readonly warmUpSeconds: number;
    }
  | { readonly kind: "round"; readonly seconds: number }
  /** How long each part of the plan takes, in so many runs. */
  | { readonly kind: "profile"; readonly runs: number }
  | { readonly kind: "check" };

/** … and answers. */
export type Answer =
  | {
      readonly kind: "prepared";
      readonly name: string;
      readonly numerics: string | undefined;
      /** Whether the contestant does this row at all. */
      readonly able: boolean;
      /** Hash of the outcome, if it tells one. */
      readonly outcome: string | undefined;
    }
  | { readonly kind: "round"; readonly secondsPerRun: number }
  | {
      readonly kind: "profiled";
      /** Undefined where the row has no plan. */
      readonly report: { readonly rows: readonly ProfiledPart[]; readonly arenaBytes: number } | undefined;
    }
  | { readonly kind: "checked" }
  | { readonly kind: "failed"; readonly message: string };

type Choice = Pick<Extract<Request, { kind: "prepare" }>, "numerics" | "vectorBits" | "threads">;

const contestants: Readonly<Record<string, (choice: Choice) => Promise<Contestant>>> = {
  agon: async (choice) => (await import("./contestants/agon.ts")).createContestant(choice),
  "tfjs-wasm": async () => (await import("./contestants/tfjs.ts")).createContestant(),
  "jax-js-wasm": async () => (await import("./contestants/jax-js.ts")).createContestant(),
};

const clock = (): number => performance.now() / 1000;

const processorTime = (): number => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
};

let prepared: Prepared | undefined;
let timer: Timer | undefined;

const answer = async (request: Request): Promise<Answer> => {
  if (request.kind === "prepare") {
    const { name, numerics, rows } = await contestants[request.contestant](request);
    prepared = await rows[request.row]?.();
    if (prepared === undefined) return { kind: "prepared", name, numerics, able: false, outcome: undefined };
    for (let i = 0; i < request.runs; i++) await prepared.run();
    const bytes = prepared.outcome?.();
    timer = createTimer(prepared.run, prepared.asynchronous === true, prepared.processorTime ? processorTime : clock);
    await timer.warmUp(request.warmUpSeconds);
    const outcome = bytes && createHash("sha256").update(bytes).digest("hex");
    return { kind: "prepared", name, numerics, able: true, outcome };
  }
  if (timer === undefined || prepared === undefined) throw new Error("internal: asked before it was prepared.");
  if (request.kind === "round") return { kind: "round", secondsPerRun: await timer.round(request.seconds) };
  if (request.kind === "profile") {
    const report = prepared.profile?.({ now: () => performance.now(), runs: request.runs });
    const rows = report?.rows.map((row): ProfiledPart => ({ ...row, microseconds: row.microseconds ?? 0 }));
    return { kind: "profiled", report: report && rows && { rows, arenaBytes: report.arenaBytes } };
  }
  await prepared.check?.();
  return { kind: "checked" };
};

process.on("message", (request: Request) => {
  answer(request)
    .catch(
      (error: unknown): Answer => ({ kind: "failed", message: error instanceof Error ? error.message : `${error}` }),
    )
    .then((reply) => process.send?.(reply));
});
process.on("disconnect", () => process.exit());
