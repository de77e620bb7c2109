// The verbs in this process, with the real library; what only a process of its own shows is in process.test.ts.
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readdir, readFile, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { agonLibrary } from "./agon-library.ts";
import { runProgram } from "./program.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "agon-cli-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const agon = async (line: string, signal: AbortSignal = new AbortController().signal) => {
  const written = { stdout: "", stderr: "" };
  const stream = (name: "stdout" | "stderr") => ({ write: (text: string) => void (written[name] += text) });
  const streams = {
    stdout: stream("stdout"),
    stderr: stream("stderr"),
    now: () => performance.now(),
    processorSeconds: () => process.cpuUsage().user / 1e6,
    signal,
  };
  const status = await runProgram(agonLibrary("0.1.0"), line.split(" ").filter(Boolean), streams);
  return { status, ...written };
};

const json = async (line: string) => {
  const { status, stdout, stderr } = await agon(`${line} --json`);
  expect([status, stderr]).toEqual([0, ""]);
  return JSON.parse(stdout.trimEnd().split("\n").at(-1) ?? "");
};

const faulty = fileURLToPath(new URL("./test-environments/faulty.ts", import.meta.url));
const walk = "train q-learning CliffWalking-v1";

test("train prints exactly the fields of the contract, as the last line", async () => {
  const result = await json(`${walk} --seed 1 --steps 1e3 --episodes 7`);
  expect(Object.keys(result)).toEqual([
    "algorithm",
    "environment",
    "seed",
    "steps",
    "trainingEpisodes",
    "seconds",
    "processorSeconds",
    "stepsPerSecond",
    "evaluation",
    "curveHash",
    "numerics",
    "vectorBits",
  ]);
  expect(result).toMatchObject({ algorithm: "q-learning", environment: "CliffWalking-v1", seed: 1, steps: 1000 });
  expect(Object.keys(result.evaluation)).toEqual(["episodes", "mean", "std"]);
  expect(result.evaluation.episodes).toBe(7);
});

