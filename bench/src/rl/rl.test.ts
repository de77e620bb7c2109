import { findAlgorithm } from "@agon/rl";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { partsOf, type SampledProfile } from "./loop-parts.ts";
import { loopWorks } from "./loops.ts";
import { measurePeer, type PeerFigure } from "./peers.ts";
import { type LoopRow, secondsToSolve } from "./rl.ts";
import { loopTable } from "./rl-table.ts";

test("every loop's options are known to its algorithm", () => {
  for (const { name, algorithm, options = {} } of loopWorks) {
    const known = findAlgorithm(algorithm).options.map(({ key }) => key);
    for (const key of Object.keys(options)) expect(known, name).toContain(key);
  }
});

test("a sample belongs to the innermost call that is known, and to what it is called from where it is not", () => {
  const frame = (functionName: string, url: string) => ({ functionName, url });
  const [dqn, replay, env] = ["algorithms/dqn.ts", "parts/replay.ts", "../../env/src/make.ts"].map((file) =>
    `file:///x/packages/rl/src/${file}`.replace("rl/src/../../", ""),
  );
  const profile: SampledProfile = {
    nodes: [
      { id: 1, callFrame: frame("(root)", ""), children: [2, 8, 9] },
      { id: 2, callFrame: frame("train", dqn), hitCount: 1, children: [3, 5, 7] },
      { id: 3, callFrame: frame("learn", dqn), hitCount: 2, children: [4, 6] },
      { id: 4, callFrame: frame("run", "wasm://plan"), hitCount: 3 },
      { id: 5, callFrame: frame("actionValues", dqn), hitCount: 4 },
      { id: 6, callFrame: frame("take", replay), hitCount: 5 },
      { id: 7, callFrame: frame("step", env), hitCount: 6 },
      { id: 8, callFrame: frame("(idle)", ""), hitCount: 100 },
      { id: 9, callFrame: frame("(garbage collector)", ""), hitCount: 4 },
    ],
  };
  const parts = { acting: 0.16, environment: 0.24, "replay or returns": 0.2, update: 0.2, rest: 0.2 };
  expect(partsOf(profile)).toEqual(parts);
});

const peer: PeerFigure = {
  library: "peer",
  program: ["loop.js", "--algo", "dqn"],
  stepsPerSecond: 100,
  source: "a day",
  learned: "475",
};

test("a peer's figure is what its program prints, else what is quoted, with the reason", async () => {
  const folder = await mkdtemp(join(tmpdir(), "agon-loops-"));
  const { signal } = new AbortController();
  try {
    const plan = { folder, python: process.execPath };
    expect(await measurePeer(peer, plan, signal)).toMatchObject({ stepsPerSecond: 100, peer: undefined });
    const line = JSON.stringify({ peer: "peer-2", metric: "steps_per_s", value: 50 });
    await writeFile(join(folder, "loop.js"), `if (process.argv[3] === "dqn") console.log(${JSON.stringify(line)})`);
    expect(await measurePeer(peer, plan, signal)).toMatchObject({ stepsPerSecond: 50, peer: "peer-2" });
    await writeFile(join(folder, "loop.js"), "");
    expect((await measurePeer(peer, plan, signal)).note).toBe("loop.js printed no steps_per_s");
    expect(await measurePeer(peer, undefined, signal)).toMatchObject({ stepsPerSecond: 100, note: undefined });
  } finally {
    await rm(folder, { recursive: true });
  }
});

test("the median is that of all seeds: one that never solves it counts as slowest", () => {
  const solve = (seconds: number | null) => ({ best: 475, seconds, steps: null });
  expect(secondsToSolve({ solved: [1, null, 3, 2, null].map(solve) })).toBe(3);
  const row: LoopRow = {
    work: { name: "I", title: "loop", algorithm: "dqn", warmUp: 0, peer, solveWithin: 3 },
    speed: { median: 250, min: 200, max: 300 },
    without256Bit: undefined,
    peer: { library: "peer", stepsPerSecond: 100, peer: undefined, note: undefined },
    solved: [null, null, 1].map(solve),
    parts: { acting: 0, environment: 0, "replay or returns": 0, update: 1, rest: 0 },
  };
  const table = loopTable({ machine: "m", node: "v", numerics: "fused", wideVectors: false, rows: [row] });
  expect(table).toContain("2.5×");
  expect(table).toContain("never, never, 1.00");
  expect(table).toContain("I: the peer's figure is of a day.");
});
