// Files that nobody serves as they are needed: made of their originals, and believed by their checksum like any other.
import { DataError } from "../readers/data-error.ts";
import { gzip } from "../readers/gzip.ts";
import { type DataFile, sha256 } from "./data-files.ts";

/** The bytes of a file, made of its originals, which `read` gives; verified. */
export async function make(file: DataFile, read: (original: DataFile) => Promise<Uint8Array>): Promise<Uint8Array> {
  const { made, path, unpacked } = file;
  if (!made) throw new Error(`internal: ${path} is not made of anything`);
  const originals: Uint8Array[] = [];
  for (const original of made.originals) originals.push(await read(original));
  const content = await made.make(...originals);
  const found = await sha256(content);
  const expected = unpacked ?? file.sha256;
  if (found !== expected)
    throw new DataError(
      { file: path, field: "whole file", offset: 0 },
      `made of ${originalsOf(file)}, it holds what has the SHA-256 ${found}; expected ${expected}: its recipe is wrong.`,
    );
  return unpacked === undefined ? content : gzip(content);
}

/** "a", "a and b", "a, b and c". */
export const originalsOf = ({ made }: DataFile): string =>
  made?.originals
    .map(({ path }) => path)
    .join(", ")
    .replace(/, ([^,]*)$/, " and $1") || "nothing";
