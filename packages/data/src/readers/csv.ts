// CSV: tables of cells, read by papaparse, as numbers, texts or classes.
// @ts-expect-error: its published types want those of Node; what is used of it stands below.
import untyped from "papaparse";
import { DataError, type Place } from "./data-error.ts";
import { unpacked } from "./gzip.ts";
import { Table } from "./table.ts";
import { readText, type TextOptions } from "./text.ts";

export interface CsvOptions extends TextOptions {
  /** Whether the first row names the columns (the default), or the names where no row does. */
  readonly header?: boolean | readonly string[];
  /** Between cells: "," (the default), ";", a tab, …, or "whitespace" for any run of spaces and tabs. */
  readonly delimiter?: string;
  /** Cells that stand for a value that is missing. Default: the empty one, "?", "NA" and "NaN". */
  readonly missing?: readonly string[];
  /** Cells of these columns must be numbers (or missing). Others are read as what they are asked for. */
  readonly numbers?: readonly string[];
}

interface Papaparse {
  parse(
    text: string,
    config: { readonly delimiter: string; readonly newline: string; readonly step: (result: ParsedRow) => void },
  ): void;
}

interface ParsedRow {
  readonly data: string[];
  readonly errors: readonly { readonly code: string; readonly message: string; readonly index?: number }[];
  /** cursor: index into the text after the row. */
  readonly meta: { readonly cursor: number };
}

const papaparse = untyped as Papaparse;

interface Row {
  readonly cells: readonly string[];
  /** Index of the row's first character. */
  readonly start: number;
}

/** Reads a table from text or from bytes, plain or gzip. Each row must have as many cells as there are columns; empty lines are skipped. */
export async function readCsv(source: string | Uint8Array, options: CsvOptions = {}): Promise<Table> {
  const { file = "CSV data", header = true, delimiter = ",", missing = ["", "?", "NA", "NaN"], numbers = [] } = options;
  const bytes = typeof source === "string" ? null : await unpacked(source, { file });
  const text = bytes ? await readText(bytes, { ...options, file }) : (source as string);
  const offsetOf = byteOffsets(text, bytes, options);
  const place = (field: string, index: number): Place => ({ file, field, offset: offsetOf(index) });
  const rows = delimiter === "whitespace" ? spacedRows(text, place) : separatedRows(text, delimiter, place);
  const names = takeNames(rows, header, file);
  rows.forEach(({ cells, start }, i) => {
    if (cells.length !== names.length)
      throw new DataError(
        place(`row ${i + 1}`, start),
        `${cells.length} cells; expected ${names.length}, one for each column.`,
      );
  });
  const table = new Table({
    names,
    cells: names.map((_, k) => rows.map(({ cells }) => cells[k])),
    missing,
    place: (row, name) => place(`row ${row + 1}, column "${name}"`, rows[row].start),
  });
  for (const name of numbers) table.numbers(name);
  return table;
}

/** The names of the columns; takes the first row away where it holds them. */
function takeNames(rows: Row[], header: boolean | readonly string[], file: string): readonly string[] {
  if (rows.length === 0 && header === true)
    throw new DataError({ file, field: "header", offset: 0 }, "the file is empty.");
  if (header === false) return (rows[0]?.cells ?? []).map((_, i) => String(i));
  const names = header === true ? rows.shift()!.cells : header;
  const twice = names.find((name, i) => names.indexOf(name) < i);
  if (twice !== undefined)
    throw new DataError(
      { file, field: "header", offset: 0 },
      `names the column "${twice}" twice; give names with { header: [...] }.`,
    );
  return names;
}

/** Where the character at an index of the text stands in the bytes. */
function byteOffsets(text: string, bytes: Uint8Array | null, { encoding }: CsvOptions): (index: number) => number {
  if (encoding === "latin1") return (index) => index;
  const mark = bytes?.[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0;
  return (index) => mark + new TextEncoder().encode(text.slice(0, index)).length;
}

function separatedRows(text: string, delimiter: string, place: (field: string, index: number) => Place): Row[] {
  const rows: Row[] = [];
  let start = 0;
  const newline = text.includes("\r\n") ? "\r\n" : text.includes("\n") ? "\n" : "\r";
  papaparse.parse(text, {
    delimiter,
    newline,
    step({ data, errors, meta }) {
      const fault = errors.find(({ code }) => code !== "UndetectableDelimiter");
      if (fault) throw new DataError(place(`row ${rows.length + 1}`, fault.index ?? start), `${fault.message}.`);
      if (data.length > 1 || data[0].trim() !== "") rows.push({ cells: data, start });
      start = meta.cursor;
    },
  });
  return rows;
}

/** Cells parted by runs of spaces and tabs; a cell in double quotes may hold them. */
function spacedRows(text: string, place: (field: string, index: number) => Place): Row[] {
  const rows: Row[] = [];
  for (const { 0: line, index } of text.matchAll(/[^\r\n]+/g)) {
    if (line.trim() === "") continue;
    const cells = Array.from(line.matchAll(/"([^"]*)"|[^\s"]+/g), ([cell, quoted]) => quoted ?? cell);
    if (line.replaceAll(/"[^"]*"/g, "").includes('"'))
      throw new DataError(place(`row ${rows.length + 1}`, index), "a quoted cell does not end on its line.");
    rows.push({ cells, start: index });
  }
  return rows;
}
