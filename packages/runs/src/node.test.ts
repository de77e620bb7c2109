import { mkdtemp, mkdir, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { RunFolder, writeAtomically } from "./node.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "agon-runs-"));
});
afterEach(() => rm(folder, { recursive: true }));

test("an atomic write replaces the file and leaves nothing else", async () => {
  const path = join(folder, "deep", "file");
  await writeAtomically(path, "old");
  await writeAtomically(path, Uint8Array.of(110, 101, 119));
  expect(await readFile(path, "utf8")).toBe("new");
  expect(await readdir(join(folder, "deep"))).toEqual(["file"]);
});

test("a write that fails leaves no temporary file", async () => {
  await mkdir(join(folder, "taken", "inside"), { recursive: true });
  await expect(writeAtomically(join(folder, "taken"), "x")).rejects.toThrow();
  expect(await readdir(folder)).toEqual(["taken"]);
});

test("a run folder gives back what it was given, and names what is missing", async () => {
  const run = new RunFolder(join(folder, "run"));
  await expect(run.readRecord()).rejects.toThrow(/no run there/);
  const record = {
    algorithm: "dqn",
    environment: "CartPole-v1",
    environmentOptions: {},
    options: { gamma: 0.99 },
    seed: 1,
    steps: 10,
    numerics: "strict",
  };
  await run.writeRecord(record);
  await run.writeCheckpoint(Uint8Array.of(1, 2, 3));
  expect(await run.readRecord()).toEqual(record);
  expect([...(await run.readCheckpoint())]).toEqual([1, 2, 3]);
});
