// Runs in the test's page: what the webgpu backend does there, in plain data.
import { selectBackend, tensor } from "@agon/tensor";
import { openBackend } from "../../packages/tensor/src/backends/available.ts";
import { cases, extremeFailuresOf, failuresOf, extremeOps } from "../webgpu/conformance.ts";
import { type Apart, apartOnWebgpu } from "../webgpu/training.ts";

export interface WebgpuReport {
  readonly selected: string;
  readonly cases: number;
  /** Of conformance: op, sample, and what was wrong. */
  readonly failures: readonly string[];
  /** How far B1 is from wasm in the same page. */
  readonly apart: Apart;
  /** The error of reading at once. */
  readonly atOnce: string;
}

globalThis.webgpuReport = async (): Promise<WebgpuReport> => {
  const apart = await apartOnWebgpu("B1", 1);
  const selected = await selectBackend("webgpu", "wasm");
  const backend = (await openBackend("webgpu", () => {}))!;
  const failures: string[] = [];
  for (const one of cases)
    for (const line of await failuresOf(backend, one)) failures.push(`${one.op}, sample ${one.sample}: ${line}`);
  for (const op of extremeOps) for (const line of await extremeFailuresOf(backend, op)) failures.push(`${op}: ${line}`);
  return { selected, cases: cases.length, failures, apart, atOnce: errorOf(() => tensor([1]).add(1).dataSync()) };
};

const errorOf = (f: () => unknown): string => {
  try {
    f();
    return "";
  } catch (error) {
    return String(error);
  }
};
