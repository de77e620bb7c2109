// The documents whose code blocks form one program run, and print what they claim.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { claimOf, programsOf, run } from "../programs.ts";

const root = join(import.meta.dirname, "../..");

test.for(["docs/autodiff-from-scratch.md"])("%s", async (document) => {
  const code = programsOf(readFileSync(join(root, document), "utf8"))
    .map((program) => program.code)
    .join("\n");
  const folder = mkdtempSync(join(tmpdir(), "agon-essay-"));
  try {
    writeFileSync(join(folder, "essay.ts"), code);
    const output = await run(process.execPath, ["essay.ts"], { cwd: folder });
    expect(claimOf(code), "comments // → …").not.toBe("");
    expect(output).toBe(claimOf(code));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
