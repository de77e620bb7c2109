// Choosing where tensors are computed.
import { type BackendName, openBackend } from "./backends/available.ts";
import type { Backend } from "./backend.ts";
import { currentBackend, setBackend } from "./engine.ts";
import { UsageError } from "./errors.ts";

export { type BackendName, setVectorBits } from "./backends/available.ts";

/**
 * Puts the first of the named backends in force that this machine has, and returns its name. Without a call it is wasm, or js where
 * WebAssembly is missing or forbidden. Variables move along. webgpu is loaded when it is named; its values are read by promises.
 */
export const selectBackend = async (...names: readonly BackendName[]): Promise<BackendName> => {
  const reasons: string[] = [];
  for (const name of names) {
    const backend = await openBackend(name, (reason) => reasons.push(reason));
    if (!backend) continue;
    await leave(backend);
    setBackend(backend);
    backend.deferred?.resume();
    return name;
  }
  throw new UsageError([`selectBackend: none of [${names.join(", ")}] works here.`, ...reasons].join(" "));
};

/** Brings what the backend in force holds to where the next one finds it. */
const leave = async (next: Backend): Promise<void> => {
  if (next !== currentBackend()) await currentBackend().deferred?.suspend();
};

/** Name and arithmetic tier of the backend in force. */
export const backendInForce = (): { readonly name: Backend["name"]; readonly numerics: Backend["numerics"] } => {
  const { name, numerics } = currentBackend();
  return { name, numerics };
};
