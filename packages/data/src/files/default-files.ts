// Where loaders take files from unless they are told: in Node the data folder, elsewhere the web.
import type { DataFiles } from "./data-files.ts";
import { webFiles } from "./download.ts";

export function defaultFiles(): DataFiles {
  let found: Promise<DataFiles> | undefined;
  return { read: async (file, options) => (await (found ??= openFiles())).read(file, options) };
}

async function openFiles(): Promise<DataFiles> {
  const { process } = globalThis as { process?: { versions?: { node?: string } } };
  if (process?.versions?.node === undefined) return webFiles();
  // In a variable: a bundler that follows the import would drag Node's file system into a page.
  const specifier = "@agon/data/node";
  const { dataFolder } = (await import(/* @vite-ignore */ specifier)) as { dataFolder(): DataFiles };
  return dataFolder();
}
