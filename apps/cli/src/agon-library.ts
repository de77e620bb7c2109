// The real packages behind the verbs.
import { definition, registeredIds } from "@agon/environments";
import { createRandom } from "@agon/random";
import { algorithms, drive, evaluate } from "@agon/rl";
import { backendInForce, selectBackend } from "@agon/tensor";
import { BadInput } from "./failure.ts";
import type { Library, Numerics } from "./library.ts";

/** The wasm backend in the wanted tier, or the best one; where wasm does not work the reference backend, which is strict. */
const selectNumerics = async (wanted?: Numerics): Promise<Numerics> => {
  await selectBackend(wanted === "strict" ? "wasm-strict" : "wasm", "js");
  const { numerics } = backendInForce();
  if (wanted !== undefined && numerics !== wanted)
    throw new BadInput(
      `--numerics is ${wanted}; this machine multiplies and adds in two roundings, only strict works here.`,
    );
  return numerics === "fused" ? "fused" : "strict";
};

export const agonLibrary = (version: string): Library => ({
  algorithms,
  environments: registeredIds().map((id) => definition(id)),
  versions: { "@agon/cli": version, "@agon/rl": version, "@agon/environments": version },
  selectNumerics,
  createRandom,
  evaluate,
  drive: async (events, options) => {
    await drive(events, options);
  },
});
