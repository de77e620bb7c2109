// Choosing where tensors are computed, and on how many threads.
import { type BackendName, openBackend, threadedBackend } from "./backends/available.ts";
import type { Backend } from "./backend.ts";
import { backendSoFar, currentBackend, refuseInScope, setBackend } from "./engine.ts";
import { UsageError } from "./errors.ts";

export { type BackendName, setVectorBits } from "./backends/available.ts";

/** So many threads must not be had by a slip of the pen. */
const MOST_THREADS = 64;

const state = {
  /** The backend that was selected; null: the default. */
  name: null as BackendName | null,
  /** How many threads it computes on where it can. */
  threads: 1,
  /** Whether threads are being started or ended. */
  changing: false,
};

/**
 * Puts the first of the named backends in force that this machine has, and returns its name. Without a call it is wasm, or js where
 * WebAssembly is missing or forbidden. Variables move along. webgpu is loaded when it is named; its values are read by promises.
 */
export const selectBackend = async (...names: readonly BackendName[]): Promise<BackendName> => {
  refuseInScope("selectBackend");
  const reasons: string[] = [];
  for (const name of names) {
    const backend = await openBackend(name, (reason) => reasons.push(reason));
    if (!backend) continue;
    await change("selectBackend", name, state.threads);
    return name;
  }
  throw new UsageError([`selectBackend: none of [${names.join(", ")}] works here.`, ...reasons].join(" "));
};

/**
 * From now on compiled steps run on so many threads, the caller's included, where they are large enough for that to pay; results are the same
 * bits for any number. 1, the default, ends the others. Variables move along, and compiled functions are recorded anew when they are called
 * next. Threads share memory: Node always can, a page only if it is cross-origin isolated, that is, served with the headers
 * `Cross-Origin-Opener-Policy: same-origin` and `Cross-Origin-Embedder-Policy: require-corp`. Where they cannot be had this throws, and
 * everything goes on as before.
 */
export const setThreads = async (count: number): Promise<void> => {
  if (!Number.isInteger(count) || count < 1 || count > MOST_THREADS)
    throw new UsageError(`setThreads: got ${count}, expected a whole number of threads from 1 to ${MOST_THREADS}.`);
  const current = currentBackend().name;
  const name = state.name ?? (current === "wasm" ? "wasm" : "js");
  if (current !== "wasm" && count > 1)
    throw new UsageError(`setThreads: threads are the wasm backends', and this is ${current}; select wasm before.`);
  await change("setThreads", name, count);
  state.threads = count;
};

/** How many threads compiled steps run on. */
export const threads = (): number => currentBackend().threads?.() ?? 1;

/** Puts a backend in force on so many threads, if it has threads, and ends those of the one before. */
const change = async (caller: string, name: BackendName, count: number): Promise<void> => {
  refuseInScope(caller);
  if (state.changing) throw new UsageError(`${caller}: threads are being started or ended; await that first.`);
  const before = backendSoFar();
  if (count > 1 && name === state.name && before?.threads?.() === count) return;
  state.changing = count > 1 || (before?.threads?.() ?? 1) > 1;
  try {
    const threaded = count > 1 && (name === "wasm" || name === "wasm-strict");
    const next = threaded ? await started(name, count) : ((await openBackend(name, () => {})) as Backend);
    // What the backend before holds comes to where the next one finds it.
    if (before !== next) await before?.deferred?.suspend();
    setBackend(next);
    next.deferred?.resume();
    state.name = name;
    if (before !== next) await before?.endThreads?.();
  } finally {
    state.changing = false;
  }
};

const started = async (name: "wasm" | "wasm-strict", count: number): Promise<Backend> => {
  try {
    return await threadedBackend(name, count);
  } catch (error) {
    throw new UsageError(
      `setThreads: ${count} threads cannot be had here: ${(error as Error).message}. It goes on as before.`,
    );
  }
};

/** Name and arithmetic tier of the backend in force. */
export const backendInForce = (): { readonly name: Backend["name"]; readonly numerics: Backend["numerics"] } => {
  const { name, numerics } = currentBackend();
  return { name, numerics };
};
