// The data folder: datasets on disk, downloaded where they are missing and a download is allowed.
import { appendFile, mkdir, open, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { homedir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { type DataFile, type DataFiles, faultOf, MissingDataError, type ReadFileOptions } from "../files/data-files.ts";
import { downloadIfServed, type DownloadOptions, type Sink } from "../files/download.ts";
import { make, originalsOf } from "../files/made-files.ts";
import { DataError } from "../readers/data-error.ts";

export interface DataFolderOptions extends DownloadOptions {
  /** Default: the environment variable AGON_DATA, else `agon/data` in the user's cache folder. */
  readonly folder?: string;
  /** Never download. Default: whether the environment variable AGON_OFFLINE is set, to anything but 0. */
  readonly offline?: boolean;
  /** Default: those of AGON_DATA_MIRRORS, parted by white space. */
  readonly mirrors?: readonly string[];
}

/**
 * Files of a folder, with one subfolder per dataset. What is there is verified and used; what is not is downloaded into it, or made there of
 * downloaded originals. Originals stay: others may be made of them too.
 */
export interface DataFolder extends DataFiles {
  readonly folder: string;
}

export function dataFolder(options: DataFolderOptions = {}): DataFolder {
  const {
    folder = process.env.AGON_DATA || join(cacheFolder(), "agon", "data"),
    offline = !["", "0", undefined].includes(process.env.AGON_OFFLINE),
    mirrors = process.env.AGON_DATA_MIRRORS?.split(/\s+/).filter((base) => base !== "") ?? [],
    ...settings
  } = options;
  const root = resolve(folder);

  const find = (file: DataFile, more: ReadFileOptions): Promise<Uint8Array> => {
    const path = join(root, file.path);
    return alone(path, async () => (await presentOf(file, path)) ?? obtain(file, path, more));
  };

  const obtain = async (file: DataFile, path: string, more: ReadFileOptions): Promise<Uint8Array> => {
    const part = `${path}.part`;
    if (offline && !file.made) throw new MissingDataError("downloads are turned off");
    let bytes = offline ? null : await downloadIfServed(file, () => fileSink(part), { ...settings, mirrors, ...more });
    if (!bytes) {
      bytes = await make(file, (original) => find(original, more).catch(namingOriginal(file, original)));
      await mkdir(dirname(path), { recursive: true });
      await writeFile(part, bytes);
    }
    await finish(part, path);
    return bytes;
  };

  return {
    folder: root,
    read: (file, more = {}) =>
      find(file, more).catch((error: unknown) => {
        throw error instanceof MissingDataError ? new MissingDataError(missing(file, root, error.message)) : error;
      }),
  };
}

/** Paths that are being read, downloaded or made in this process. */
const underWay = new Map<string, Promise<unknown>>();

/** Whoever wants the same file waits, and then finds it: two files may be made of one original. */
async function alone<T>(path: string, task: () => Promise<T>): Promise<T> {
  while (underWay.has(path)) await underWay.get(path)?.catch(() => {});
  const running = task();
  underWay.set(path, running);
  try {
    return await running;
  } finally {
    underWay.delete(path);
  }
}

const namingOriginal =
  (file: DataFile, original: DataFile) =>
  (error: unknown): never => {
    if (!(error instanceof MissingDataError)) throw error;
    throw new MissingDataError(`it is made of ${originalsOf(file)}, and ${original.path} is missing: ${error.message}`);
  };

/** A file of the folder, verified; null if it is not there. */
async function presentOf(file: DataFile, path: string): Promise<Uint8Array | null> {
  const bytes = await readIfThere(path);
  const fault = bytes && (await faultOf(bytes, file));
  if (!fault) return bytes;
  throw new DataError(
    { file: path, field: "whole file", offset: 0 },
    `${fault}: it is cut off, damaged, or another file; delete it to have it downloaded again.`,
  );
}

const missing = ({ path, made }: DataFile, root: string, why: string): string =>
  `${path} is not in the data folder ${root} (${why}).\n` +
  `Set AGON_DATA to a folder that has ${path}, put the file${made?.originals.length ? " or what it is made of" : ""} there, ` +
  `or allow its download (no AGON_OFFLINE, and a network; AGON_DATA_MIRRORS may name addresses that serve such a folder).`;

async function readIfThere(path: string): Promise<Uint8Array | null> {
  try {
    const buffer = await readFile(path);
    return new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.byteLength);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
    throw error;
  }
}

/** A part of a file beside where the whole will be. */
async function fileSink(path: string): Promise<Sink> {
  await mkdir(dirname(path), { recursive: true });
  return {
    async length() {
      const found = await stat(path).catch(() => null);
      return found?.size ?? 0;
    },
    append: (chunk) => appendFile(path, chunk),
    clear: () => rm(path, { force: true }),
    async read() {
      return (await readIfThere(path)) ?? new Uint8Array();
    },
  };
}

/** Flushed before it gets its name: a file with the name is whole. */
async function finish(part: string, path: string): Promise<void> {
  const file = await open(part, "r+");
  try {
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(part, path);
}

function cacheFolder(): string {
  if (process.env.XDG_CACHE_HOME) return process.env.XDG_CACHE_HOME;
  if (process.platform === "win32") return process.env.LOCALAPPDATA ?? join(homedir(), "AppData", "Local");
  return process.platform === "darwin" ? join(homedir(), "Library", "Caches") : join(homedir(), ".cache");
}
