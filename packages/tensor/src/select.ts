// Choosing where tensors are computed.
import { createWasmBackend } from "./backends/wasm/index.ts";
import type { Backend } from "./backend.ts";
import { currentBackend, jsBackend, setBackend } from "./engine.ts";
import { UsageError } from "./errors.ts";

/** "wasm" fuses multiply and add where the machine does; "wasm-strict" never: the same bits on every machine. */
export type BackendName = "wasm" | "wasm-strict" | "js";

/** Made once each: Variables stay in their memory. */
const made = new Map<BackendName, Backend>();

const tryBackend = (name: BackendName): Backend | null => {
  if (name === "js") return jsBackend();
  const known = made.get(name);
  if (known) return known;
  try {
    const backend = createWasmBackend({ numerics: name === "wasm" ? "auto" : "strict" });
    made.set(name, backend);
    return backend;
  } catch {
    return null;
  }
};

/** Puts the first of the named backends in force that this machine has, and returns its name. The default is js. */
export const selectBackend = async (...names: readonly BackendName[]): Promise<BackendName> => {
  for (const name of names) {
    const backend = tryBackend(name);
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
