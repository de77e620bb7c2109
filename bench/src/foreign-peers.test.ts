import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { ForeignPeers } from "./foreign-peers.ts";

// The programs are of Node here, for a Python is not always there: what is tested is how they are asked and understood.
const folder = mkdtempSync(join(tmpdir(), "agon-foreign-peers-"));
afterAll(() => rmSync(folder, { recursive: true }));

const figure = (peer: string, workload: string, value: number | null, threads = 1): string =>
  JSON.stringify({ peer, workload, metric: "time", value, unit: "us", threads });

writeFileSync(
  join(folder, "torch_bench.py"),
  `const fused = process.argv.includes("--fused");
   const [section] = process.argv.slice(-1);
   if (process.argv.includes("--compile")) { console.error("warming up"); console.error("no compiler here"); process.exit(1); }
   console.log("a remark");
   if (section === "E") console.error("torch E failed: no such cell");
   if (section === "B") {
     console.log(${JSON.stringify(figure("torch", "B_mlp_4-64-64-2_b64", 400))}.replace("400", fused ? "300" : "400"));
     console.log(${JSON.stringify(figure("torch", "B_mlp_4-64-64-2_b64", 100, 2))});
   }
   if (section === "G") console.log(${JSON.stringify(figure("torch", "G_resnet8_b32", 676))}.replace("676", fused ? "600" : "676"));`,
);
writeFileSync(join(folder, "jax_bench.py"), `console.log(${JSON.stringify(figure("jax", "E_lstm_T50_b32", null))});`);

const peers = (threads = 1) =>
  new ForeignPeers({ folder, python: process.execPath }, threads, new AbortController().signal);

test("a library counts by the best of its settings on the threads that are asked for", async () => {
  const { figures, notes } = await peers().at("B1", "lower");
  expect(figures).toEqual([{ library: "pytorch", setting: "torch", value: 300 }]);
  expect(notes).toEqual([]);
  expect((await peers(2).at("B1", "lower")).figures).toMatchObject([{ value: 100 }]);
});

test("a program that fails says why, and the others count all the same", async () => {
  const { figures, notes } = await peers().at("G", "higher");
  expect(figures).toEqual([{ library: "pytorch", setting: "torch", value: 676 }]);
  expect(notes).toEqual(["pytorch: no compiler here"]);
});

test("a goal that was not reached is no figure, and what failed is said; a row that the programs do not know asks nobody", async () => {
  expect(await peers().at("E", "lower")).toEqual({ figures: [], notes: ["pytorch: torch E failed: no such cell"] });
  expect(await peers().at("H", "higher")).toEqual({ figures: [], notes: [] });
});

test("an interrupt ends the program that runs", async () => {
  const aborted = AbortSignal.abort();
  await expect(new ForeignPeers({ folder, python: process.execPath }, 1, aborted).at("B1", "lower")).rejects.toThrow(
    "abort",
  );
});
