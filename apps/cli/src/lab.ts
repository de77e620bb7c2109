// agon lab: runs a lab of the textbook, prints its tables and claims, and writes a report.
import { access, constants } from "node:fs/promises";
import { dirname, join } from "node:path";
import { dataFolder } from "@agon/data/node";
import { cellText, findLab, type Lab, type LabResult, labs, type Table } from "@agon/labs";
import { alignedTable, bar, createStatusLine, duration } from "@agon/runs";
import { makeFolder, writeFileAtomic } from "@agon/runs/node";
import { BadInput, Interrupted } from "./failure.ts";
import { labPage } from "./lab-page.ts";
import type { Library, Numerics } from "./library.ts";
import { unknownName } from "./settings.ts";
import type { Surroundings } from "./train.ts";

interface LabPlan {
  readonly id: string;
  readonly seed: number;
  readonly scale: "quick" | "full";
  readonly numerics: Numerics | undefined;
  /** Lets a full lab use 256-bit vectors. */
  readonly allowWide: boolean;
  /** The report's file; undefined: labs/<id>.html. */
  readonly out: string | undefined;
}

/** The object that `--json` prints. */
export interface LabReport extends LabResult {
  readonly id: string;
  readonly title: string;
  readonly question: string;
  readonly seed: number;
  readonly scale: "quick" | "full";
  readonly numerics: Numerics;
  readonly seconds: number;
  /** The report's file. */
  readonly report: string;
}

const macrotask = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

export const runLab = async (library: Library, plan: LabPlan, surroundings: Surroundings): Promise<LabReport> => {
  const { stderr, now, signal } = surroundings;
  const lab = findLab(plan.id);
  if (lab === null)
    throw unknownName(
      "lab",
      plan.id,
      labs.map(({ id }) => id),
    );
  const { numerics } = await library.selectArithmetic({
    numerics: plan.numerics,
    widen: plan.allowWide && plan.scale === "full",
  });
  const report = plan.out ?? join("labs", `${lab.id}.html`);
  await prepareReport(report);
  const line = createStatusLine(stderr, now);
  const start = now();
  const progress = async (share: number, doing: string): Promise<void> => {
    await macrotask();
    if (signal.aborted) throw new Interrupted(`lab ${lab.id} was stopped; it keeps nothing.`);
    const seconds = (now() - start) / 1000;
    const left = share > 0 ? duration((seconds / share) * (1 - share)) : "–";
    line.show(() => `${bar(share)} ${Math.floor(100 * share)}%  ${doing}  ETA ${left}`);
  };
  try {
    const result = await lab.run({ seed: plan.seed, scale: plan.scale, progress, now, files: dataFolder() });
    const { id, title, question } = lab;
    const seconds = (now() - start) / 1000;
    const { seed, scale } = plan;
    const whole = { id, title, question, seed, scale, numerics, seconds, report, ...result };
    await writeFileAtomic(report, await labPage(whole));
    return whole;
  } finally {
    line.clear();
  }
};

/** Makes sure, before minutes of work, that the report can be written. */
const prepareReport = async (path: string): Promise<void> => {
  try {
    await makeFolder(dirname(path));
    await access(dirname(path), constants.W_OK);
  } catch (error) {
    throw new BadInput(
      `--out ${path} cannot be written: ${(error as Error).message}; name a file in a folder of yours.`,
    );
  }
};

/** Tables, then claims, then where the report is. */
export const labText = ({ title, tables, claims, report, seconds, seed, scale, numerics }: LabReport): string =>
  [
    title,
    ...tables.map(tableText),
    claims.map(({ says, measured, holds }) => `${holds ? "✓" : "✗"} ${says}: ${measured}`).join("\n"),
    `${seconds.toFixed(1)} s, seed ${seed}, ${scale}, ${numerics}; curves in ${report}`,
  ].join("\n\n");

const tableText = ({ title, columns, rows }: Table): string =>
  `${title}\n${alignedTable([columns, ...rows.map((row) => row.map(cellText))])}`;

/** Every lab with its section and its title. */
export const listLabs = (): { readonly json: unknown; readonly text: string } => {
  const describe = ({ id, section, title, question, datasets = [] }: Lab): object => ({
    id,
    section,
    title,
    question,
    datasets,
  });
  const rows = labs.map(({ id, title, datasets }) => [id, title, datasets === undefined ? "" : datasets.join(", ")]);
  return {
    json: { labs: labs.map(describe) },
    text: alignedTable([["id", "title", "data"], ...rows], 3),
  };
};
