// IDX, the format of MNIST: a magic number that tells type and rank, the dims, then the numbers, all big-endian.
import { ByteReader } from "./byte-reader.ts";
import type { ReadOptions } from "./data-error.ts";
import { unpacked } from "./gzip.ts";

export interface IdxArray {
  readonly shape: readonly number[];
  /** Row-major. */
  readonly data: Uint8Array | Int32Array | Float32Array | Float64Array;
}

const MOST_DIMS = 8;

/** Reads bytes of IDX, plain or gzip. 8-bit unsigned numbers stay so, other whole ones become int32. */
export async function readIdx(bytes: Uint8Array, { file = "IDX data" }: ReadOptions = {}): Promise<IdxArray> {
  return parseIdx(new ByteReader(await unpacked(bytes, { file }), file));
}

function parseIdx(reader: ByteReader): IdxArray {
  const zeros = reader.uint16("magic number", { littleEndian: false });
  const code = reader.uint8("magic number, type");
  const rank = reader.uint8("magic number, dims");
  const type = types[code];
  if (zeros !== 0 || !type)
    throw reader.error(
      "magic number",
      `${hexadecimal(reader.bytes.subarray(0, 4))}; expected 00 00, a type (${Object.keys(types)
        .map((each) => hexadecimal([Number(each)]))
        .join(", ")}) and the number of dims.`,
      0,
    );
  if (rank < 1 || rank > MOST_DIMS)
    throw reader.error("magic number, dims", `${rank} dims; expected 1 to ${MOST_DIMS}.`, 3);
  const shape = Array.from({ length: rank }, (_, dim) => reader.uint32(`dim ${dim}`, { littleEndian: false }));
  const count = shape.reduce((product, length) => product * length, 1);
  const expected = count * type.size;
  if (reader.left !== expected)
    throw reader.error(
      "numbers",
      `${reader.left} bytes follow; expected ${expected}, as shape [${shape.join(", ")}] of ${type.size}-byte numbers says.`,
    );
  const data = type.make(count);
  const { buffer, byteOffset, byteLength } = reader.take(expected, "numbers");
  const view = new DataView(buffer, byteOffset, byteLength);
  for (let i = 0; i < count; i++) data[i] = type.read(view, i * type.size);
  return { shape, data };
}

interface Type {
  readonly size: number;
  readonly make: (length: number) => IdxArray["data"];
  readonly read: (view: DataView, offset: number) => number;
}

const types: Readonly<Record<number, Type>> = {
  0x08: { size: 1, make: (n) => new Uint8Array(n), read: (view, at) => view.getUint8(at) },
  0x09: { size: 1, make: (n) => new Int32Array(n), read: (view, at) => view.getInt8(at) },
  0x0b: { size: 2, make: (n) => new Int32Array(n), read: (view, at) => view.getInt16(at) },
  0x0c: { size: 4, make: (n) => new Int32Array(n), read: (view, at) => view.getInt32(at) },
  0x0d: { size: 4, make: (n) => new Float32Array(n), read: (view, at) => view.getFloat32(at) },
  0x0e: { size: 8, make: (n) => new Float64Array(n), read: (view, at) => view.getFloat64(at) },
};

const hexadecimal = (bytes: ArrayLike<number>): string =>
  Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join(" ");