describe("bad input exits 2 with one line that names option, value and expectation", () => {
  for (const [line, complaint] of [
    ["", "missing verb; expected train, eval, compare, bench, lab, list, see agon --help."],
    ["trian", 'unknown verb "trian"; the nearest are train.'],
    ["trian dqn CartPole-v1 --seed 3", 'unknown verb "trian"; the nearest are train.'],
    ["--jsn", 'unknown option "--jsn"; there are train, eval, compare, bench, lab, list.'],
    ["lab 2.1-percepton", 'unknown lab "2.1-percepton"; the nearest are 2.1-perceptron.'],
    ["lab 2.1 --seed -1", '--seed is "-1"'],
    ["lab 2.1 --quick --out /proc/nowhere/report.html", "--out /proc/nowhere/report.html cannot be written"],
    ["train dnq CartPole-v1", 'unknown algorithm "dnq"; the nearest are dqn, dyna-q.'],
    ["train zzzzzz CartPole-v1", 'unknown algorithm "zzzzzz"; there are '],
    ["train dqn CartPoel-v1", 'unknown environment "CartPoel-v1"; the nearest are CartPole-v1.'],
    ["train dqn CartPole-v0", 'unknown environment "CartPole-v0"; the nearest are CartPole-v1.'],
    ["train q-learning Pendulum-v1", "Q-learning has a value for each action; Pendulum-v1 has continuous actions."],
    [
      "train value-iteration CartPole-v1",
      "Value iteration plans with the environment's model; CartPole-v1 has no table of transitions.",
    ],
    [
      "train q-learning CartPole-v1 --set bins=3,4",
      "q-learning: option bins is [3,4]; expected one number, or 4 for the elements of CartPole-v1's observations.",
    ],
    [`${walk} --steps 1.5`, '--steps is "1.5", expected a whole number of at least 1.'],
    [`${walk} --steps 0`, '--steps is "0", expected a whole number of at least 1.'],
    [`${walk} --steps abc`, '--steps is "abc", expected a whole number of at least 1.'],
    [`${walk} --seed x`, '--seed is "x", expected a whole number of at least 0.'],
    [`${walk} --seed -1`, '--seed is "-1", expected a whole number of at least 0.'],
    [`${walk} --seed 1e16`, '--seed is "1e16", expected a whole number of at least 0 and at most 9007199253740991.'],
    [`${walk} --max-episodes 0`, '--max-episodes is "0", expected a whole number of at least 1.'],
    [`${walk} --episodes 0`, '--episodes is "0", expected a whole number of at least 1.'],
    [`${walk} --numerics quick`, '--numerics is "quick", expected strict or fused.'],
    [`${walk} --sed 1`, "unknown option '--sed' (Did you mean one of --seed, --set?)"],
    [`${walk} --seed`, "option '--seed <n>' argument missing"],
    [`${walk} more`, "too many arguments for 'train'. Expected 2 arguments but got 3"],
    [`${walk} --set discount=2`, '--set discount is "2", expected a number ≥ 0 and ≤ 1.'],
    [`${walk} --set discount=`, '--set discount is "", expected a number ≥ 0 and ≤ 1.'],
    [
      `${walk} --set discuont=1`,
      "--set discuont: neither q-learning nor CliffWalking-v1 has such an option; the nearest are discount",
    ],
    [`${walk} --set rate`, "--set rate: expected key=value, as in --set learningRate=1e-3."],
    [`${walk} --set is_slippery=maybe`, 'CliffWalking-v1: argument isSlippery must be true or false; got "maybe".'],
    [
      `${walk} --set maxSteps=0`,
      "CliffWalking-v1: maxSteps must be a positive whole number, or null for no time limit; got 0.",
    ],
    [
      "train dqn CartPole-v1 --set hidden=64,x",
      '--set hidden is "64,x", expected whole numbers ≥ 1 separated by commas.',
    ],
    ["train dqn CartPole-v1 --set hidden=0", '--set hidden is "0", expected whole numbers ≥ 1 separated by commas.'],
    ["train dqn CartPole-v1 --set double=1", '--set double is "1", expected true or false.'],
    [
      "train q-learning FrozenLake-v1 --set map_name=5x5",
      'FrozenLake-v1: argument mapName must be one of "4x4", "8x8"; got "5x5".',
    ],
    [
      "train q-learning FrozenLake-v1 --set successRate=1.5",
      "FrozenLake-v1: argument successRate must be a number from 0 to 1; got 1.5.",
    ],
    ["train q-learning FrozenLake-v1 --set desc=SFX,FFG", "FrozenLake"],
    ["train", "missing algorithm; expected agon train <algorithm> <environment>, see agon list."],
    ["train dqn", "missing environment; expected agon train <algorithm> <environment>, see agon list."],
    ["eval", "missing required argument 'folder'"],
    ["eval /nowhere/at/all", "Folder /nowhere/at/all holds no run: it has no spec.json."],
    [`eval ${faulty}`, `${faulty} is no folder, or lies below a file; name a folder.`],
    ["train --resume /nowhere/at/all", "Folder /nowhere/at/all holds no run: it has no spec.json."],
    [
      "train --resume /nowhere --seed 1",
      "--resume /nowhere takes everything from the folder but --steps, --max-episodes and --episodes; leave out --seed.",
    ],
    [`${walk} --config /nowhere.json`, "--config /nowhere.json: ENOENT"],
    [`${walk} --environment-module /nowhere.mjs`, "--environment-module /nowhere.mjs: ENOENT"],
    ["bench scores --only dqn-cartpole", 'unknown row "dqn-cartpole"; the nearest are dqn-cart-pole'],
    ["bench rl --only I-dqnn", 'unknown row "I-dqnn"; the nearest are I-dqn'],
    ["bench scores --seeds 0", '--seeds is "0", expected a whole number of at least 1.'],
    ["compare dqn", "required option '--environments <ids>' not specified"],
    ["compare dqn,dnq --environments CartPole-v1", 'unknown algorithm "dnq"; the nearest are dqn, dyna-q.'],
    ["compare dqn --environments CartPole-v1,Nope", 'unknown environment "Nope"; '],
    [
      "compare ppo,sarsa --environments Pendulum-v1",
      "SARSA has a value for each action; Pendulum-v1 has continuous actions.",
    ],
    ["compare dqn --environments CartPole-v1 --seeds 0", '--seeds is "0", expected a whole number of at least 1.'],
    [
      "compare dqn --environments CartPole-v1 --set slippery=true",
      "--set slippery: none of the algorithms and environments has such an option.",
    ],
    [
      "compare dqn --environments CartPole-v1 --set discount=7",
      '--set discount is "7", expected a number ≥ 0 and ≤ 1.',
    ],
    ["bench --only B5", 'unknown row "B5"; the nearest are B1, B2, C.'],
    ["bench environments", "bench environments: expected env for the environments, or nothing for all rows."],
    ["bench env --only B1", 'unknown row "B1"; '],
    ["bench --only", "option '--only <rows>' argument missing"],
    ["bench --threads two", '--threads is "two", expected a whole number of at least 1.'],
    ["bench --rounds 0", '--rounds is "0", expected a whole number of at least 1.'],
    ["bench --numerics loose", '--numerics is "loose", expected strict or fused.'],
    ["list nothing", 'unknown algorithm or environment "nothing"; '],
  ]) {
    test(line, async () => {
      const { status, stdout, stderr } = await agon(line);
      expect({ status, stdout, lines: stderr.split("\n").length }).toEqual({ status: 2, stdout: "", lines: 2 });
      expect(stderr.startsWith(`agon: ${complaint}`), stderr).toBe(true);
    });
  }
});

