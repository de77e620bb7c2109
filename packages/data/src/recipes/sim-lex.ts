// SimLex-999, unzipped.
import { DataError } from "../readers/data-error.ts";
import { readZip } from "../readers/zip.ts";

/** The table of rated pairs. */
export async function ratedPairs(archive: Uint8Array): Promise<Uint8Array> {
  const bytes = readZip(archive, { file: "SimLex-999.zip" }).get("SimLex-999/SimLex-999.txt");
  if (!bytes) throw new DataError({ file: "SimLex-999.zip", field: "SimLex-999.txt", offset: 0 }, "is missing.");
  return bytes;
}
