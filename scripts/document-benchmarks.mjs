// Measures anew and writes docs/benchmarks.md: node scripts/document-benchmarks.mjs [env|rl] [options of agon bench]
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
const bench = ["run", "--silent", "agon", "--", "bench"];
const commit = output("git", ["rev-parse", "--short", "HEAD"]);
const foreign = process.env.AGON_PEERS && options.includes("--peers") ? ", with the programs of AGON_PEERS" : "";

/** Writes between two marks when and how it was measured, and what `npm parameters…` prints. */
const measure = (mark, parameters, { note = "", show = (text) => text } = {}) => {
  const measured = show(output("npm", parameters));
  const made = `Measured ${new Date().toISOString().slice(0, 10)} at ${commit} by \`npm ${parameters.join(" ")}\`${note}.`;
  const marked = new RegExp(`(?<=<!-- ${mark} -->\\n).*?(?=<!-- end -->)`, "s");
  writeFileSync(
    page,
    readFileSync(page, "utf8").replace(marked, () => `\n${made}\n\n${measured}\n\n`),
  );
};

const part = ["env", "rl"].find((kind) => kind === options[0]);
measure(part ? `measured ${part}` : "measured", [...bench, ...options], { note: foreign });
// Where the time goes that the table tells of the two shortest steps.
if (!part) measure("profiled", [...bench, "--profile", "B1,C"], { show: (text) => `\`\`\`text\n${text}\n\`\`\`` });
