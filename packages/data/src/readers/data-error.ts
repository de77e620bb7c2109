// The error of a file that is not what it should be.

export interface Place {
  /** The file, as its reader was told. */
  readonly file: string;
  /** What was being read: "magic number", "height of the images", "row 17, column age". */
  readonly field: string;
  /** Where, in bytes from the start of the (decompressed) file. */
  readonly offset: number;
}

/** A file is cut off, damaged, or of another kind; the message names file, field and byte. */
export class DataError extends Error {
  override name = "DataError";
  readonly file: string;
  readonly field: string;
  readonly offset: number;

  constructor({ file, field, offset }: Place, what: string) {
    super(`${file}: ${field} at byte ${offset}: ${what}`);
    this.file = file;
    this.field = field;
    this.offset = offset;
  }
}

/** What every reader may be told. */
export interface ReadOptions {
  /** Name of the file, for messages. */
  readonly file?: string;
}
