// Runs a program in a process of its own and tells how fast its memory grows.
import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { Sample } from "./measure.ts";

export interface Growth {
  readonly seconds: number;
  readonly numerics: string;
  /** Bytes an iteration over the second half: the median slope between any two samples (Theil 1950, Sen 1968), deaf to single outliers. */
  readonly javascript: number;
  readonly wasmInUse: number;
  /** Bytes by which the wasm memory itself has grown over the second half. */
  readonly wasmReserved: number;
}

const measure = fileURLToPath(new URL("measure.ts", import.meta.url));

/** `v8`: further flags for the engine. */
export const growthOf = async (program: string, iterations: number, v8: readonly string[] = []): Promise<Growth> => {
  // One thread: code is compiled when it gets hot, not when a busy machine finds the time.
  const flags = ["--expose-gc", "--single-threaded", "--conditions=@agon/source", ...v8];
  const child = spawn(process.execPath, [...flags, measure, program, `${iterations}`], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  let output = "";
  child.stdout.on("data", (chunk: Buffer) => (output += chunk.toString()));
  const status = await new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", resolve);
  });
  if (status !== 0) throw new Error(`${program}: exit status ${status}.`);
  const { seconds, numerics, samples } = JSON.parse(output) as {
    readonly seconds: number;
    readonly numerics: string;
    readonly samples: readonly Sample[];
  };
  const half = samples.filter(({ iteration }) => iteration >= iterations / 2);
  return {
    seconds,
    numerics,
    javascript: slope(half, ({ javascript }) => javascript),
    wasmInUse: slope(half, ({ wasmInUse }) => wasmInUse),
    wasmReserved: half[half.length - 1].wasmReserved - half[0].wasmReserved,
  };
};

const slope = (samples: readonly Sample[], value: (sample: Sample) => number): number => {
  const slopes = samples.flatMap((a, i) =>
    samples.slice(i + 1).map((b) => (value(b) - value(a)) / (b.iteration - a.iteration)),
  );
  slopes.sort((a, b) => a - b);
  return slopes[slopes.length >> 1];
};
