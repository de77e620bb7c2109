// The command line as a process of its own: streams, signals, exit status, many processes at once.
import type { ProfileReport } from "@agon/bench";
import { type ChildProcess, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, test } from "vitest";

const main = fileURLToPath(new URL("main.ts", import.meta.url));
const faulty = fileURLToPath(new URL("test-environments/faulty.ts", import.meta.url));
const seconds = 1000;

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "agon-process-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

interface Ended {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

const start = (line: string): { readonly child: ChildProcess; readonly ended: Promise<Ended> } => {
  const child = spawn(process.execPath, ["--conditions=@agon/source", main, ...line.split(" ")], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  let [stdout, stderr] = ["", ""];
  child.stdout?.on("data", (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr?.on("data", (chunk: Buffer) => (stderr += chunk.toString()));
  const ended = new Promise<Ended>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (status) => resolve({ status, stdout, stderr }));
  });
  return { child, ended };
};

const json = async (line: string): Promise<Record<string, unknown>> => {
  const { status, stdout, stderr } = await start(`${line} --json`).ended;
  expect([status, stderr]).toEqual([0, ""]);
  return JSON.parse(stdout.trimEnd().split("\n").at(-1) ?? "");
};

/** Resolves once the file is there: training has begun. */
const appears = async (path: string): Promise<void> => {
  while (!existsSync(path)) await new Promise((resolve) => setTimeout(resolve, 20));
};

const pause = (milliseconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds));

describe("Ctrl-C into a flat-out run", () => {
  test("checkpoints and exits 130 within 2 s; resumed, the curve is that of an uninterrupted run", async () => {
    const run = join(folder, "run");
    const line = "train dqn CartPole-v1 --seed 3 --episodes 3";
    const { child, ended } = start(`${line} --steps 100000000 --out ${run} --json`);
    await appears(join(run, "checkpoint.safetensors"));
    await pause(300);
    const asked = performance.now();
    child.kill("SIGINT");
    const { status, stdout, stderr } = await ended;
    expect(performance.now() - asked).toBeLessThan(2 * seconds);
    expect([status, stdout]).toEqual([130, ""]);
    const [, reached] =
      /^agon: stopped at step (\d+) of 100000000; agon train --resume .* goes on from there\.\n$/.exec(stderr) ?? [];
    const steps = Number(reached) + 1500;
    expect(steps).toBeGreaterThan(1500);
    const [resumed, whole] = await Promise.all([
      json(`train --resume ${run} --steps ${steps}`),
      json(`${line} --steps ${steps}`),
    ]);
    expect(resumed).toMatchObject({ steps, curveHash: whole.curveHash, evaluation: whole.evaluation });
  }, 60_000);

  test("is obeyed where no episode ever ends, and while evaluating", async () => {
    for (const [sizes, reached] of [
      ["--steps 100000000 --episodes 1", "stopped at step"],
      ["--steps 10 --episodes 100000", "stopped in the evaluation"],
    ]) {
      const run = join(folder, reached.replaceAll(" ", "-"));
      const { child, ended } = start(
        `train dqn Endless-v0 ${sizes} --set hidden=8 --environment-module ${faulty} --out ${run}`,
      );
      await appears(join(run, "checkpoint.safetensors"));
      await pause(300);
      const asked = performance.now();
      child.kill("SIGINT");
      const { status, stderr } = await ended;
      expect(performance.now() - asked).toBeLessThan(2 * seconds);
      expect(status).toBe(130);
      expect(stderr).toContain(reached);
    }
  }, 60_000);

  test("ends a comparison with its child processes", async () => {
    const { child, ended } = start("compare q-learning,sarsa --environments CliffWalking-v1 --steps 1000000000");
    await pause(1500);
    const asked = performance.now();
    child.kill("SIGINT");
    const { status, stdout, stderr } = await ended;
    expect(performance.now() - asked).toBeLessThan(2 * seconds);
    expect({ status, stdout, stderr }).toEqual({
      status: 130,
      stdout: "",
      stderr: "agon: stopped before all runs were finished.\n",
    });
  }, 60_000);
});

test("Ctrl-C ends a benchmark", async () => {
  const { child, ended } = start("bench --only B2,A-1024 --rounds 1000");
  await pause(2500);
  const asked = performance.now();
  child.kill("SIGINT");
  const { status, stderr } = await ended;
  expect(performance.now() - asked).toBeLessThan(2 * seconds);
  expect([status, stderr]).toEqual([130, "agon: stopped before all rows were timed.\n"]);
}, 60_000);

test("a NaN exits 3 and says where", async () => {
  const { status, stdout, stderr } = await start(
    `train dqn NanReward-v0 --steps 5000 --environment-module ${faulty} --set hidden=8 --out ${join(folder, "run")}`,
  ).ended;
  expect([status, stdout]).toEqual([3, ""]);
  expect(stderr).toMatch(
    /^agon: Environment "NanReward-v0" gave a reward of NaN at step \d+; .*step 2004 of 5000; .*\n$/,
  );
});

