// The backends of this machine, made at first use and once each: Variables stay in their memory.
import type { Backend } from "../backend.ts";
import { UsageError } from "../errors.ts";
import { createJsBackend } from "./js/index.ts";
import { createThreadedWasmBackend, createWasmBackend } from "./wasm/index.ts";

/**
 * "wasm" fuses multiply and add where the machine does; "wasm-strict" never: the same bits on every machine. "webgpu" needs a GPU, or a driver
 * that stands in for one; its results are near those of the others.
 */
export type BackendName = SynchronousName | "webgpu";
type SynchronousName = "wasm" | "wasm-strict" | "js";

let vectorBits: 128 | 256 = 128;

/**
 * Says that V8 runs with `--experimental-wasm-revectorize`, so that kernels made for pairs of vectors are the faster ones. The results are the
 * same bits. Before the first use of wasm.
 */
export const setVectorBits = (bits: 128 | 256): void => {
  if (made.get("wasm") || made.get("wasm-strict"))
    throw new UsageError("setVectorBits: the wasm backend has been made already; call it before anything is computed.");
  vectorBits = bits;
};

const made = new Map<SynchronousName, Backend | null>();

const optionsOf = (name: SynchronousName) => ({ numerics: name === "wasm" ? "auto" : "strict", vectorBits }) as const;

const make = (name: SynchronousName): Backend | null => {
  if (name === "js") return createJsBackend();
  try {
    return createWasmBackend(optionsOf(name));
  } catch {
    return null;
  }
};

/** The backend of that name; null where the engine has no WebAssembly or refuses to compile it. */
export const backendNamed = (name: SynchronousName): Backend | null => {
  let backend = made.get(name);
  if (backend === undefined) {
    backend = make(name);
    made.set(name, backend);
  }
  return backend;
};

let webgpu: (Backend & { readonly lost: boolean }) | null = null;

/** As `backendNamed`, and webgpu too; `onMissing` is told why there is none. A lost device is opened anew. */
export const openBackend = async (name: BackendName, onMissing: (reason: string) => void): Promise<Backend | null> => {
  if (name !== "webgpu") return backendNamed(name);
  if (webgpu && !webgpu.lost) return webgpu;
  // Loaded when it is asked for, so that it costs nothing where it is not.
  const { openWebgpuBackend } = await import("./webgpu/index.ts");
  try {
    webgpu = await openWebgpuBackend();
    return webgpu;
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    onMissing(error.message);
    return null;
  }
};

/** The reference backend; always there. */
export const jsBackend = (): Backend => backendNamed("js") as Backend;

/** A backend of that name of its own, whose plans run on several threads. */
export const threadedBackend = (name: "wasm" | "wasm-strict", threads: number): Promise<Backend> =>
  createThreadedWasmBackend(threads, optionsOf(name));