test("every verb has a help text with an example", async () => {
  for (const verb of ["train", "eval", "compare", "bench", "list"]) {
    const { status, stdout, stderr } = await agon(`${verb} --help`);
    expect([status, stderr]).toEqual([0, ""]);
    expect(stdout).toMatch(new RegExp(`Examples?:\n {2}agon ${verb}`));
  }
});

test("list tells the options of an algorithm and the arguments of an environment", async () => {
  expect((await agon("list dqn")).stdout).toContain("hidden=128,128");
  expect((await agon("list FrozenLake")).stdout).toContain("isSlippery=true");
  const { arguments: specs } = await json("list FrozenLake-v1");
  expect(Object.keys(specs)).toContain("maxSteps");
});

test("--set reaches the environment in both spellings, and the run remembers it", async () => {
  const run = join(folder, "run");
  const dry = await json(`train q-learning FrozenLake-v1 --steps 20000 --set isSlippery=false --out ${run}`);
  const spelled = await json("train q-learning FrozenLake-v1 --steps 20000 --set is_slippery=False");
  const wet = await json("train q-learning FrozenLake-v1 --steps 20000");
  expect(dry.evaluation.mean).toBe(1);
  expect(spelled.curveHash).toBe(dry.curveHash);
  expect(wet.curveHash).not.toBe(dry.curveHash);
  expect(JSON.parse(await readFile(join(run, "spec.json"), "utf8")).environmentOptions).toEqual({ isSlippery: false });
  expect((await json(`eval ${run} --episodes 5`)).evaluation).toEqual({ episodes: 5, mean: 1, std: 0 });
});

test("numerics strict is obeyed and reported", async () => {
  const result = await json("train dqn CartPole-v1 --steps 100 --episodes 1 --numerics strict");
  expect(result.numerics).toBe("strict");
});

describe("folders", () => {
  test("bad input leaves none behind", async () => {
    const run = join(folder, "run");
    for (const line of [`${walk} --set discount=7`, `${walk} --steps 0`, "train q-learning Pendulum-v1"])
      expect((await agon(`${line} --out ${run}`)).status).toBe(2);
    expect(existsSync(run)).toBe(false);
  });

  test("one with other files and a file are refused and left alone", async () => {
    await writeFile(join(folder, "notes.txt"), "mine");
    for (const out of [folder, join(folder, "notes.txt"), join(folder, "notes.txt", "run")]) {
      const { status, stderr } = await agon(`${walk} --steps 10 --out ${out}`);
      expect([status, stderr.split("\n").length]).toEqual([2, 2]);
    }
    expect(await readdir(folder)).toEqual(["notes.txt"]);
    expect(await readFile(join(folder, "notes.txt"), "utf8")).toBe("mine");
  });

  test("another run is refused by what differs; the finished one gives its result again", async () => {
    const run = join(folder, "run");
    const line = `${walk} --steps 500 --episodes 3 --out ${run}`;
    const result = await json(line);
    expect(await json(line)).toEqual(result);
    const { status, stderr } = await agon(`${line} --seed 9`);
    expect([status, stderr]).toEqual([
      2,
      `agon: Folder ${run} holds another run (its seed is 0, not 9); name another folder or delete this one.\n`,
    ]);
    expect((await agon(`${walk} --steps 100 --out ${run}`)).stderr).toContain("has taken 500");
  });

  test("a damaged checkpoint, spec or plan is one clear line, for eval and for train", async () => {
    const run = join(folder, "run");
    const line = `${walk} --steps 500 --episodes 3 --out ${run}`;
    await json(line);
    const complaints = async (): Promise<string[]> => {
      const tries = await Promise.all(
        [`eval ${run}`, `${walk} --steps 600 --out ${run}`, `train --resume ${run} --steps 600`].map((each) =>
          agon(each),
        ),
      );
      expect(tries.map(({ status, stderr }) => [status, stderr.split("\n").length])).toEqual([
        [2, 2],
        [2, 2],
        [2, 2],
      ]);
      return tries.map(({ stderr }) => stderr);
    };
    await truncate(join(run, "checkpoint.safetensors"), 100);
    for (const complaint of await complaints()) expect(complaint).toContain(`Folder ${run} holds a damaged checkpoint`);
    await truncate(join(run, "spec.json"), 10);
    for (const complaint of await complaints()) expect(complaint).toContain("spec.json is not JSON");
  });
});

