// The quick tier of docs/scores.md: its rows of seconds trained anew by the command that makes the page, and the page held against its records.
import { spawn } from "node:child_process";
import { cp, mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { scoreRows } from "@agon/bench/scores";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

const main = fileURLToPath(new URL("../../apps/cli/src/main.ts", import.meta.url));
const documents = fileURLToPath(new URL("../../docs", import.meta.url));

interface Row {
  readonly row: { readonly id: string };
  readonly records: readonly { readonly score: number }[];
  readonly passed: boolean | null;
}

/** What `agon bench scores …` prints. */
const benchScores = (
  ...parameters: readonly string[]
): Promise<{ readonly run: number; readonly rows: readonly Row[] }> =>
  new Promise((resolve, reject) => {
    const child = spawn(
      process.execPath,
      ["--conditions=@agon/source", main, "bench", "scores", "--json", ...parameters],
      { stdio: ["ignore", "pipe", "inherit"] },
    );
    let output = "";
    child.stdout.on("data", (chunk: Buffer) => (output += chunk.toString()));
    child.on("error", reject);
    child.on("close", (status) =>
      status === 0 ? resolve(JSON.parse(output)) : reject(new Error(`agon bench scores ended with status ${status}.`)),
    );
  });

let folder: string;
let rows: readonly Row[] = [];
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "agon-scores-"));
  ({ rows } = await benchScores("--quick", "--folder", folder));
}, 1_200_000);
afterAll(() => rm(folder, { recursive: true }));

describe("trained anew, every quick row reaches its bar", () => {
  test.each(scoreRows.filter(({ quick, bar }) => quick === true && bar !== undefined))("$id", ({ id, seeds }) => {
    const found = rows.find(({ row }) => row.id === id);
    const scores = found?.records.map(({ score }) => score) ?? [];
    console.info(`${id}, seeds 1–${seeds}: ${scores.map((score) => score.toFixed(4)).join(", ")}`);
    expect(scores.length).toBe(seeds);
    expect(found?.passed).toBe(true);
  });
});

test("docs/scores.md says what its records say, as the rows stand now", async () => {
  const copy = join(folder, "docs");
  for (const each of ["scores", "algorithms"]) await cp(join(documents, each), join(copy, each), { recursive: true });
  await benchScores("--page", "--folder", copy);
  for (const page of ["scores.md", ...(await readdir(join(copy, "algorithms"))).map((name) => `algorithms/${name}`)])
    expect(await readFile(join(copy, page), "utf8"), page).toBe(await readFile(join(documents, page), "utf8"));
});
