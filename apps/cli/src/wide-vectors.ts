// V8's 256-bit vectors, turned on where a self-check finds that they change no bit. Libraries never do this: the flag is experimental.
import { setFlagsFromString } from "node:v8";
import { Worker } from "node:worker_threads";
import { setVectorBits } from "@agon/tensor";
import type { Numerics } from "./library.ts";

const FLAG = "experimental-wasm-revectorize";

/** The bits of the vectors in force from here on. Before anything is computed: V8 reads the flag when it compiles. */
export const chooseVectorBits = async (numerics: Numerics | undefined): Promise<128 | 256> => {
  if (!mayPairVectors()) return 128;
  const narrow = await outcome(128, numerics);
  setFlagsFromString(`--${FLAG}`);
  const wide = await outcome(256, numerics).catch(() => null);
  if (wide === narrow) {
    setVectorBits(256);
    return 256;
  }
  setFlagsFromString(`--no-${FLAG}`);
  return 128;
};

/** V8 pairs vectors on x64 alone, and since Node 24 well. */
const mayPairVectors = (): boolean =>
  process.arch === "x64" && Number.parseInt(process.versions.node, 10) >= 24 && !process.execArgv.includes(`--${FLAG}`);

/** What training a small net leads to, computed in a thread of its own: its kernels are compiled there, under the flags of now. */
const outcome = (vectorBits: 128 | 256, numerics: Numerics | undefined): Promise<string> =>
  new Promise((resolve, reject) => {
    const extension = import.meta.url.endsWith(".ts") ? "ts" : "js";
    const worker = new Worker(new URL(`wide-vectors-probe.${extension}`, import.meta.url), {
      workerData: { vectorBits, numerics },
    });
    worker.once("message", resolve);
    worker.once("error", reject);
    worker.once("exit", () => reject(new Error("internal: the probe of the vectors ended without an answer.")));
  });
