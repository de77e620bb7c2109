// Training runs as processes of their own, several at a time: what compare and bench scores are made of.
import { spawn } from "node:child_process";
import { bar, createStatusLine, duration } from "@agon/runs";
import { Interrupted } from "./failure.ts";
import type { Surroundings, TrainResult } from "./train.ts";

/** Runs `agon train …` with these arguments and returns what it printed as JSON. */
export type RunTraining = (parameters: readonly string[], signal: AbortSignal) => Promise<TrainResult>;

/** Results in the order of the items, a line telling how many there are; the first failure stops the others and is thrown. */
export const inParallel = async <Item, Result>(
  items: readonly Item[],
  workers: number,
  work: (item: Item, signal: AbortSignal) => Promise<Result>,
  { stderr, now, signal }: Surroundings,
): Promise<Result[]> => {
  const line = createStatusLine(stderr, now);
  const start = now();
  let finished = 0;
  const show = (): void => line.show(() => progress(finished, items.length, workers, (now() - start) / 1000));
  const clock = setInterval(show, 1000);
  show();
  const failure = new AbortController();
  const stop = AbortSignal.any([signal, failure.signal]);
  const results: Result[] = new Array(items.length);
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < items.length && !stop.aborted) {
      const index = next++;
      results[index] = await work(items[index], stop);
      finished++;
      show();
    }
  };
  await Promise.allSettled(
    Array.from({ length: Math.min(workers, items.length) }, () =>
      worker().catch((error: unknown) => {
        if (!failure.signal.aborted) failure.abort(error);
      }),
    ),
  );
  clearInterval(clock);
  line.clear();
  if (signal.aborted) throw new Interrupted("stopped before all runs were finished.");
  if (failure.signal.aborted) throw failure.signal.reason;
  return results;
};

/** Time left as if every run took as long as those that are finished. */
const progress = (finished: number, count: number, workers: number, seconds: number): string => {
  const left = Math.ceil((count - finished) / workers) * (seconds / Math.max(1, Math.floor(finished / workers)));
  const eta = finished >= workers ? duration(left) : "–";
  return `${bar(finished / count)} ${finished}/${count} runs  ${duration(seconds)}  ETA ${eta}`;
};

/** This very program as a child process. */
export const runInProcess: RunTraining = (parameters, signal) =>
  new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [...process.execArgv, process.argv[1], "train", ...parameters, "--json"], {
      stdio: ["ignore", "pipe", "pipe"],
      signal,
      killSignal: "SIGINT",
    });
    let output = "";
    let complaint = "";
    child.stdout.on("data", (chunk: Buffer) => (output += chunk.toString()));
    child.stderr.on("data", (chunk: Buffer) => (complaint += chunk.toString()));
    child.on("error", reject);
    child.on("close", (code) => {
      if (code === 0) return resolve(JSON.parse(output.trimEnd().split("\n").at(-1) ?? ""));
      reject(childFailure(code, parameters, complaint));
    });
  });

/** Passes on what the child said, under a name that gives the same exit status. */
const childFailure = (code: number | null, parameters: readonly string[], complaint: string): Error => {
  const line =
    complaint
      .trim()
      .split("\n")
      .at(-1)
      ?.replace(/^agon: /, "") ?? "";
  const error = new Error(`${parameters.slice(0, 4).join(" ")}: ${line}`);
  error.name = { 2: "BadInput", 3: "Diverged", 130: "Interrupted" }[code ?? 0] ?? "Error";
  return error;
};
