// --environment-module FILE: environments of one's own, from a JavaScript or TypeScript module.
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { basename, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import type { EnvironmentDefinition, EnvironmentEntry } from "@agon/env";
import { BadInput } from "./failure.ts";
import type { Library } from "./library.ts";

/** The library with every environment that the module exports: definitions, registry entries, or lists of them, under any name. */
export const withEnvironmentModule = async (library: Library, path: string | undefined): Promise<Library> => {
  if (path === undefined) return library;
  const fail = (problem: string): never => {
    throw new BadInput(`--environment-module ${path}: ${problem}`);
  };
  const source = await readFile(path).catch((error: Error) => fail(`${error.message}; expected a module file.`));
  const exported: unknown = await import(pathToFileURL(resolve(path)).href).catch((error: unknown) =>
    fail(error instanceof Error ? `${error.name}: ${error.message}` : String(error)),
  );
  const found = Object.values(exported as object)
    .flat()
    .filter(isEnvironment);
  if (found.length === 0) fail("exports no environment; expected what defineEnvironment of @agon/env returns.");
  // A run depends on the rules: their fingerprint stands in its spec, so that it does not go on under others.
  const version = createHash("sha256").update(source).digest("hex").slice(0, 16);
  try {
    return library.with([...new Set(found)], { [basename(path)]: version });
  } catch (error) {
    return fail((error as Error).message);
  }
};

const isEnvironment = (value: unknown): value is EnvironmentDefinition | EnvironmentEntry => {
  if (typeof value !== "object" || value === null || !("id" in value)) return false;
  return "create" in value || ("reset" in value && "step" in value && "observe" in value);
};
