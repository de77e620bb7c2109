// tar archives (POSIX ustar): the files in them, by name.
import { ByteReader } from "./byte-reader.ts";
import type { ReadOptions } from "./data-error.ts";
import { unpacked } from "./gzip.ts";

const BLOCK = 512;

/** Reads an archive, plain or gzip: the bytes of its ordinary files by their names. They share the archive's memory. */
export async function readTar(
  bytes: Uint8Array,
  { file = "tar archive" }: ReadOptions = {},
): Promise<Map<string, Uint8Array>> {
  const reader = new ByteReader(await unpacked(bytes, { file }), file);
  const found = new Map<string, Uint8Array>();
  for (;;) {
    const start = reader.offset;
    const header = reader.take(BLOCK, "header");
    // The end is a block of zeros.
    if (header.every((byte) => byte === 0)) return found;
    const sum = octal(reader, header, { field: "checksum of a header", start: 148, length: 8, base: start });
    const counted = header.reduce((total, byte, i) => total + (i >= 148 && i < 156 ? 0x20 : byte), 0);
    if (sum !== counted)
      throw reader.error("checksum of a header", `${sum}; its bytes sum to ${counted}.`, start + 148);
    const name = textOf(header.subarray(345, 500), header.subarray(0, 100));
    const size = octal(reader, header, { field: `size of ${name}`, start: 124, length: 12, base: start });
    const content = reader.take(size, name);
    if (header[156] === 0 || header[156] === 0x30) found.set(name, content);
    const padding = (BLOCK - (size % BLOCK)) % BLOCK;
    reader.take(padding, `padding of ${name}`);
  }
}

interface OctalField {
  readonly field: string;
  readonly start: number;
  readonly length: number;
  /** Offset of the header. */
  readonly base: number;
}

function octal(reader: ByteReader, header: Uint8Array, { field, start, length, base }: OctalField): number {
  const digits = textOf(header.subarray(start, start + length)).trim();
  if (!/^[0-7]+$/.test(digits))
    throw reader.error(field, `${JSON.stringify(digits)}; expected octal digits.`, base + start);
  return Number.parseInt(digits, 8);
}

/** Path of a prefix, where there is one, and a name, each up to its first zero. */
const textOf = (...parts: readonly Uint8Array[]): string =>
  parts
    .map((part) => new TextDecoder("latin1").decode(part).replace(/\0.*$/s, ""))
    .filter((part) => part !== "")
    .join("/");