test("an interrupted run exits 130; resumed, it ends with the curve of an uninterrupted one", async () => {
  const whole = await json(`${walk} --steps 300000 --episodes 3`);
  const run = join(folder, "run");
  const line = `${walk} --steps 300000 --episodes 3 --out ${run}`;
  const stop = new AbortController();
  setTimeout(() => stop.abort(), 30);
  const stopped = await agon(line, stop.signal);
  expect([stopped.status, stopped.stdout]).toEqual([130, ""]);
  expect(stopped.stderr).toMatch(
    /^agon: stopped at step \d+ of 300000; agon train --resume .* goes on from there\.\n$/,
  );
  const again = new AbortController();
  setTimeout(() => again.abort(), 30);
  expect((await agon(line, again.signal)).status).toBe(130);
  const finished = await json(`train --resume ${run}`);
  expect(finished).toMatchObject({ steps: 300000, curveHash: whole.curveHash, evaluation: whole.evaluation });
  const steps = (await readFile(join(run, "metrics.jsonl"), "utf8"))
    .trim()
    .split("\n")
    .map((text) => JSON.parse(text).step);
  expect(steps).toEqual([...new Set(steps)].sort((a, b) => a - b));
  const further = await json(`train --resume ${run} --steps 310000`);
  expect(further.curveHash).toBe((await json(`${walk} --steps 310000 --episodes 3`)).curveHash);
});

describe("a NaN", () => {
  for (const [environment, complaint] of [
    ["NanReward-v0", 'Environment "NanReward-v0" gave a reward of NaN at step 5;'],
    ["NanObservation-v0", 'Environment "NanObservation-v0" gave an observation of NaN at step 5;'],
    ["HugeReward-v0", " is NaN or infinite"],
  ]) {
    test(`from ${environment} exits 3 within the step and keeps the last good checkpoint`, async () => {
      const run = join(folder, "run");
      const module = `--environment-module ${faulty}`;
      const line = `train dqn ${environment} --steps 1000 ${module} --set learningStarts=50 --set hidden=8`;
      const first = await agon(`${line} --out ${run}`);
      expect(first.status).toBe(0);
      const before = await readFile(join(run, "checkpoint.safetensors"));
      // 2000 steps were taken, the evaluation's included; the fault comes in the fifth from now, or in an update soon after.
      const { status, stdout, stderr } = await agon(`train --resume ${run} --steps 5000 ${module}`);
      expect([status, stdout, stderr.split("\n").length]).toEqual([3, "", 2]);
      expect(stderr).toContain(complaint);
      expect(stderr).toMatch(/Training stopped after step \d+ of 5000; .* keeps the checkpoint of step 1000/);
      expect(await readFile(join(run, "checkpoint.safetensors"))).toEqual(before);
      expect(existsSync(join(run, "result.json"))).toBe(false);
      expect((await json(`eval ${run} ${module} --episodes 2`)).steps).toBe(1000);
    });
  }
});

