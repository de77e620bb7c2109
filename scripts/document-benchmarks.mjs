// Measures anew and writes docs/benchmarks.md: node scripts/document-benchmarks.mjs [env] [options of agon bench]
import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const page = join(root, "docs", "benchmarks.md");
const output = (command, parameters) => {
  const { status, stdout } = spawnSync(command, parameters, {
    cwd: root,
    encoding: "utf8",
    stdio: ["ignore", "pipe", 2],
  });
  if (status !== 0) throw new Error(`${command} ${parameters.join(" ")} failed.`);
  return stdout.trim();
};

const options = process.argv.slice(2);
const bench = ["run", "--silent", "agon", "--", "bench", ...options];
const table = output("npm", bench);
const commit = output("git", ["rev-parse", "--short", "HEAD"]);
const made = `Measured ${new Date().toISOString().slice(0, 10)} at ${commit} by \`npm ${bench.join(" ")}\`.`;
const block = options[0] === "env" ? "measured env" : "measured";
const marked = new RegExp(`(?<=<!-- ${block} -->\\n).*?(?=<!-- end -->)`, "s");
writeFileSync(
  page,
  readFileSync(page, "utf8").replace(marked, () => `\n${made}\n\n${table}\n\n`),
);
