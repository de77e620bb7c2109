// The measured curves in docs/algorithms/NAME.md, at <!-- curve NAME --> … <!-- end -->: a picture of each environment and a line on it.
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { writeFileAtomic } from "@agon/runs/node";
import { curvePicture } from "./curve-picture.ts";
import type { RowSummary } from "./summary.ts";

/** Draws the curves of all algorithms that have a page with a mark. */
export const writeCurves = async (documents: string, summaries: readonly RowSummary[]): Promise<void> => {
  const folder = join(documents, "algorithms");
  const pages = (await readdir(folder).catch(() => [])).filter((name) => name.endsWith(".md"));
  for (const page of pages) {
    const path = join(folder, page);
    const text = await readFile(path, "utf8");
    const found = MARK.exec(text);
    if (found === null) continue;
    const [whole, name] = found;
    const measured = summaries.filter(({ row, records }) => row.algorithm === name && records.length > 0);
    if (measured.length === 0) continue;
    const picture = `curve-${name}.svg`;
    await writeFileAtomic(join(documents, "images", picture), curvePicture(measured));
    const section = `<!-- curve ${name} -->\n\n${describe(name, picture, measured)}\n\n<!-- end -->`;
    await writeFileAtomic(
      path,
      text.replace(whole, () => section),
    );
  }
};

/** The mark alone, or with what was written there before. */
const MARK = /<!-- curve ([\w-]+) -->(?:\n(?:(?!\n#|<!--)[^])*<!-- end -->)?/;

const describe = (name: string, picture: string, measured: readonly RowSummary[]): string => {
  const rows = measured.map(({ row }) => `\`${row.id}\``).join(", ");
  return (
    `![Return of training's episodes by environment step](../images/${picture})\n\n` +
    `Return of ${name}'s training episodes: the mean over seeds and their range. Rows of [scores.md](../scores.md): ${rows}.`
  );
};
