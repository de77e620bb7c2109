// How files of the registry are written down: who serves them, or what they are made of.
import type { DataFile, Recipe } from "../files/data-files.ts";

/** Addresses of a folder of a repository on GitHub: GitHub's own, and two networks' that serve what it has. */
export const github =
  (repository: string, revision: string, folder = "") =>
  (name: string): string[] => [
    `https://raw.githubusercontent.com/${repository}/${revision}/${folder}${name}`,
    `https://cdn.jsdelivr.net/gh/${repository}@${revision}/${folder}${name}`,
    `https://rawcdn.githack.com/${repository}/${revision}/${folder}${name}`,
  ];

export const folders =
  (...addresses: readonly string[]) =>
  (name: string): string[] =>
    addresses.map((address) => `${address}${name}`);

export type Mirrors = (name: string) => readonly string[];

/** Name, bytes, SHA-256; of a gzip file that others may pack the SHA-256 of its content too. */
type Entry = readonly [name: string, bytes: number, sha256: string, unpacked?: string];

/** The files of a folder. */
export const files = (folder: string, mirrors: Mirrors, ...entries: readonly Entry[]): DataFile[] =>
  entries.map(([name, bytes, sha256, unpacked]) => ({
    path: `${folder}/${name}`,
    bytes,
    sha256,
    ...(unpacked && { unpacked }),
    mirrors: mirrors(name),
  }));

/** A file that nobody serves as it is needed. Recipes are loaded when one is: most pages need none. */
export const made = (folder: string, recipe: Recipe, entry: Entry): DataFile => ({
  ...files(folder, () => [], entry)[0],
  made: recipe,
});

/** The content of a gzip file is its original. */
export const packed = (original: DataFile): Recipe => ({ originals: [original], make: async (bytes) => bytes });
