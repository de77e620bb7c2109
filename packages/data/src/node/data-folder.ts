// The data folder: datasets on disk, downloaded where they are missing and a download is allowed.
import { appendFile, mkdir, open, readFile, rename, rm, stat } from "node:fs/promises";
import { homedir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { type DataFile, type DataFiles, faultOf, MissingDataError } from "../files/data-files.ts";
import { download, type DownloadOptions, type Sink } from "../files/download.ts";
import { DataError } from "../readers/data-error.ts";

export interface DataFolderOptions extends DownloadOptions {
  /** Default: the environment variable AGON_DATA, else `agon/data` in the user's cache folder. */
  readonly folder?: string;
  /** Never download. Default: whether the environment variable AGON_OFFLINE is set, to anything but 0. */
  readonly offline?: boolean;
  /** Default: those of AGON_DATA_MIRRORS, parted by white space. */
  readonly mirrors?: readonly string[];
}

/** Files of a folder, with one subfolder per dataset. What is there is verified and used; what is not is downloaded into it. */
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
  return {
    folder: root,
    async read(file, more = {}) {
      const path = join(root, file.path);
      const present = await readIfThere(path);
      if (present) {
        const fault = await faultOf(present, file);
        if (fault === null) return present;
        throw new DataError(
          { file: path, field: "whole file", offset: 0 },
          `${fault}: it is cut off, damaged, or another file; delete it to have it downloaded again.`,
        );
      }
      if (offline) throw new MissingDataError(missing(file, root, "downloads are turned off"));
      try {
        const bytes = await download(file, await fileSink(`${path}.part`), { ...settings, mirrors, ...more });
        await finish(`${path}.part`, path);
        return bytes;
      } catch (error) {
        if (error instanceof MissingDataError) throw new MissingDataError(missing(file, root, error.message));
        throw error;
      }
    },
  };
}

const missing = ({ path }: DataFile, root: string, why: string): string =>
  `${path} is not in the data folder ${root} (${why}).\n` +
  `Set AGON_DATA to a folder that has ${path}, put the file there, ` +
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
