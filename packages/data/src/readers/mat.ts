// MATLAB's level-5 MAT-files: the sparse matrices in them (The MathWorks, "MAT-File Format", chapter 1).
import { unzlibSync } from "fflate";
import { ByteReader } from "./byte-reader.ts";
import type { ReadOptions } from "./data-error.ts";

/** Where a matrix is not zero. */
export interface SparseMatrix {
  /** Rows and columns. */
  readonly shape: readonly [number, number];
  /** Of each column, the rows that are not zero, from 0 on, ascending. */
  readonly columns: readonly Int32Array[];
}

const LITTLE = { littleEndian: true };
const HEADER = 128;
/** Types of data elements. */
const INT32 = 5;
const MATRIX = 14;
const COMPRESSED = 15;
/** The class of an array whose zeros are left out. */
const SPARSE = 5;

/** Reads the sparse matrices of a file by their names; what else it holds is passed over. */
export function readMat(bytes: Uint8Array, { file = "MAT-file" }: ReadOptions = {}): Map<string, SparseMatrix> {
  const reader = new ByteReader(bytes, file);
  const header = reader.take(HEADER, "header");
  if (header[125] !== 1 || header[126] !== 0x49 || header[127] !== 0x4d)
    throw reader.error("header", "expected version 1 and little-endian numbers.", 124);
  const found = new Map<string, SparseMatrix>();
  while (reader.left > 0) {
    const element = elementOf(reader);
    const { type, content } =
      element.type === COMPRESSED ? elementOf(new ByteReader(inflated(element.content, reader), file)) : element;
    if (type === MATRIX) readMatrix(new ByteReader(content, file), found);
  }
  return found;
}

function inflated(content: Uint8Array, reader: ByteReader): Uint8Array {
  try {
    return unzlibSync(content);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw reader.error("compressed element", `cannot be unpacked (${reason}).`, reader.offset - content.length);
  }
}

interface Element {
  readonly type: number;
  readonly content: Uint8Array;
}

/** The next element. Up to four bytes stand in its tag; others are filled up to a multiple of eight, unless they are compressed. */
function elementOf(reader: ByteReader): Element {
  const tag = reader.uint32("tag of an element", LITTLE);
  if (tag >>> 16 > 0) {
    const content = reader.take(4, "small element");
    return { type: tag & 0xffff, content: content.subarray(0, tag >>> 16) };
  }
  const length = reader.uint32("length of an element", LITTLE);
  const content = reader.take(length, "element");
  if (tag !== COMPRESSED) reader.take(Math.min(-length & 7, reader.left), "padding");
  return { type: tag, content };
}

/** Flags, dimensions, name; of a sparse matrix the rows of all entries and where each column begins; the values do not matter here. */
function readMatrix(reader: ByteReader, found: Map<string, SparseMatrix>): void {
  const [arrayClass] = elementOf(reader).content;
  const [rows, width] = integersOf(reader, "dimensions");
  const name = new TextDecoder().decode(elementOf(reader).content);
  if (arrayClass !== SPARSE) return;
  const all = integersOf(reader, `rows of ${name}`);
  const starts = integersOf(reader, `columns of ${name}`);
  if (starts.length !== width + 1 || starts[width] > all.length)
    throw reader.error(`columns of ${name}`, `${starts.length} starts for ${width} columns, ${all.length} entries.`);
  const columns = Array.from({ length: width }, (_, column) => all.subarray(starts[column], starts[column + 1]));
  found.set(name, { shape: [rows, width], columns });
}

function integersOf(reader: ByteReader, field: string): Int32Array {
  const start = reader.offset;
  const { type, content } = elementOf(reader);
  if (type !== INT32) throw reader.error(field, `has the type ${type}; expected ${INT32}, 32-bit integers.`, start);
  const view = new DataView(content.buffer, content.byteOffset, content.byteLength);
  return Int32Array.from({ length: content.length >> 2 }, (_, i) => view.getInt32(4 * i, true));
}