test("--environment-module brings environments of one's own; changed rules are another run", async () => {
  const api = new URL("../../../packages/env/src/index.ts", import.meta.url).href;
  const corridor = async (place: string, source: string): Promise<string> => {
    const file = join(folder, place, "corridor.mjs");
    await mkdir(join(folder, place));
    await writeFile(file, source);
    return file;
  };
  const rules = (goal: number): string => `
    import { defineEnvironment, discrete } from "${api}";
    export const Corridor = defineEnvironment({
      id: "Corridor-v0", observation: discrete(${goal + 1}), action: discrete(2), maxSteps: 100, reset: () => 0,
      step: (cell, action) => {
        const state = Math.max(0, cell + (action === 1 ? 1 : -1));
        return { state, reward: state === ${goal} ? 1 : -0.01, terminated: state === ${goal} };
      },
      observe: (cell, out) => { out[0] = cell; },
    });`;
  const [short, long] = [await corridor("short", rules(3)), await corridor("long", rules(9))];
  const line = `train q-learning Corridor-v0 --steps 5000 --out ${join(folder, "run")} --environment-module`;
  expect((await json(`${line} ${short}`)).evaluation.mean).toBeCloseTo(0.98);
  expect(await agon(`${line} ${long}`)).toMatchObject({ status: 2, stderr: expect.stringContaining("corridor.mjs") });
  expect((await agon(`list --environment-module ${short}`)).stdout).toContain("Corridor-v0");
  expect(await agon(`eval ${join(folder, "run")}`)).toMatchObject({
    status: 2,
    stderr: expect.stringContaining('unknown environment "Corridor-v0"'),
  });
  for (const [place, source, complaint] of [
    ["empty", "export default 3;", "exports no environment; expected what defineEnvironment of @agon/env returns."],
    ["torn", "export const x = ;", "corridor.mjs: "],
    ["taken", rules(3).replaceAll("Corridor-v0", "CartPole-v1"), "CartPole-v1 is registered already"],
  ]) {
    const { status, stderr } = await agon(`list --environment-module ${await corridor(place, source)}`);
    expect([status, stderr.split("\n").length]).toEqual([2, 2]);
    expect(stderr).toContain(complaint);
  }
});

test("training ends after --max-episodes, and goes on to more of them", async () => {
  const out = join(folder, "run");
  const line = `${walk} --steps 100000 --episodes 1`;
  const five = await json(`${line} --max-episodes 5 --out ${out}`);
  expect(five).toMatchObject({ trainingEpisodes: 5 });
  expect(five.steps).toBeLessThan(100_000);
  expect(await json(`train --resume ${out}`)).toEqual(five);
  const nine = await json(`train --resume ${out} --max-episodes 9`);
  expect(nine).toMatchObject({ trainingEpisodes: 9, curveHash: (await json(`${line} --max-episodes 9`)).curveHash });
});

test("a config file gives the plan, the command line overrides it, unknown fields are named", async () => {
  const config = join(folder, "plan.json");
  const plan = {
    algorithm: "q-learning",
    environment: "FrozenLake-v1",
    steps: 30,
    seed: 4,
    episodes: 2,
    options: { discount: 0.5, isSlippery: false },
  };
  await writeFile(config, JSON.stringify(plan));
  expect(await json(`train --config ${config} --seed 5`)).toMatchObject({ steps: 30, seed: 5 });
  for (const [content, complaint] of [
    ['{"step": 3}', 'unknown field "step"'],
    ["[1]", "expected a JSON object"],
    ["{", "expected a JSON file"],
    ['{"algorithm": 3}', "algorithm is 3, expected a name."],
    ['{"algorithm": "dqn", "environment": "CartPole-v1", "options": []}', "options is [], expected an object"],
    ['{"algorithm": "dqn", "environment": "CartPole-v1", "steps": "many"}', '--steps is "many"'],
    [
      '{"algorithm": "dqn", "environment": "CartPole-v1", "options": {"double": 3}}',
      "--set double is 3, expected true or false.",
    ],
  ]) {
    await writeFile(config, content);
    const { status, stderr } = await agon(`train --config ${config}`);
    expect([status, stderr.split("\n").length]).toEqual([2, 2]);
    expect(stderr).toContain(complaint);
  }
});

test("lab prints its claims and writes a page that needs nothing else", async () => {
  const report = join(folder, "reports", "lab.html");
  const { status, stdout, stderr } = await agon(`lab 2.1 --quick --seed 3 --out ${report}`);
  expect([status, stderr]).toEqual([0, ""]);
  expect(stdout).toContain("✓ AND, OR and NAND are learned: 3");
  const page = await readFile(report, "utf8");
  expect(page).toContain("agon lab 2.1-perceptron --seed 3 --quick");
  expect(page).not.toMatch(/(src|href)="/);
});

test("lab prints one object, and can be stopped", async () => {
  const report = join(folder, "lab.html");
  const result = await json(`lab 2.1-perceptron --quick --out ${report}`);
  expect(result).toMatchObject({ id: "2.1-perceptron", seed: 1, scale: "quick", report });
  expect((await json("lab list")).labs.map(({ id }: { id: string }) => id)).toContain("2.1-perceptron");
  const stopped = new AbortController();
  stopped.abort();
  const { status, stderr } = await agon(`lab 2.1 --quick --out ${join(folder, "none.html")}`, stopped.signal);
  expect([status, stderr]).toEqual([130, "agon: lab 2.1-perceptron was stopped; it keeps nothing.\n"]);
  expect(existsSync(join(folder, "none.html"))).toBe(false);
});
