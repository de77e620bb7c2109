// The real packages behind the verbs.
import { type EnvironmentDefinition, type EnvironmentEntry, Registry } from "@agon/env";
import { environments } from "@agon/environments";
import { createRandom } from "@agon/random";
import { algorithms, drive, playEpisodes, summarise } from "@agon/rl";
import { backendInForce, selectBackend } from "@agon/tensor";
import { BadInput } from "./failure.ts";
import type { Library } from "./library.ts";
import { chooseVectorBits } from "./wide-vectors.ts";

/** The wasm backend in the wanted tier, or the best one; where wasm does not work the reference backend, which is strict. */
const selectArithmetic: Library["selectArithmetic"] = async ({ numerics: wanted, widen = false }) => {
  const vectorBits = widen ? await chooseVectorBits(wanted) : 128;
  await selectBackend(wanted === "strict" ? "wasm-strict" : "wasm", "js");
  const { numerics } = backendInForce();
  if (wanted !== undefined && numerics !== wanted)
    throw new BadInput(
      `numerics is ${wanted}, but this machine rounds products before it adds them; --numerics strict works everywhere.`,
    );
  return { numerics: numerics === "fused" ? "fused" : "strict", vectorBits };
};

export const agonLibrary = (version: string): Library => createLibrary(environments, versionsOf(version));

const versionsOf = (version: string): Record<string, string> => ({
  "@agon/cli": version,
  "@agon/rl": version,
  "@agon/environments": version,
});

const createLibrary = (
  known: readonly (EnvironmentDefinition | EnvironmentEntry)[],
  versions: Readonly<Record<string, string>>,
): Library => ({
  algorithms,
  environments: new Registry(known),
  with: (own, ownVersions) => createLibrary([...known, ...own], { ...versions, ...ownVersions }),
  versions,
  selectArithmetic,
  createRandom,
  playEpisodes,
  summarise,
  drive,
});
