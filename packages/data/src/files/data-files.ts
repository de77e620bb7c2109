// Where the bytes of data files come from: a folder, the web, or whatever an app has.
import { gunzip, isGzip } from "../readers/gzip.ts";

/** A file of a dataset: what it must hold, and where it can be had. */
export interface DataFile {
  /** From the data folder: "mnist/train-images-idx3-ubyte.gz". */
  readonly path: string;
  readonly bytes: number;
  /** In hexadecimal. */
  readonly sha256: string;
  /** SHA-256 of what a gzip file holds: packed by another program, and so of other bytes, it is as good. */
  readonly unpacked?: string;
  /** Addresses that serve these very bytes. */
  readonly mirrors: readonly string[];
  /** How it is made, if nobody serves these very bytes. */
  readonly made?: Recipe;
}

/** How a file is made of others, its originals. */
export interface Recipe {
  /** Files that are served; none if all is known without them. */
  readonly originals: readonly DataFile[];
  /** What the file holds, before gzip packs it, from the bytes of the originals in their order. */
  make(...originals: Uint8Array[]): Promise<Uint8Array>;
}

export interface Progress {
  /** The file's path. */
  readonly file: string;
  readonly received: number;
  readonly total: number;
  /** The mirror at work. */
  readonly url: string;
}

export interface ReadFileOptions {
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: Progress) => void;
}

/** Gives the bytes of files, verified. `@agon/data/node` has one over a folder, `webFiles` one over the web. */
export interface DataFiles {
  read(file: DataFile, options?: ReadFileOptions): Promise<Uint8Array>;
}

/** A file cannot be had; the message says what to do. */
export class MissingDataError extends Error {
  override name = "MissingDataError";
}

/** SHA-256 in hexadecimal. */
export async function sha256(bytes: Uint8Array): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", bytes as Uint8Array<ArrayBuffer>);
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** What is wrong with bytes that should be those of a file; null if nothing. */
export async function faultOf(bytes: Uint8Array, file: DataFile): Promise<string | null> {
  const fault = await differenceOf(bytes, file);
  return fault !== null && (await holdsTheSame(bytes, file)) ? null : fault;
}

async function differenceOf(bytes: Uint8Array, file: DataFile): Promise<string | null> {
  if (bytes.length !== file.bytes) return `has ${bytes.length} bytes; expected ${file.bytes}`;
  const found = await sha256(bytes);
  return found === file.sha256 ? null : `has the SHA-256 ${found}; expected ${file.sha256}`;
}

async function holdsTheSame(bytes: Uint8Array, { unpacked, path }: DataFile): Promise<boolean> {
  if (unpacked === undefined || !isGzip(bytes)) return false;
  const content = await gunzip(bytes, { file: path }).catch(() => null);
  return content !== null && (await sha256(content)) === unpacked;
}
