// The real packages behind the verbs.
import { definition, registeredIds } from "@agon/environments";
import { createRandom } from "@agon/random";
import { algorithms, drive, evaluate } from "@agon/rl";
import { BadInput } from "./failure.ts";
import type { Library, Numerics } from "./library.ts";

/** Only the strict tier exists as yet: the js backend multiplies, then adds. */
const selectNumerics = async (wanted: Numerics = "strict"): Promise<Numerics> => {
  if (wanted !== "strict") throw new BadInput(`--numerics is ${wanted}; this machine's backend (js) has only strict.`);
  return wanted;
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
