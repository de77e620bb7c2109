// zip archives: the files in them, by name.
import { unzipSync } from "fflate";
import { DataError, type ReadOptions } from "./data-error.ts";

/** Reads an archive of stored or deflated files: their bytes by their names. */
export function readZip(bytes: Uint8Array, { file = "zip archive" }: ReadOptions = {}): Map<string, Uint8Array> {
  try {
    return new Map(Object.entries(unzipSync(bytes)).filter(([name]) => !name.endsWith("/")));
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new DataError(
      { file, field: "zip archive", offset: 0 },
      `cannot be unpacked (${reason}): the file is cut off, damaged, or another kind of file.`,
    );
  }
}
