// docs/hashes.md: the hashes of each tier, and who gave them.
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Engine } from "./engines.ts";
import type { Hashes } from "./programs.ts";

const file = fileURLToPath(new URL("../../docs/hashes.md", import.meta.url));
const [START, END] = ["<!-- measured -->", "<!-- end -->"];

/** Hash by program. */
export type Column = Hashes["hashes"];

/** The hashes of both tiers as they stand in the repository. */
export const readHashes = (): Readonly<Record<"strict" | "fused", Column>> => {
  const rows = [...readFileSync(file, "utf8").matchAll(/^\| (.+?) +\| `([0-9a-f]{16})` \| `([0-9a-f]{16})` \|$/gm)];
  const column = (at: 2 | 3): Column => Object.fromEntries(rows.map((row) => [row[1], row[at]]));
  return { strict: column(2), fused: column(3) };
};

/** Names of the programs whose hashes differ, or are missing on one side. */
export const differences = (a: Column, b: Column): string[] =>
  [...new Set([...Object.keys(a), ...Object.keys(b)])].filter((name) => a[name] !== b[name]);

/** What an engine gave in both tiers. */
export interface Given {
  readonly engine: Pick<Engine, "name" | "vectorBits" | "threads">;
  readonly strict: Column;
  readonly fused: Column;
}

/** The first engine's hashes are those that the others are held against. */
export const writeHashes = (made: string, given: readonly Given[]): void => {
  const [{ strict, fused }] = given;
  const hashes = Object.keys(strict).map((name) => [name, `\`${strict[name]}\``, `\`${fused[name]}\``]);
  const engines = given.map(({ engine, ...own }) => [
    engine.name,
    String(engine.vectorBits),
    String(engine.threads),
    agreement(strict, own.strict),
    agreement(fused, own.fused),
  ]);
  const tables = [
    table(["program", "strict", "fused"], hashes),
    table(["engine", "bits of vectors", "threads", "strict", "fused"], engines),
  ];
  const text = readFileSync(file, "utf8");
  const [start, end] = [text.indexOf(START) + START.length, text.indexOf(END)];
  writeFileSync(
    file,
    [text.slice(0, start), "", made, "", ...tables.flatMap((each) => [each, ""]), text.slice(end)].join("\n"),
  );
};

const agreement = (wanted: Column, own: Column): string => {
  const differing = differences(wanted, own);
  const count = Object.keys(wanted).length;
  return differing.length === 0 ? `the same ${count}` : `other: ${differing.join(", ")}`;
};

const table = (header: readonly string[], rows: readonly (readonly string[])[]): string => {
  const widths = header.map((name, i) => Math.max(name.length, ...rows.map((row) => row[i].length)));
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell, i) => cell.padEnd(widths[i])).join(" | ")} |`;
  return [line(header), line(widths.map((width) => "-".repeat(width))), ...rows.map(line)].join("\n");
};