test("compare gives the scores of train, whatever the number of processes", async () => {
  const line = "compare q-learning,sarsa --environments CliffWalking-v1 --seeds 2 --steps 3000 --episodes 5";
  const [one, many] = await Promise.all([json(`${line} --workers 1`), json(`${line} --workers 3`)]);
  const scores = (result: Record<string, unknown>) =>
    (result.rows as { algorithm: string; scores: number[] }[]).map(({ algorithm, scores: each }) => [algorithm, each]);
  expect(scores(many)).toEqual(scores(one));
  const single = await json("train sarsa CliffWalking-v1 --seed 1 --steps 3000 --episodes 5");
  expect(scores(one)[1]).toEqual(["sarsa", [expect.any(Number), (single.evaluation as { mean: number }).mean]]);
}, 60_000);

test("a fault in one run of a comparison ends it with that run's status and line", async () => {
  const { status, stdout, stderr } = await start(
    `compare dqn --environments NanReward-v0,Endless-v0 --seeds 2 --steps 5000 --set hidden=8 --environment-module ${faulty}`,
  ).ended;
  expect([status, stdout, stderr.split("\n").length]).toEqual([3, "", 2]);
  expect(stderr).toMatch(/^agon: dqn NanReward-v0 --seed \d: Environment "NanReward-v0" gave a reward of NaN/);
}, 60_000);

test("256-bit vectors change no bit, and are said", async () => {
  const line = "train dqn CartPole-v1 --steps 100000 --episodes 1 --set hidden=16 --set trainInterval=50";
  const [wide, narrow] = await Promise.all([json(line), json(`${line} --no-256-bit`)]);
  expect(narrow.vectorBits).toBe(128);
  if (process.arch === "x64") expect(wide.vectorBits).toBe(256);
  expect(wide.curveHash).toBe(narrow.curveHash);
}, 60_000);

test("bench --profile tells where the time of a step goes", async () => {
  const report = (await json("bench --profile C --no-256-bit --rounds 1")) as unknown as ProfileReport;
  const { callMicroseconds, profiles } = report;
  const [{ work, parts, kinds, leftOverMicroseconds, microseconds }] = profiles;
  expect(work).toBe("C");
  expect(parts.filter(({ ops }) => ops.includes("matmul"))).toHaveLength(3);
  expect(kinds[0].microseconds).toBeGreaterThan(0);
  expect(leftOverMicroseconds).toBeLessThan(microseconds - callMicroseconds);
}, 60_000);

test("bench prints the rows asked for, in the tier asked for", async () => {
  const report = await json("bench --only A-64,H-scalar --rounds 1 --numerics strict --no-256-bit");
  expect(Object.keys(report)).toEqual(["machine", "node", "numerics", "rows"]);
  expect(report).toMatchObject({ node: process.version, numerics: "strict" });
  const rows = report.rows as Record<string, unknown>[];
  expect(rows).toMatchObject([
    { work: "A-64", unit: "GFLOP/s", threads: 1, better: "higher", peers: {}, wideVectors: false, notes: [] },
    { work: "H-scalar", unit: "env steps/s", threads: 1, better: "higher", peers: {} },
  ]);
  for (const { ours, min, max } of rows as { ours: number; min: number; max: number }[])
    expect([ours > 0, min <= ours, ours <= max]).toEqual([true, true, true]);
}, 60_000);

test("a reader that stops reading is no error", async () => {
  const { child, ended } = start("list");
  child.stdout?.destroy();
  expect((await ended).status).toBe(0);
});

test("bench scores runs what is missing, keeps a record of each run, and runs anew what is out of date", async () => {
  const line = `bench scores --only q-learning-taxi --workers 2 --folder ${folder} --seeds`;
  expect(await json(`${line} 1`)).toMatchObject({ run: 1, page: join(folder, "scores.md") });
  const { run, rows } = await json(`${line} 2`);
  expect([run, rows]).toMatchObject([1, [{ row: { id: "q-learning-taxi" }, passed: null }]]);
  const path = join(folder, "scores", "q-learning-taxi", "2.json");
  const text = await readFile(path, "utf8");
  const { spec, steps, curve } = JSON.parse(text);
  expect(spec.seed).toBe(2);
  expect(curve.stretch).toBe(Math.ceil(steps / 50));
  expect(await readFile(join(folder, "scores.md"), "utf8")).toContain("2 of 5 seeds run");
  await writeFile(path, text.replace('"discount":1', '"discount":0.5'));
  expect(await json(`${line} 2`)).toMatchObject({ run: 1 });
  expect(JSON.parse(await readFile(path, "utf8")).spec).toEqual(spec);
}, 60_000);

test("bench rl times a whole loop and tells where its time goes", async () => {
  const { rows } = await json("bench rl --only I-ppo-cleanrl --rounds 1");
  const [{ speed, parts, solved }] = rows as { speed: { median: number }; parts: Record<string, number>; solved: [] }[];
  expect(speed.median).toBeGreaterThan(1000);
  expect(solved).toEqual([]);
  expect(Object.values(parts).reduce((sum, each) => sum + each, 0)).toBeCloseTo(1);
  expect(parts.update).toBeGreaterThan(parts.rest);
}, 120_000);
