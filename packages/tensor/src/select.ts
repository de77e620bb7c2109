// Choosing where tensors are computed.
import { type BackendName, backendNamed } from "./backends/available.ts";
import type { Backend } from "./backend.ts";
import { currentBackend, setBackend } from "./engine.ts";
import { UsageError } from "./errors.ts";

export { type BackendName, setVectorBits } from "./backends/available.ts";

/**
 * Puts the first of the named backends in force that this machine has, and returns its name. Without a call it is wasm, or js where
 * WebAssembly is missing or forbidden. Variables move along.
 */
export const selectBackend = async (...names: readonly BackendName[]): Promise<BackendName> => {
  for (const name of names) {
    const backend = backendNamed(name);
    if (!backend) continue;
    setBackend(backend);
    return name;
  }
  throw new UsageError(`selectBackend: none of [${names.join(", ")}] works here.`);
};

/** Name and arithmetic tier of the backend in force. */
export const backendInForce = (): { readonly name: Backend["name"]; readonly numerics: Backend["numerics"] } => {
  const { name, numerics } = currentBackend();
  return { name, numerics };
};
