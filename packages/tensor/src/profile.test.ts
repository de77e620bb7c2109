// What a plan says of itself, and what its parts are said to take.
import { afterAll, describe, expect, it } from "vitest";
import { compile } from "./compile.ts";
import { tensor, zeros } from "./create.ts";
import { NonFiniteError } from "./errors.ts";
import { guardFinite } from "./guard.ts";
import { primitives } from "./ops/primitives.ts";
import type { PlanReport } from "./profile.ts";
import { type BackendName, selectBackend } from "./select.ts";
import type { Tensor } from "./tensor.ts";
import { Variable } from "./variable.ts";

afterAll(() => selectBackend("wasm", "js"));

describe.each<BackendName>(["js", "wasm"])("the report of a plan on %s", (backend) => {
  const layer = async (): Promise<PlanReport> => {
    await selectBackend(backend);
    const weight = new Variable(zeros([3, 5]));
    return compile((x: Tensor) => {
      const y = x.matmul(weight.value);
      weight.assign(weight.value.add(1));
      return y.tanh().sum();
    }).plan(zeros([2, 3]));
  };

  it("tells ops, shapes, bytes and operations", async () => {
    const { rows, arenaBytes } = await layer();
    const product = rows.find(({ ops }) => ops[0] === "matmul");
    expect(product).toMatchObject({
      kind: "kernel",
      inputs: [{ shape: [2, 3] }, { shape: [3, 5] }],
      outputs: [{ shape: [2, 5] }],
      bytesRead: 4 * (6 + 15),
      bytesWritten: 4 * 10,
      operations: 2 * 2 * 3 * 5,
    });
    expect(rows.flatMap(({ ops }) => ops).toSorted()).toEqual(["add", "matmul", "sum", "tanh"]);
    expect(rows.every(({ microseconds }) => microseconds === undefined)).toBe(true);
    expect(arenaBytes).toBeGreaterThan(0);
  });

  it("is a table as text", async () => {
    const text = String(await layer());
    expect(text).toMatch(/^ +ops +reads +makes +read +written\n/);
    expect(text).toMatch(/\d +matmul +\[2, 3\] \[3, 5\] +\[2, 5\] +84 B +40 B\n/);
    expect(text).toMatch(/temporaries \d+ B$/);
  });

  it("profiles by real runs and takes off what the clock takes", async () => {
    await selectBackend(backend);
    const count = new Variable(zeros([1]));
    const bound = compile((x: Tensor) => {
      count.assign(count.value.add(1));
      return x.matmul(x).sum();
    }).bind(
      tensor([
        [1, 2],
        [3, 4],
      ]),
    );
    bound.run();
    const [before] = bound.outputs[0];
    let [readings, time] = [0, 0];
    bound.profile({ now: () => ++readings, runs: 1 });
    const marks = readings / 2;
    // A clock whose readings within a run are 1, 2, 3, … ms apart: the first of them is what reading it takes.
    readings = 0;
    const timed = bound.profile({ now: () => (time += 1 + ((readings++ + marks - 1) % marks)), runs: 5 });
    expect(timed.rows.map(({ microseconds }) => microseconds)).toEqual(timed.rows.map((_, i) => 1000 * (i + 1)));
    expect(timed.rows.length).toBeGreaterThanOrEqual(3);
    expect(String(timed)).toMatch(/µs in all; temporaries/);
    expect([...count.toHost()]).toEqual([1 + 2 + 10]);
    bound.run();
    expect(bound.outputs[0][0]).toBe(before);
  });

  it("stops where a guard fails, as every run does", async () => {
    await selectBackend(backend);
    const bound = compile((x: Tensor) => {
      const f = (): Tensor => x.log();
      guardFinite([f()], f);
      return f();
    }).bind(tensor([-1]));
    expect(() => bound.profile({ now: () => 0 })).toThrow(NonFiniteError);
    expect(() => bound.profile({ now: () => 0, runs: 0 })).toThrow(
      "profile: runs is 0; expected a whole number from 1 up.",
    );
  });
});

describe("operations of a primitive", () => {
  const spec = (...shape: number[]) => ({ shape, dtype: "float32" }) as const;
  it("of a product are two for each pair of elements that meet, whatever is transposed", () => {
    const { infer, operations } = primitives.matmul;
    for (const transposeA of [false, true])
      for (const transposeB of [false, true]) {
        const a = transposeA ? spec(7, 3, 2) : spec(7, 2, 3);
        const b = transposeB ? spec(7, 5, 3) : spec(7, 3, 5);
        expect(operations?.([a, b], infer([a, b], { transposeA, transposeB }))).toBe(7 * 2 * 2 * 3 * 5);
      }
  });
  it("of a convolution are as many for its gradients", () => {
    const attributes = { stride: [2, 1], padding: [1, 0], dilation: [1, 2], groups: 2, size: [9, 8], kernel: [3, 2] };
    const [x, w] = [spec(2, 4, 9, 8), spec(6, 2, 3, 2)];
    const y = primitives.conv2d.infer([x, w], attributes);
    expect(y.shape).toEqual([2, 6, 5, 6]);
    const wanted = 2 * (2 * 6 * 5 * 6) * (2 * 3 * 2);
    for (const [op, inputs] of [
      ["conv2d", [x, w]],
      ["conv2dInput", [y, w]],
      ["conv2dWeight", [x, y]],
    ] as const)
      expect(primitives[op].operations?.(inputs, primitives[op].infer(inputs, attributes))).toBe(wanted);
  });
});
