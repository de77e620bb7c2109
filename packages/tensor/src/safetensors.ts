// Tensors as bytes in the safetensors format: a JSON header, then the data, little-endian, without holes.

/** What is written. */
export type SafetensorsArray = Float32Array | Float64Array | Int32Array | Uint8Array;

/** What is read: numbers of 16 bits come as float32, integers of 64 bits exactly. */
export type SafetensorsData =
  | SafetensorsArray
  | Int8Array
  | Int16Array
  | Uint16Array
  | Uint32Array
  | BigInt64Array
  | BigUint64Array;

export interface SafetensorsEntry {
  readonly shape: readonly number[];
  readonly data: SafetensorsArray;
}

export interface SafetensorsFile {
  readonly tensors: ReadonlyMap<string, { readonly shape: readonly number[]; readonly data: SafetensorsData }>;
  /** The free texts of "__metadata__". */
  readonly metadata: Readonly<Record<string, string>>;
}

/** A file that breaks the format; the message names the entry and the byte. */
export class SafetensorsError extends Error {
  override name = "SafetensorsError";
}

/** A type of the format: bytes of an element, and how an array of its own is made of bytes. */
interface Code {
  readonly size: number;
  readonly read: (bytes: ArrayBuffer) => SafetensorsData;
}

const codes: Readonly<Record<string, Code>> = {
  F64: { size: 8, read: (bytes) => new Float64Array(bytes) },
  F32: { size: 4, read: (bytes) => new Float32Array(bytes) },
  F16: { size: 2, read: (bytes) => Float32Array.from(new Uint16Array(bytes), halfToNumber) },
  BF16: {
    size: 2,
    read: (bytes) => new Float32Array(Uint32Array.from(new Uint16Array(bytes), (bits) => bits << 16).buffer),
  },
  I64: { size: 8, read: (bytes) => new BigInt64Array(bytes) },
  U64: { size: 8, read: (bytes) => new BigUint64Array(bytes) },
  I32: { size: 4, read: (bytes) => new Int32Array(bytes) },
  U32: { size: 4, read: (bytes) => new Uint32Array(bytes) },
  I16: { size: 2, read: (bytes) => new Int16Array(bytes) },
  U16: { size: 2, read: (bytes) => new Uint16Array(bytes) },
  I8: { size: 1, read: (bytes) => new Int8Array(bytes) },
  U8: { size: 1, read: (bytes) => new Uint8Array(bytes) },
  BOOL: { size: 1, read: (bytes) => new Uint8Array(bytes) },
};

/** IEEE 754 binary16: a sign, 5 bits of exponent, 10 of fraction. */
const halfToNumber = (bits: number): number => {
  const sign = bits & 0x8000 ? -1 : 1;
  const [exponent, fraction] = [(bits >> 10) & 31, bits & 1023];
  if (exponent === 31) return fraction === 0 ? sign * Infinity : Number.NaN;
  return exponent === 0 ? sign * fraction * 2 ** -24 : sign * (1024 + fraction) * 2 ** (exponent - 25);
};

const codeOf = (data: SafetensorsArray): string =>
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
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly data_offsets: readonly [number, number];
}

const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;

const checkEntry = (name: string, value: unknown): HeaderEntry => {
  const { dtype, shape, data_offsets: offsets } = (value ?? {}) as Partial<HeaderEntry>;
  if (!dtype || !Object.hasOwn(codes, dtype))
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
  const bytes = sizeOf(shape) * codes[dtype].size;
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
  const tensors = new Map<string, { readonly shape: readonly number[]; readonly data: SafetensorsData }>();
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
      data: codes[entry.dtype].read(Uint8Array.from(bytes.subarray(start + begin, start + end)).buffer),
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
  let header: Record<string, unknown>;
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    header = JSON.parse(text) as Record<string, unknown>;
  } catch (error) {
    throw new SafetensorsError(`decodeSafetensors: the header is no JSON (${(error as Error).message}).`);
  }
  // JSON.parse keeps the last of equal keys and says nothing.
  const seen = new Set<string>();
  const repeated = topKeys(text).find((name) => seen.size === seen.add(name).size);
  if (repeated !== undefined) throw new SafetensorsError(`decodeSafetensors: the header names "${repeated}" twice.`);
  checkMetadata(header.__metadata__ ?? {});
  return header;
};

/** Keys of the outermost object of valid JSON, as often as they are there. */
const topKeys = (json: string): readonly string[] => {
  const keys: string[] = [];
  let [depth, before] = [0, ""];
  for (const [token] of json.matchAll(/"(?:[^"\\]|\\.)*"|[{}[\]:]/g)) {
    if (token === "{" || token === "[") depth++;
    if (token === "}" || token === "]") depth--;
    if (token === ":" && depth === 1) keys.push(JSON.parse(before) as string);
    before = token;
  }
  return keys;
};

const checkMetadata = (metadata: unknown): void => {
  const texts = typeof metadata === "object" && metadata !== null && !Array.isArray(metadata);
  if (!texts || !Object.values(metadata).every((value) => typeof value === "string"))
    throw new SafetensorsError("decodeSafetensors: __metadata__ must be an object of texts.");
};
