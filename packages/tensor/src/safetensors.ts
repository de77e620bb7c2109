// Tensors as bytes in the safetensors format: a JSON header, then the data, little-endian, without holes.

/** Types of the format that have a typed array. */
export type SafetensorsArray = Float32Array | Float64Array | Int32Array | Uint8Array;

export interface SafetensorsEntry {
  readonly shape: readonly number[];
  readonly data: SafetensorsArray;
}

export interface SafetensorsFile {
  readonly tensors: ReadonlyMap<string, SafetensorsEntry>;
  /** The free texts of "__metadata__". */
  readonly metadata: Readonly<Record<string, string>>;
}

/** A file that breaks the format; the message names the entry and the byte. */
export class SafetensorsError extends Error {
  override name = "SafetensorsError";
}

const codes = { F32: Float32Array, F64: Float64Array, I32: Int32Array, U8: Uint8Array, BOOL: Uint8Array };
type Code = keyof typeof codes;

const codeOf = (data: SafetensorsArray): Code =>
  data instanceof Float32Array
    ? "F32"
    : data instanceof Float64Array
      ? "F64"
      : data instanceof Int32Array
        ? "I32"
        : "U8";

const sizeOf = (shape: readonly number[]): number => shape.reduce((n, length) => n * length, 1);

/** Writes entries in the order of the map; the header is padded so that the data starts at a multiple of 8. */
export const encodeSafetensors = (
  tensors: ReadonlyMap<string, SafetensorsEntry>,
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array => {
  const header: [string, unknown][] = Object.keys(metadata).length > 0 ? [["__metadata__", metadata]] : [];
  let end = 0;
  // Widest types first keeps every array aligned.
  const entries = [...tensors].sort((a, b) => b[1].data.BYTES_PER_ELEMENT - a[1].data.BYTES_PER_ELEMENT);
  for (const [name, { shape, data }] of entries) {
    if (sizeOf(shape) !== data.length)
      throw new SafetensorsError(
        `encodeSafetensors: "${name}" has ${data.length} elements for shape [${shape.join(", ")}].`,
      );
    header.push([name, { dtype: codeOf(data), shape, data_offsets: [end, end + data.byteLength] }]);
    end += data.byteLength;
  }
  const json = `{${header.map(([name, value]) => `${JSON.stringify(name)}:${JSON.stringify(value)}`).join(",")}}`;
  const text = new TextEncoder().encode(json);
  const length = Math.ceil(text.length / 8) * 8;
  const bytes = new Uint8Array(8 + length + end).fill(0x20, 8, 8 + length);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(length), true);
  bytes.set(text, 8);
  let at = 8 + length;
  for (const [, { data }] of entries) {
    bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), at);
    at += data.byteLength;
  }
  return bytes;
};

interface HeaderEntry {
  readonly dtype: Code;
  readonly shape: readonly number[];
  readonly data_offsets: readonly [number, number];
}

const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;

const checkEntry = (name: string, value: unknown): HeaderEntry => {
  const { dtype, shape, data_offsets: offsets } = (value ?? {}) as Partial<HeaderEntry>;
  if (!dtype || !(dtype in codes))
    throw new SafetensorsError(
      `decodeSafetensors: "${name}" has type ${String(dtype)}; known are ${Object.keys(codes).join(", ")}.`,
    );
  if (!Array.isArray(shape) || !shape.every(isCount))
    throw new SafetensorsError(
      `decodeSafetensors: "${name}" has shape ${JSON.stringify(shape)}; expected whole numbers.`,
    );
  if (!Array.isArray(offsets) || offsets.length !== 2 || !offsets.every(isCount) || offsets[0] > offsets[1])
    throw new SafetensorsError(
      `decodeSafetensors: "${name}" has data_offsets ${JSON.stringify(offsets)}; expected [begin, end].`,
    );
  const bytes = sizeOf(shape) * codes[dtype].BYTES_PER_ELEMENT;
  if (offsets[1] - offsets[0] !== bytes)
    throw new SafetensorsError(
      `decodeSafetensors: "${name}" takes ${bytes} bytes, its data_offsets span ${offsets[1] - offsets[0]}.`,
    );
  return { dtype, shape, data_offsets: [offsets[0], offsets[1]] };
};

/** Reads a file and checks it: sizes, types, and that the data is covered exactly once. */
export const decodeSafetensors = (bytes: Uint8Array): SafetensorsFile => {
  if (bytes.length < 8)
    throw new SafetensorsError(`decodeSafetensors: ${bytes.length} bytes; the header's length alone takes 8.`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const length = view.getBigUint64(0, true);
  if (length > BigInt(bytes.length - 8))
    throw new SafetensorsError(
      `decodeSafetensors: the header claims ${length} bytes, the file has ${bytes.length - 8} after its length.`,
    );
  const start = 8 + Number(length);
  const header = parseHeader(bytes.subarray(8, start));
  const tensors = new Map<string, SafetensorsEntry>();
  const spans: [begin: number, end: number, name: string][] = [];
  let metadata: Record<string, string> = {};
  for (const [name, value] of Object.entries(header)) {
    if (name === "__metadata__") {
      metadata = value as Record<string, string>;
      continue;
    }
    const entry = checkEntry(name, value);
    const [begin, end] = entry.data_offsets;
    if (start + end > bytes.length)
      throw new SafetensorsError(
        `decodeSafetensors: "${name}" ends at byte ${start + end}, the file at ${bytes.length}.`,
      );
    spans.push([begin, end, name]);
    tensors.set(name, {
      shape: entry.shape,
      // A copy of these bytes alone, at offset 0: `slice` of a Node Buffer would be a view into a shared pool.
      data: new codes[entry.dtype](Uint8Array.from(bytes.subarray(start + begin, start + end)).buffer),
    });
  }
  let covered = 0;
  for (const [begin, end, name] of spans.sort((a, b) => a[0] - b[0] || a[1] - b[1])) {
    if (begin !== covered)
      throw new SafetensorsError(
        `decodeSafetensors: "${name}" begins at data byte ${begin}, expected ${covered}: a hole or an overlap.`,
      );
    covered = end;
  }
  if (start + covered !== bytes.length)
    throw new SafetensorsError(
      `decodeSafetensors: ${bytes.length - start - covered} bytes after the last tensor belong to none.`,
    );
  return { tensors, metadata };
};

const parseHeader = (bytes: Uint8Array): Record<string, unknown> => {
  if (bytes[0] !== 0x7b) throw new SafetensorsError('decodeSafetensors: the header must begin with "{".');
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes)) as Record<string, unknown>;
  } catch (error) {
    throw new SafetensorsError(`decodeSafetensors: the header is no JSON (${(error as Error).message}).`);
  }
};
