// Files made of the archive of CIFAR-10's binary version.
import { DataError } from "../readers/data-error.ts";
import { readTar } from "../readers/tar.ts";

const RECORD = 1 + 3 * 32 * 32;

/** The first records of a batch: a label and an image each. */
export async function firstImages(
  archive: Uint8Array,
  { batch, count }: { readonly batch: string; readonly count: number },
): Promise<Uint8Array> {
  return (await member(archive, batch)).subarray(0, count * RECORD);
}

/** The names of the classes, one a line. */
export const classNames = (archive: Uint8Array): Promise<Uint8Array> => member(archive, "batches.meta.txt");

async function member(archive: Uint8Array, name: string): Promise<Uint8Array> {
  const bytes = (await readTar(archive, { file: "cifar-10-binary.tar.gz" })).get(`cifar-10-batches-bin/${name}`);
  if (!bytes) throw new DataError({ file: "cifar-10-binary.tar.gz", field: name, offset: 0 }, "is missing.");
  return bytes;
}
