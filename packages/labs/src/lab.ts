// What a lab is: a question of the textbook, answered by running something.

import type { DataFiles, DatasetName } from "@agon/data";

/** Plain numbers and words in rows. */
export interface Table {
  readonly title: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly (string | number)[])[];
}

/** Lines, or points, over one axis. */
export interface Chart {
  readonly title: string;
  readonly x: Axis & { readonly values: readonly number[] };
  readonly y: Axis;
  readonly series: readonly Series[];
}

export interface Axis {
  readonly label: string;
  /** "logarithmic" for figures over several powers of ten. Default "linear". */
  readonly scale?: "linear" | "logarithmic";
}

export interface Series {
  readonly label: string;
  /** One for each x; null where there is none. */
  readonly values: readonly (number | null)[];
  /** "points" for a cloud of single values. Default "line". */
  readonly mark?: "line" | "points";
}

/** Something that the lab says is so, held against what was measured. */
export interface Claim {
  /** A sentence: "ReLU raises the first layer's gradient at least a hundredfold". */
  readonly says: string;
  /** What was measured, in words: "3.1e+4 times". */
  readonly measured: string;
  readonly holds: boolean;
}

export interface LabResult {
  readonly tables: readonly Table[];
  readonly charts: readonly Chart[];
  readonly claims: readonly Claim[];
}

/** What a part of a lab gives. */
export interface LabPart {
  readonly table: Table;
  readonly claims: readonly Claim[];
}

/** The same with curves. */
export interface DrawnPart extends LabPart {
  readonly chart: Chart;
}

export interface LabContext {
  /** Of everything random. */
  readonly seed: number;
  /** "quick": seconds, for a first look and for tests; "full": what the textbook asks for. */
  readonly scale: "quick" | "full";
  /** Tells how far the lab is, from 0 to 1, and what it does; it may be called often. Gives the event loop its turn: await it. */
  readonly progress: (share: number, doing: string) => Promise<void>;
  /** Milliseconds since some moment, for labs that measure speed. */
  readonly now: () => number;
  /** Where datasets come from. */
  readonly files: DataFiles;
}

export interface Lab {
  /** The textbook's section and a word: "2.1-perceptron". */
  readonly id: string;
  readonly section: string;
  readonly title: string;
  /** What is asked, in one or two sentences. */
  readonly question: string;
  /** Datasets that it reads, by their names in @agon/data; without them it cannot run. */
  readonly datasets?: readonly DatasetName[];
  readonly run: (context: LabContext) => Promise<LabResult>;
}

/** A claim about a figure: it holds where the figure lies between the bounds. */
export const claim = (
  says: string,
  figure: number,
  {
    least = Number.NEGATIVE_INFINITY,
    most = Number.POSITIVE_INFINITY,
  }: { readonly least?: number; readonly most?: number },
): Claim => ({ says, measured: figureText(figure), holds: figure >= least && figure <= most });

/** A cell of a table, as it is shown. */
export const cellText = (cell: string | number): string => (typeof cell === "number" ? figureText(cell) : cell);

/** Four digits: 0.9771, 12.5, 3.1e-8, 4.202e+11. */
export const figureText = (value: number): string => {
  if (Number.isInteger(value) && Math.abs(value) < 1e6) return String(value);
  return Math.abs(value) < 1e6 ? String(Number(value.toPrecision(4))) : value.toExponential(3);
};
