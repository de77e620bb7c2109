// The backends of this machine, made at first use and once each: Variables stay in their memory.
import type { Backend } from "../backend.ts";
import { createJsBackend } from "./js/index.ts";
import { createWasmBackend } from "./wasm/index.ts";

/** "wasm" fuses multiply and add where the machine does; "wasm-strict" never: the same bits on every machine. */
export type BackendName = "wasm" | "wasm-strict" | "js";

const made = new Map<BackendName, Backend | null>();

const make = (name: BackendName): Backend | null => {
  if (name === "js") return createJsBackend();
  try {
    return createWasmBackend({ numerics: name === "wasm" ? "auto" : "strict" });
  } catch {
    return null;
  }
};

/** The backend of that name; null where the engine has no WebAssembly or refuses to compile it. */
export const backendNamed = (name: BackendName): Backend | null => {
  let backend = made.get(name);
  if (backend === undefined) {
    backend = make(name);
    made.set(name, backend);
  }
  return backend;
};

/** The reference backend; always there. */
export const jsBackend = (): Backend => backendNamed("js") as Backend;
