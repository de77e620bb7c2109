// gzip and its undoing, by what the platform brings: in Node, in pages and in workers.
import { DataError, type ReadOptions } from "./data-error.ts";

export interface GunzipOptions extends ReadOptions {
  /** Most bytes that may come out: a small file can unpack to any size. Default 2³¹. */
  readonly limit?: number;
}

export const isGzip = (bytes: Uint8Array): boolean => bytes.length > 1 && bytes[0] === 0x1f && bytes[1] === 0x8b;

/** The content of gzip-packed bytes; its checksum and length are verified. */
export async function gunzip(
  bytes: Uint8Array,
  { file = "gzip data", limit = 2 ** 31 }: GunzipOptions = {},
): Promise<Uint8Array> {
  const broken = (what: string): DataError => new DataError({ file, field: "gzip stream", offset: bytes.length }, what);
  const parts: Uint8Array[] = [];
  let length = 0;
  const reader = new Blob([bytes as Uint8Array<ArrayBuffer>])
    .stream()
    .pipeThrough(new DecompressionStream("gzip") as ReadableWritablePair<Uint8Array, BufferSource>)
    .getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      parts.push(value);
      length += value.length;
      if (length > limit) {
        await reader.cancel();
        throw broken(`unpacks to more than ${limit} bytes; raise the limit if that is right.`);
      }
    }
  } catch (error) {
    if (error instanceof DataError) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    throw broken(
      `cannot be unpacked beyond ${length} bytes (${reason}): the file is cut off or damaged; delete it and fetch it again.`,
    );
  }
  const all = new Uint8Array(length);
  let start = 0;
  for (const part of parts) {
    all.set(part, start);
    start += part.length;
  }
  return all;
}

/** Packed bytes; which ones depends on the platform, only what they hold does not. */
export async function gzip(content: Uint8Array): Promise<Uint8Array> {
  const stream = new Blob([content as Uint8Array<ArrayBuffer>]).stream().pipeThrough(new CompressionStream("gzip"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

/** The bytes themselves, or what they hold if they are gzip. */
export const unpacked = async (bytes: Uint8Array, options: GunzipOptions = {}): Promise<Uint8Array> =>
  isGzip(bytes) ? gunzip(bytes, options) : bytes;
