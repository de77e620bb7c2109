// A policy on its own: as safetensors bytes, and as a file.
import type { AnyModule } from "@agon/nn";
import { decodeSafetensors, encodeSafetensors } from "@agon/tensor";

/** Whatever acts, as safetensors bytes. */
export interface Policy {
  encode(): Uint8Array;
  decode(bytes: Uint8Array): void;
}

/** The variables of a network, by name. */
export const networkPolicy = (network: AnyModule): Policy => ({
  encode() {
    const entries = [...network.namedVariables()].map(
      ([name, variable]) => [name, { shape: variable.shape, data: variable.toHost() }] as const,
    );
    return encodeSafetensors(new Map(entries));
  },
  decode(bytes) {
    const { tensors } = decodeSafetensors(bytes);
    network.loadStateDict(Object.fromEntries([...tensors].map(([name, { data }]) => [name, data])));
  },
});

/** Nothing was learned: a file without a tensor. */
export const noPolicy: Policy = { encode: () => encodeSafetensors(new Map()), decode: () => {} };

interface Files {
  writeFileAtomic(path: string, content: Uint8Array): Promise<void>;
  readFileBytes(path: string): Promise<Uint8Array>;
}

/** Only Node has files; elsewhere the error names the way out. */
const openFiles = async (method: "save" | "load", wayOut: string): Promise<Files> => {
  const { process } = globalThis as { process?: { versions?: { node?: string } } };
  if (process?.versions?.node === undefined)
    throw new Error(`${method}: there are no files here, only in Node; ${wayOut}.`);
  // In a variable: a bundler that follows the import would drag Node's file system into a page.
  const specifier = "@agon/runs/node";
  return (await import(/* @vite-ignore */ specifier)) as Files;
};

/** Writes the agent's policy, whole or not at all. */
export const savePolicy = async (agent: { policy(): Uint8Array }, path: string): Promise<void> => {
  const { writeFileAtomic } = await openFiles("save", "take the bytes of policy() and keep them yourself");
  await writeFileAtomic(path, agent.policy());
};

/** Reads what `savePolicy` wrote. */
export const readPolicy = async (agent: { loadPolicy(bytes: Uint8Array): void }, path: string): Promise<void> => {
  const { readFileBytes } = await openFiles("load", "give the bytes to loadPolicy()");
  agent.loadPolicy(await readFileBytes(path));
};
