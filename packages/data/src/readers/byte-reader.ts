// Reading numbers from bytes one after the other; running out of them is an error that names what was wanted.
import { DataError } from "./data-error.ts";

export class ByteReader {
  readonly bytes: Uint8Array;
  readonly file: string;
  /** Where the next read begins. */
  offset = 0;
  private readonly view: DataView;

  constructor(bytes: Uint8Array, file: string) {
    this.bytes = bytes;
    this.file = file;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  get left(): number {
    return this.bytes.length - this.offset;
  }

  uint8(field: string): number {
    return this.view.getUint8(this.advance(1, field));
  }

  uint16(field: string, { littleEndian }: { readonly littleEndian: boolean }): number {
    return this.view.getUint16(this.advance(2, field), littleEndian);
  }

  uint32(field: string, { littleEndian }: { readonly littleEndian: boolean }): number {
    return this.view.getUint32(this.advance(4, field), littleEndian);
  }

  /** ASCII text of this many bytes. */
  text(length: number, field: string): string {
    return String.fromCharCode(...this.take(length, field));
  }

  /** The next bytes; shares them. */
  take(length: number, field: string): Uint8Array {
    const start = this.advance(length, field);
    return this.bytes.subarray(start, start + length);
  }

  /** An error at the field that was read last, or at `offset`. */
  error(field: string, what: string, offset: number = this.offset): DataError {
    return new DataError({ file: this.file, field, offset }, what);
  }

  private advance(length: number, field: string): number {
    if (length > this.left)
      throw this.error(
        field,
        `the file ends after ${this.bytes.length} bytes; expected ${length} more, it has ${this.left}.`,
      );
    this.offset += length;
    return this.offset - length;
  }
}
