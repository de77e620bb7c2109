// A table of cells: its columns as numbers, texts or classes, and datasets made of them.
import { type Column, Dataset } from "../dataset.ts";
import { DataError, type Place } from "./data-error.ts";

/** What a table is made of. */
export interface TableContent {
  readonly names: readonly string[];
  /** One array of cells per column. */
  readonly cells: readonly (readonly string[])[];
  /** Cells that stand for a missing value. */
  readonly missing: readonly string[];
  /** Where a cell stands in the file. */
  readonly place: (row: number, name: string) => Place;
}

export interface TableDatasetOptions {
  /** Columns of numbers that a model reads, in order. Default: all but the target. */
  readonly features?: readonly string[];
  /** The column to predict. */
  readonly target: string;
  /** What the target is: "classes" (the default), which become whole numbers, or "number". */
  readonly task?: "classes" | "number";
  /** Order of the classes. Default: ascending, as numbers where they are numbers. */
  readonly classes?: readonly string[];
}

/** Examples of a table: float32 features, [features], and labels (int32) or values (float32). */
export type TableDataset = Dataset<{ readonly features: Column; readonly target: Column }>;

const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

export class Table {
  readonly names: readonly string[];
  /** Number of rows. */
  readonly length: number;
  private readonly content: TableContent;

  constructor(content: TableContent) {
    this.content = content;
    this.names = content.names;
    this.length = content.cells[0]?.length ?? 0;
  }

  /** "number" where every cell that is not missing is one. */
  typeOf(name: string): "number" | "text" {
    return this.cells(name).every((cell) => this.isMissing(cell) || NUMBER.test(cell.trim())) ? "number" : "text";
  }

  /** A column as numbers, NaN where missing. */
  numbers(name: string): Float64Array {
    return Float64Array.from(this.cells(name), (cell, row) => {
      if (this.isMissing(cell)) return Number.NaN;
      const value = cell.trim();
      if (!NUMBER.test(value))
        throw new DataError(
          this.content.place(row, name),
          `${JSON.stringify(cell)}; expected a number, or one of ${this.content.missing.map((each) => JSON.stringify(each)).join(", ")} for a missing one.`,
        );
      return Number(value);
    });
  }

  /** A column as texts, null where missing. */
  texts(name: string): (string | null)[] {
    return this.cells(name).map((cell) => (this.isMissing(cell) ? null : cell));
  }

  /** A column as whole numbers from 0, one per class. A class that is missing, or not among `classes`, is an error. */
  labels(name: string, classes?: readonly string[]): { labels: Int32Array; classes: readonly string[] } {
    const found = classes ?? [...new Set(this.cells(name).map((cell) => cell.trim()))].sort(ascending);
    const labels = Int32Array.from(this.cells(name), (cell, row) => {
      const label = this.isMissing(cell) ? -1 : found.indexOf(cell.trim());
      if (label < 0)
        throw new DataError(
          this.content.place(row, name),
          `${JSON.stringify(cell)}; expected one of ${found.join(", ")}.`,
        );
      return label;
    });
    return { labels, classes: found };
  }

  /** The rows without a missing cell, in these columns or in any. */
  complete(names: readonly string[] = this.names): Table {
    const columns = names.map((name) => this.cells(name));
    return this.rows((row) => columns.every((cells) => !this.isMissing(cells[row])));
  }

  /** The rows for which `keep` is true. */
  rows(keep: (row: number) => boolean): Table {
    const kept = Array.from({ length: this.length }, (_, row) => row).filter(keep);
    return new Table({
      ...this.content,
      cells: this.content.cells.map((cells) => kept.map((row) => cells[row])),
      place: (row, name) => this.content.place(kept[row], name),
    });
  }

  /** Numbers to learn from and what to predict. A missing number is an error: drop its row with `complete()`, or fill it in before. */
  dataset({ target, features, task = "classes", classes }: TableDatasetOptions): TableDataset {
    const names = features ?? this.names.filter((name) => name !== target);
    const columns = names.map((name) => this.present(name));
    const data = new Float32Array(this.length * names.length);
    for (let row = 0; row < this.length; row++)
      for (let k = 0; k < names.length; k++) data[row * names.length + k] = columns[k][row];
    const input: Column = { data, shape: [names.length] };
    if (task === "number")
      return new Dataset({ features: input, target: { data: Float32Array.from(this.present(target)), shape: [] } });
    const labelled = this.labels(target, classes);
    return new Dataset(
      { features: input, target: { data: labelled.labels, shape: [] } },
      { classes: labelled.classes },
    );
  }

  private present(name: string): Float64Array {
    const values = this.numbers(name);
    const row = values.findIndex(Number.isNaN);
    if (row >= 0)
      throw new DataError(this.content.place(row, name), "is missing; leave out such rows with complete().");
    return values;
  }

  private cells(name: string): readonly string[] {
    const column = this.names.indexOf(name);
    if (column < 0) throw new RangeError(`Table: no column "${name}"; there are ${this.names.join(", ")}.`);
    return this.content.cells[column];
  }

  private isMissing(cell: string): boolean {
    return this.content.missing.includes(cell.trim());
  }
}

const ascending = (a: string, b: string): number =>
  NUMBER.test(a) && NUMBER.test(b) ? Number(a) - Number(b) : a < b ? -1 : a > b ? 1 : 0;
