// What debug mode says of memory: which lines made the tensors that are held.
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { differentiate } from "./autodiff.ts";
import { compile } from "./compile.ts";
import { ones, scalar, zeros } from "./create.ts";
import { setDebug } from "./engine.ts";
import { memory } from "./memory.ts";
import { scope } from "./scope.ts";
import type { Tensor } from "./tensor.ts";
import { Parameter, Variable } from "./variable.ts";

/** As `node --expose-gc` has it. */
beforeAll(() => {
  setFlagsFromString("--expose-gc");
  (globalThis as { gc?: unknown }).gc = runInNewContext("gc");
  setDebug(true);
});
afterAll(() => {
  setDebug(false);
  (globalThis as { gc?: unknown }).gc = undefined;
});

const thisLine = (): number => Number(/:(\d+):\d+\)?$/.exec(new Error().stack?.split("\n")[2] ?? "")?.[1]);

/** A training loop that lets go of all but what `keep` keeps. */
const loopOf = (keep: (x: Tensor) => void) => {
  const weight = new Parameter(ones([8]));
  const steps = new Variable(scalar(0));
  const step = compile((x: Tensor) => {
    const { loss, gradients } = differentiate([weight], () => weight.value.mul(x).square().mean());
    weight.assign(weight.value.sub(gradients[0].mul(0.1)));
    steps.assign(steps.value.add(1));
    return loss;
  });
  return (): void => {
    for (let i = 0; i < 50; i++) {
      step(ones([8]));
      scope(() => weight.value.square().sum()).itemSync();
      keep(ones([8]).mul(2));
    }
  };
};

// Collecting takes a while on a busy machine.
describe("the report on memory", { timeout: 30_000 }, () => {
  it("names no line in a loop that lets go", async () => {
    const loop = loopOf(() => {});
    loop();
    const before = await memory();
    loop();
    expect((await memory({ since: before })).tensors).toEqual([]);
  });
  it("names the line whose tensors a loop keeps, with their number and bytes", async () => {
    const kept: Tensor[] = [];
    let line = 0;
    const loop = loopOf((x) => {
      line = thisLine() + 1;
      kept.push(x.add(1));
    });
    loop();
    const before = await memory();
    loop();
    const { tensors } = await memory({ since: before });
    expect(tensors).toEqual([
      { line: expect.stringContaining(`memory.test.ts:${line}`), count: 50, bytes: 50 * 8 * 4 },
    ]);
    expect(kept.length).toBe(100);
  });
  it("says what the backend holds", async () => {
    const before = await memory();
    const variable = new Variable(zeros([1_000_000]));
    scope(() => variable.value.add(1).sum());
    const after = await memory();
    expect(after.inUse - before.inUse).toBeGreaterThan(3_900_000);
    expect(after.reserved).toBeGreaterThanOrEqual(after.inUse);
    expect(after.limit).toBe(2 ** 32);
    expect(variable.toHost()[0]).toBe(0);
  });
  it("a tensor used after its scope is named by its line, deep inside functions of others too", () => {
    const lost: Tensor[] = [];
    const deep = (n: number): Tensor => (n === 0 ? ones([2]).add(1) : deep(n - 1));
    scope(() => {
      lost.push(deep(30));
    });
    expect(() => lost[0].dataSync()).toThrow(
      /after the scope that made it had ended; .* \(made at deep .*memory\.test\.ts:\d+/,
    );
  });
});
