// Writing files so that a reader, or a crash, sees the old content or the new, never half of it.
import { mkdir, open, readFile, rename, rm } from "node:fs/promises";
import { dirname } from "node:path";

/** Writes to a temporary neighbour, flushes it to disk and renames it over `path`; folders are made as needed. */
export const writeFileAtomic = async (path: string, content: Uint8Array | string): Promise<void> => {
  await mkdir(dirname(path), { recursive: true });
  const temporary = `${path}.${process.pid}.tmp`;
  try {
    const file = await open(temporary, "w");
    try {
      await file.writeFile(content);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
  await syncFolder(dirname(path));
};

/** The bytes of a file. */
export const readFileBytes = (path: string): Promise<Uint8Array> => readFile(path);

/** Makes a rename durable; Windows has no such thing as flushing a folder. */
const syncFolder = async (path: string): Promise<void> => {
  if (process.platform === "win32") return;
  const folder = await open(path, "r");
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
};
