// Small tables: flowers, e-mails, snails, cars, cells, wines, and series in time.
import { defaultFiles } from "../files/default-files.ts";
import { type CsvOptions, readCsv } from "../readers/csv.ts";
import type { Table } from "../readers/table.ts";
import type { LoadOptions } from "./mnist.ts";
import { type DatasetName, fileOf } from "./registry.ts";

interface TableFile extends CsvOptions {
  readonly dataset: DatasetName;
  readonly name: string;
}

const numbered = (prefix: string, count: number): string[] =>
  Array.from({ length: count }, (_, i) => `${prefix}${i + 1}`);

/** Names of Spambase's features, as its description lists them. */
const SPAM_WORDS =
  "make address all 3d our over remove internet order mail receive will people report addresses free business email you credit your font 000 money hp hpl george 650 lab labs telnet 857 data 415 85 technology 1999 parts pm direct cs meeting original project re edu table conference".split(
    " ",
  );
const SPAM_FEATURES = [
  ...SPAM_WORDS.map((word) => `word_freq_${word}`),
  ...[";", "(", "[", "!", "$", "#"].map((character) => `char_freq_${character}`),
  "capital_run_length_average",
  "capital_run_length_longest",
  "capital_run_length_total",
];
const WINE = [
  "fixed acidity",
  "volatile acidity",
  "citric acid",
  "residual sugar",
  "chlorides",
  "free sulfur dioxide",
  "total sulfur dioxide",
  "density",
  "pH",
  "sulphates",
  "alcohol",
  "quality",
];

export type TableName =
  | "iris"
  | "spambase"
  | "abalone"
  | "auto-mpg"
  | "breast-cancer-wisconsin"
  | "wine-quality-red"
  | "wine-quality-white"
  | "daily-min-temperatures"
  | "airline-passengers"
  | "sunspots";

const tables: Readonly<Record<TableName, TableFile>> = {
  iris: {
    dataset: "iris",
    name: "iris.csv",
    header: ["sepal length", "sepal width", "petal length", "petal width", "class"],
  },
  spambase: { dataset: "spambase", name: "spambase.data", header: [...SPAM_FEATURES, "class"], numbers: SPAM_FEATURES },
  abalone: {
    dataset: "abalone",
    name: "abalone.csv",
    header: ["sex", "length", "diameter", "height", "whole", "shucked", "viscera", "shell", "rings"],
  },
  "auto-mpg": {
    dataset: "auto-mpg",
    name: "auto-mpg.data",
    delimiter: "whitespace",
    header: ["mpg", "cylinders", "displacement", "horsepower", "weight", "acceleration", "year", "origin", "name"],
  },
  "breast-cancer-wisconsin": {
    dataset: "breast-cancer-wisconsin",
    name: "breast-cancer-wisconsin.data",
    header: ["id", ...numbered("grade ", 9), "class"],
  },
  "wine-quality-red": { dataset: "wine-quality", name: "winequality-red.csv", header: WINE, numbers: WINE },
  "wine-quality-white": { dataset: "wine-quality", name: "winequality-white.csv", header: WINE, numbers: WINE },
  "daily-min-temperatures": {
    dataset: "daily-min-temperatures",
    name: "daily-min-temperatures.csv",
    header: true,
  },
  "airline-passengers": { dataset: "airline-passengers", name: "monthly-airline-passengers.csv", header: true },
  sunspots: { dataset: "sunspots", name: "monthly-sunspots.csv", header: true },
};

/** Names of the tables that `loadTable` knows. */
export const tableNames: readonly TableName[] = Object.keys(tables) as TableName[];

/** One of the small tables, with its columns named: `(await loadTable("iris")).dataset({ target: "class" })`. */
export async function loadTable(
  table: TableName,
  { files = defaultFiles(), ...options }: LoadOptions = {},
): Promise<Table> {
  if (!Object.hasOwn(tables, table))
    throw new RangeError(`loadTable: no table "${table}"; there are ${tableNames.join(", ")}.`);
  const { dataset, name, ...format }: TableFile = tables[table];
  const file = fileOf(dataset, name);
  return readCsv(await files.read(file, options), { file: file.path, ...format });
}
