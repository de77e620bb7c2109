// Measures anew and writes docs/benchmarks.md: node scripts/document-benchmarks.mjs [env | rl | threads | profile] [options of agon bench]
//
// Without a kind all but the environments and the training loops: the table of rows, that of two threads, and where the time goes.
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

const kinds = ["env", "rl", "threads", "profile"];
const [kind, ...rest] = process.argv.slice(2);
const chosen = kinds.includes(kind) ? kind : undefined;
const options = chosen ? rest : process.argv.slice(2);
const bench = ["run", "--silent", "agon", "--", "bench"];
const commit = output("git", ["rev-parse", "--short", "HEAD"]);
const foreign = process.env.AGON_PEERS && options.includes("--peers") ? ", with the programs of AGON_PEERS" : "";

/** Writes between two marks when and how it was measured, and what `npm parameters…` prints. */
const measure = (mark, parameters, { note = "", show = (text) => text } = {}) => {
  const measured = show(output("npm", parameters));
  const made = `Measured ${new Date().toISOString().slice(0, 10)} at ${commit} by \`npm ${parameters.join(" ")}\`${note}.`;
  const text = readFileSync(page, "utf8");
  const marked = new RegExp(`(?<=<!-- ${mark} -->\\n).*?(?=<!-- end -->)`, "s");
  if (!marked.test(text)) throw new Error(`${page} has no place <!-- ${mark} -->.`);
  writeFileSync(
    page,
    text.replace(marked, () => `\n${made}\n\n${measured}\n\n`),
  );
};

if (chosen === "env" || chosen === "rl")
  measure(`measured ${chosen}`, [...bench, chosen, ...options], { note: foreign });
if (!chosen) measure("measured", [...bench, ...options], { note: foreign });
// Of steps that are long enough to be shared out.
if (!chosen || chosen === "threads") {
  const peers = options.includes("--peers") ? ["--peers"] : [];
  measure("measured threads", [...bench, "--threads", "2", "--only", "A-512,A-1024,B2,D,E,F,G", ...peers], {
    note: foreign,
  });
}
// Where the time goes that the table tells of: two short steps, an image net and a Transformer.
if (!chosen || chosen === "profile")
  measure("profiled", [...bench, "--profile", "B1,C,D,F"], { show: (text) => `\`\`\`text\n${text}\n\`\`\`` });
