// npm run hashes: runs the programs on every engine that is here, and rewrites the tables of docs/hashes.md.
import { execFileSync } from "node:child_process";
import { cpus, platform } from "node:os";
import { type Engine, newestNode, pinnedNode, withChromium } from "./engines.ts";
import { type Given, writeHashes } from "./table.ts";

const given: Given[] = [];
const take = async (engine: Engine): Promise<void> => {
  const { name, vectorBits, threads } = engine;
  console.error(`${name}, ${vectorBits} bits, threads: ${threads} …`);
  const [strict, fused] = [await engine.hash("strict"), await engine.hash("fused")];
  if (fused.numerics !== "fused") throw new Error(`${name}: this machine does not fuse; the table needs both tiers.`);
  given.push({ engine: { name, vectorBits, threads }, strict: strict.hashes, fused: fused.hashes });
};

for (const engine of [...pinnedNode(), ...(await newestNode())]) await take(engine);
await withChromium(async (engines) => {
  for (const engine of engines) await take(engine);
});
const commit = execFileSync("git", ["rev-parse", "--short", "HEAD"], { encoding: "utf8" }).trim();
const date = new Date().toISOString().slice(0, 10);
const machine = `${cpus()[0]?.model.trim() ?? process.arch}, ${platform()}`;
writeHashes(`Made ${date} at ${commit} by \`npm run hashes\` on ${machine}.`, given);
