// Changing backends and the number of threads under what lives on: Variables, compiled functions, bound plans.
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { afterEach, describe, expect, it } from "vitest";
import { compile, readSetting } from "./compile.ts";
import { zeros } from "./create.ts";
import { UsageError } from "./errors.ts";
import { scope } from "./scope.ts";
import { selectBackend, setThreads, threads } from "./select.ts";
import { fromData } from "./tensor.ts";
import { Variable } from "./variable.ts";

const SIDE = 160;
/** Large enough to be shared: x ← tanh(x·x). */
const stepOf = (x: Variable) => compile(() => x.assign(x.value.matmul(x.value).tanh()));
const square = (): Variable =>
  new Variable(
    fromData(
      Float32Array.from({ length: SIDE * SIDE }, (_, i) => ((i * 37) % 101) / 500 - 0.1),
      [SIDE, SIDE],
    ),
  );

afterEach(async () => {
  await setThreads(1);
  await selectBackend("wasm");
});

describe("setThreads", { timeout: 60_000 }, () => {
  it.each([0, -1, 1.5, Number.NaN, Infinity, 65])("refuses %s", async (count) => {
    await expect(setThreads(count)).rejects.toThrow(
      new UsageError(`setThreads: got ${count}, expected a whole number of threads from 1 to 64.`),
    );
    expect(threads()).toBe(1);
  });

  it.each(["wasm", "wasm-strict"] as const)(
    "changes at any time, and no bit of what is computed (%s)",
    async (name) => {
      await selectBackend(name);
      const [x, alone] = [square(), square()];
      const [step, stepAlone] = [stepOf(x), stepOf(alone)];
      const bound = step.bind();
      for (let i = 0; i < 12; i++) stepAlone();
      const want = alone.toHost();
      for (const count of [1, 2, 4, 2, 1, 3]) {
        await setThreads(count);
        expect(threads()).toBe(count);
        step();
        bound.run();
        expect(step.plan().threads).toBe(count);
      }
      expect(x.toHost()).toEqual(want);
    },
  );

  it("leaves small steps to one thread", async () => {
    await setThreads(2);
    const step = compile((x: ReturnType<typeof zeros>) => x.mul(2).add(1));
    expect(step.plan(zeros([64])).threads).toBe(1);
  });

  it("goes with the backend that is selected", async () => {
    await setThreads(2);
    await selectBackend("wasm-strict");
    expect(threads()).toBe(2);
    await selectBackend("js");
    expect(threads()).toBe(1);
    await expect(setThreads(2)).rejects.toThrow("threads are the wasm backends', and this is js; select wasm before");
    await selectBackend("wasm");
    expect(threads()).toBe(2);
  });

  it("is refused inside a scope, and while another change is under way", async () => {
    await expect(scope(() => [setThreads(2)])[0]).rejects.toThrow(
      "setThreads: not inside grad, minimize, compile or scope",
    );
    const first = setThreads(2);
    await expect(setThreads(3)).rejects.toThrow("threads are being started or ended; await that first");
    await first;
    expect(threads()).toBe(2);
  });

  it("says which headers a page lacks, and goes on", async () => {
    const global = globalThis as { crossOriginIsolated?: boolean };
    global.crossOriginIsolated = false;
    try {
      await expect(setThreads(2)).rejects.toThrow(
        /setThreads: 2 threads cannot be had here: .*Cross-Origin-Opener-Policy: same-origin and Cross-Origin-Embedder-Policy: require-corp/,
      );
    } finally {
      delete global.crossOriginIsolated;
    }
    expect(threads()).toBe(1);
    const x = square();
    stepOf(x)();
    expect(Number.isFinite(x.toHost()[0])).toBe(true);
  });

  it("keeps no process alive", () => {
    const program = `
      import { compile, setThreads, Variable, zeros } from "@agon/tensor";
      await setThreads(3);
      const x = new Variable(zeros([${SIDE}, ${SIDE}]));
      const step = compile(() => x.assign(x.value.matmul(x.value).add(1)));
      step();
      console.log(x.toHost()[0], step.plan().threads);`;
    const { stdout, stderr, status } = spawnSync(
      process.execPath,
      ["--conditions=@agon/source", "--input-type=module", "--eval", program],
      { cwd: fileURLToPath(new URL("../../nn", import.meta.url)), encoding: "utf8", timeout: 60_000 },
    );
    expect([stderr, stdout, status]).toEqual(["", "1 3\n", 0]);
  });
});

describe("a bound plan", () => {
  it("moves along, under the settings that it was bound with", async () => {
    let sign = 1;
    const x = new Variable(zeros([3]));
    const { run } = compile(() => x.assign(x.value.add(readSetting(() => sign)))).bind();
    run();
    sign = -1;
    await selectBackend("js");
    run();
    await selectBackend("wasm-strict");
    run();
    expect([...x.toHost()]).toEqual([3, 3, 3]);
  });
});
