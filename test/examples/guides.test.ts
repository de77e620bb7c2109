// The guides, and other pages with programs: the blocks of each form one program over the workspace's packages, which runs and prints what it claims.
import { existsSync, globSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { claimOf, linksOf, programsOf, run } from "../programs.ts";

const root = join(import.meta.dirname, "../..");
const guides = globSync(["docs/{guides,answers}/*.md", "docs/{reliability,textbook-rulings}.md"], { cwd: root });

test.for(guides)("%s", async (guide) => {
  const programs = programsOf(readFileSync(join(root, guide), "utf8"));
  const code = programs.map((program) => program.code).join("\n");
  const folder = mkdtempSync(join(tmpdir(), "agon-guide-"));
  try {
    symlinkSync(join(root, "test/node_modules"), join(folder, "node_modules"), "junction");
    writeFileSync(join(folder, "guide.ts"), code);
    const output = await run(process.execPath, ["--conditions=@agon/source", "guide.ts"], { cwd: folder });
    expect(claimOf(code), "comments // → …").not.toBe("");
    expect(output).toBe(claimOf(code));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

test.for(guides)("%s links to files that are there", (guide) => {
  for (const link of linksOf(readFileSync(join(root, guide), "utf8")))
    expect(existsSync(join(root, dirname(guide), link.replace(/#.*/, ""))), link).toBe(true);
});

test("a stranger's environment takes under 60 lines", () => {
  const programs = programsOf(readFileSync(join(root, "docs/guides/your-own-environment.md"), "utf8"));
  const lines = programs.flatMap(({ code }) => code.split("\n")).filter((line) => line.trim() !== "");
  expect(lines.length).toBeLessThan(60);
});
