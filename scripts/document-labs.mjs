// Runs labs in full and writes what they measured into docs/labs.md: node scripts/document-labs.mjs [id…]; without ids all of them.
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const page = join(root, "docs", "labs.md");
const folder = mkdtempSync(join(tmpdir(), "agon-labs-"));
const output = (command, parameters) =>
  execFileSync(command, parameters, { cwd: root, encoding: "utf8", stdio: ["ignore", "pipe", "inherit"] }).trim();
const agon = (...parameters) => JSON.parse(output("npm", ["run", "--silent", "agon", "--", ...parameters, "--json"]));

const commit = output("git", ["rev-parse", "--short", "HEAD"]);
const { labs } = agon("lab", "list");
const asked = process.argv.slice(2);
const unknown = asked.find((id) => !labs.some((lab) => lab.id === id));
if (unknown) throw new Error(`there is no lab ${unknown}; there are ${labs.map(({ id }) => id).join(", ")}.`);

/** The part of the page about one lab. */
const mark = (id) => new RegExp(`(?<=<!-- ${id} -->\\n).*?(?=<!-- end -->)`, "s");

const shown = (cell) => (typeof cell === "number" ? String(Number(cell.toPrecision(4))) : cell);

const tableText = ({ title, columns, rows }) =>
  [
    `${title}:`,
    "",
    ...[columns, columns.map(() => "---"), ...rows].map((row) => `| ${row.map(shown).join(" | ")} |`),
  ].join("\n");

const describe = ({ question, claims, tables, seed, seconds, numerics }) =>
  [
    question,
    claims.map(({ says, measured, holds }) => `- ${holds ? "✓" : "✗"} ${says}: **${measured}**`).join("\n"),
    ...tables.map(tableText),
    `Seed ${seed}, ${numerics} arithmetic, ${Math.round(seconds)} s; measured ${new Date().toISOString().slice(0, 10)} at ${commit}.`,
  ].join("\n\n");

// A heading for every lab there is, in order; what is known of each stays.
const known = readFileSync(page, "utf8");
const [head] = known.split("<!-- labs -->");
const sections = labs.map(({ id, title }) => {
  const text = mark(id).exec(known)?.[0] ?? "\nNot run yet.\n\n";
  return `## ${title}\n\n\`agon lab ${id}\`\n\n<!-- ${id} -->\n${text}<!-- end -->\n`;
});
writeFileSync(page, `${head}<!-- labs -->\n\n${sections.join("\n")}`);

for (const { id } of labs.filter((lab) => asked.length === 0 || asked.includes(lab.id))) {
  process.stderr.write(`${id} …\n`);
  const report = agon("lab", id, "--out", join(folder, `${id}.html`));
  const text = describe(report);
  writeFileSync(
    page,
    readFileSync(page, "utf8").replace(mark(id), () => `\n${text}\n\n`),
  );
}
rmSync(folder, { recursive: true });
output("npm", ["run", "--silent", "format"]);
