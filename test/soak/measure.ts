// node --expose-gc … measure.ts PROGRAM ITERATIONS: runs a program of programs.ts and prints what memory it held on the way, as JSON.
import type { Backend } from "../../packages/tensor/src/backend.ts";
import { backendNamed } from "../../packages/tensor/src/backends/available.ts";
import { backendInForce, selectBackend } from "@agon/tensor";
import { programs } from "./programs.ts";

/** Memory after collection, in bytes. */
export interface Sample {
  readonly iteration: number;
  /** What V8 holds: its heap and the buffers outside, wasm's memory left out. */
  readonly javascript: number;
  /** Handed out by the wasm backend. */
  readonly wasmInUse: number;
  /** Size of the wasm memory. */
  readonly wasmReserved: number;
}

/** Samples in each half. */
const SAMPLES = 10;

const [name, count] = process.argv.slice(2);
const iterations = Number(count);
const collect = globalThis.gc;
if (collect === undefined) throw new Error("start node with --expose-gc.");
await selectBackend("wasm");
const backend = backendNamed("wasm") as Backend;

const samples: Sample[] = [];
const sample = (iteration: number): void => {
  collect();
  collect();
  const { heapUsed, arrayBuffers, external } = process.memoryUsage();
  const { inUse, reserved } = backend.memory();
  // `external` counts buffers and wasm memory alike.
  const outside = Math.max(arrayBuffers, external - reserved);
  samples.push({ iteration, javascript: heapUsed + outside, wasmInUse: inUse, wasmReserved: reserved });
};

let next = 0;
const start = performance.now();
await programs[name](iterations, (made) => {
  while (made >= next) {
    sample(made);
    next += iterations / (2 * SAMPLES);
  }
});
const seconds = (performance.now() - start) / 1000;
console.log(JSON.stringify({ program: name, iterations, seconds, ...backendInForce(), samples }));
