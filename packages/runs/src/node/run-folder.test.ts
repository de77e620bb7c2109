import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { RunSpec } from "../spec.ts";
import { RunFolder } from "./run-folder.ts";
import { writeFileAtomic } from "./write-file.ts";

const spec: RunSpec = {
  algorithm: "dqn",
  environment: "CartPole-v1",
  options: { learningRate: 1e-3 },
  seed: 1,
  numerics: "strict",
  versions: { "@agon/rl": "0.1.0" },
};

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "agon-runs-"));
});
afterEach(() => rm(folder, { recursive: true }));

test("what was written is read back, also by another process", async () => {
  const run = await RunFolder.create(join(folder, "a", "b"), spec);
  expect(await run.readCheckpoint()).toBeNull();
  await run.writeCheckpoint(Uint8Array.of(1, 2, 3));
  await run.writeResult({ seconds: 1 });
  const again = await RunFolder.open(join(folder, "a", "b"));
  expect(again.spec).toEqual(spec);
  expect([...((await again.readCheckpoint()) ?? [])]).toEqual([1, 2, 3]);
  expect(await again.readResult()).toEqual({ seconds: 1 });
  expect(await readdir(again.path)).not.toContainEqual(expect.stringMatching(/tmp$/));
});

test("the same run may go on in its folder, another one is refused by name of what differs", async () => {
  await RunFolder.create(folder, spec);
  await RunFolder.create(folder, { ...spec });
  await expect(RunFolder.create(folder, { ...spec, options: { learningRate: 1e-4 } })).rejects.toThrow(
    "its options.learningRate is 0.001, not 0.0001",
  );
});

test("rewinding drops later metrics and a torn last line", async () => {
  const run = await RunFolder.create(folder, spec);
  await run.appendMetrics([{ step: 10 }, { step: 20 }]);
  await run.appendMetrics([{ step: 30 }]);
  await writeFile(join(folder, "metrics.jsonl"), '{"step":4', { flag: "a" });
  await run.rewindMetrics(20);
  expect(await run.readMetrics()).toEqual([{ step: 10 }, { step: 20 }]);
  expect(await readFile(join(folder, "metrics.jsonl"), "utf8")).toBe('{"step":10}\n{"step":20}\n');
});

test("a folder without a run and a damaged spec are named", async () => {
  await expect(RunFolder.open(folder)).rejects.toThrow("holds no run");
  await writeFile(join(folder, "spec.json"), '{"algorithm":"dqn","id":"0"}');
  await expect(RunFolder.open(folder)).rejects.toThrow("damaged");
});

test("a folder with other files, and a file in its place, are refused and left as they are", async () => {
  await writeFile(join(folder, "notes.txt"), "mine");
  await expect(RunFolder.create(folder, spec)).rejects.toThrow("holds no run but other files, such as notes.txt");
  await expect(RunFolder.create(join(folder, "notes.txt"), spec)).rejects.toThrow("is no folder");
  await expect(RunFolder.create(join(folder, "notes.txt", "below"), spec)).rejects.toThrow("lies below a file");
  await expect(RunFolder.open(join(folder, "notes.txt"))).rejects.toThrow("is no folder");
  expect(await readdir(folder)).toEqual(["notes.txt"]);
});

test("a place where no folder can be made is named", { skip: process.platform !== "linux" }, async () => {
  await expect(RunFolder.create("/proc/none/run", spec)).rejects.toThrow(
    "Folder /proc/none/run cannot be used: ENOENT",
  );
});

test("the plan may change while the run stays the same", async () => {
  const run = await RunFolder.create(folder, spec);
  expect(await run.readPlan()).toBeNull();
  await run.writePlan({ steps: 10, episodes: 1 });
  await run.writePlan({ steps: 20, episodes: 1 });
  expect(await (await RunFolder.open(folder)).readPlan()).toEqual({ steps: 20, episodes: 1 });
});

test("a failed write leaves the old file and no litter", async () => {
  const path = join(folder, "file");
  await writeFileAtomic(path, "old");
  await expect(writeFileAtomic(path, 5 as unknown as string)).rejects.toThrow();
  expect(await readFile(path, "utf8")).toBe("old");
  expect(await readdir(folder)).toEqual(["file"]);
});
