import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { countingLibrary } from "./counting-library.ts";
import { runProgram } from "./program.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "agon-cli-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const agon = async (line: string, signal: AbortSignal = new AbortController().signal) => {
  const written = { stdout: "", stderr: "" };
  const stream = (name: "stdout" | "stderr") => ({ write: (text: string) => void (written[name] += text) });
  const streams = { stdout: stream("stdout"), stderr: stream("stderr"), now: () => 0, signal };
  const status = await runProgram(countingLibrary, line.split(" "), streams);
  return { status, ...written };
};

test("train prints exactly the fields of the contract, as the last line", async () => {
  const { status, stdout, stderr } = await agon("train count Near-v1 --seed 1 --steps 100 --episodes 7 --json");
  expect([status, stderr]).toEqual([0, ""]);
  const result = JSON.parse(stdout);
  expect(Object.keys(result)).toEqual([
    "algorithm",
    "environment",
    "seed",
    "steps",
    "seconds",
    "stepsPerSecond",
    "evaluation",
    "curveHash",
    "numerics",
  ]);
  expect(result).toMatchObject({
    algorithm: "count",
    seed: 1,
    steps: 100,
    evaluation: { episodes: 7, mean: 100, std: 0 },
  });
});

describe("bad input exits 2 with one line that names option, value and expectation", () => {
  for (const [line, complaint] of [
    ["train cuont Near-v1", 'agon: unknown algorithm "cuont"; the nearest are count.'],
    ["train count Nera-v1", 'agon: unknown environment "Nera-v1"; the nearest are Near-v1, Far-v1.'],
    ["train count Far-v1", "agon: count cannot walk Far-v1; it needs a discrete action space."],
    ["train count Near-v1 --steps 1.5", 'agon: --steps is "1.5", expected a whole number of at least 1.'],
    ["train count Near-v1 --seed x", 'agon: --seed is "x", expected a whole number of at least 0.'],
    ["train count Near-v1 --numerics quick", 'agon: --numerics is "quick", expected strict or fused.'],
    ["train count Near-v1 --set rate=2", 'agon: --set rate is "2", expected a number ≥ 0 and ≤ 1.'],
    [
      "train count Near-v1 --set hidden=64,x",
      'agon: --set hidden is "64,x", expected whole numbers ≥ 1 separated by commas.',
    ],
    ["train count Near-v1 --set rat=1", "agon: --set rat: count has no such option; the nearest are rate."],
    ["train count Near-v1 --set rate", "agon: --set rate: expected key=value, as in --set learningRate=1e-3."],
    ["train count Near-v1 --resume", "agon: --resume needs --out FOLDER, the folder to go on in."],
    ["train count", "agon: missing environment; expected agon train <algorithm> <environment>, see agon list."],
  ]) {
    test(line, async () => expect(await agon(line)).toEqual({ status: 2, stdout: "", stderr: `${complaint}\n` }));
  }

  test("an unknown option is one line too", async () => {
    const { status, stderr } = await agon("train count Near-v1 --sed 1");
    expect([status, stderr.trimEnd().split("\n").length]).toEqual([2, 1]);
    expect(stderr).toContain("--sed");
  });
});

test("bad input leaves no folder behind", async () => {
  await agon(`train count Near-v1 --set rate=7 --out ${join(folder, "run")}`);
  expect(existsSync(join(folder, "run"))).toBe(false);
});

test("an interrupted run exits 130, and the same command goes on to the same curve hash", async () => {
  const whole = JSON.parse((await agon("train count Near-v1 --steps 5000 --json")).stdout);
  const stop = new AbortController();
  setTimeout(() => stop.abort(), 5);
  const line = `train count Near-v1 --steps 5000 --out ${folder} --json`;
  const stopped = await agon(line, stop.signal);
  expect(stopped.status).toBe(130);
  expect(stopped.stdout).toBe("");
  const finished = JSON.parse((await agon(line)).stdout);
  expect(finished).toMatchObject({ steps: 5000, curveHash: whole.curveHash });
  const steps = (await readFile(join(folder, "metrics.jsonl"), "utf8"))
    .trim()
    .split("\n")
    .map((text) => JSON.parse(text).step);
  expect(steps).toEqual(Array.from({ length: 500 }, (_, i) => 10 * (i + 1)));
});

test("divergence exits 3 and keeps the last good checkpoint", async () => {
  const { status, stderr, stdout } = await agon(`train count Near-v1 --set divergeAt=25 --steps 100 --out ${folder}`);
  expect({ status, stderr, stdout }).toEqual({ status: 3, stderr: "agon: loss is NaN at step 25.\n", stdout: "" });
  expect(existsSync(join(folder, "checkpoint.safetensors"))).toBe(true);
  expect(existsSync(join(folder, "result.json"))).toBe(false);
});

test("eval takes the agent from the folder; another run is refused there", async () => {
  await agon(`train count Near-v1 --steps 40 --out ${folder}`);
  expect(JSON.parse((await agon(`eval ${folder} --episodes 3 --json`)).stdout).evaluation).toEqual({
    episodes: 3,
    mean: 40,
    std: 0,
  });
  expect(await agon(`train count Near-v1 --seed 9 --out ${folder}`)).toMatchObject({
    status: 2,
    stderr: expect.stringContaining("seed"),
  });
  expect(await agon(`eval ${join(folder, "none")}`)).toMatchObject({
    status: 2,
    stderr: expect.stringContaining("holds no run"),
  });
});

test("a config file gives the plan, the command line overrides it, unknown fields are named", async () => {
  const config = join(folder, "plan.json");
  await writeFile(
    config,
    JSON.stringify({ algorithm: "count", environment: "Near-v1", steps: 30, seed: 4, options: { rate: 0.5 } }),
  );
  const result = JSON.parse((await agon(`train --config ${config} --seed 5 --json`)).stdout);
  expect(result).toMatchObject({ steps: 30, seed: 5 });
  await writeFile(config, '{"step": 3}');
  expect(await agon(`train --config ${config}`)).toMatchObject({
    status: 2,
    stderr: expect.stringContaining('unknown field "step"'),
  });
});
