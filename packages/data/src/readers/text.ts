// Text from bytes, with an error that says where the bytes are no text.
import { DataError, type ReadOptions } from "./data-error.ts";
import { unpacked } from "./gzip.ts";

export interface TextOptions extends ReadOptions {
  /** Default "utf-8"; "latin1" takes each byte for a character, as ISO 8859-1 does. */
  readonly encoding?: "utf-8" | "latin1";
}

/** Reads text, plain or gzip. A byte-order mark is left out. */
export async function readText(
  packed: Uint8Array,
  { file = "text", encoding = "utf-8" }: TextOptions = {},
): Promise<string> {
  const bytes = await unpacked(packed, { file });
  if (encoding === "latin1") return latin1(bytes);
  if (encoding !== "utf-8") throw new RangeError(`readText: encoding is "${encoding}"; expected "utf-8" or "latin1".`);
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    const offset = firstInvalid(bytes);
    throw new DataError(
      { file, field: "UTF-8 text", offset },
      `${bytes[offset].toString(16)} begins no character; if the text is not UTF-8, try { encoding: "latin1" }.`,
    );
  }
}

/** Reads text, plain or gzip, as lines without their ends; what ends without a line break counts as a line. */
export async function readLines(packed: Uint8Array, options: TextOptions = {}): Promise<string[]> {
  const lines = (await readText(packed, options)).split(/\r?\n/);
  if (lines[lines.length - 1] === "") lines.pop();
  return lines;
}

function latin1(bytes: Uint8Array): string {
  const parts: string[] = [];
  for (let i = 0; i < bytes.length; i += 8192) parts.push(String.fromCharCode(...bytes.subarray(i, i + 8192)));
  return parts.join("");
}

/** Index of the first byte that begins no character; there is one. */
function firstInvalid(bytes: Uint8Array): number {
  const decoder = new TextDecoder("utf-8", { fatal: true });
  let at = 0;
  for (;;) {
    const lead = bytes[at];
    const length = lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
    if (length > 1)
      try {
        decoder.decode(bytes.subarray(at, at + length));
      } catch {
        return at;
      }
    at += length;
  }
}
