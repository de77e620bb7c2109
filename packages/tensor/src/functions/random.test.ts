// Streams of random tensors and dropout.
import { describe, expect, it } from "vitest";
import { Philox } from "@agon/random";
import { compile } from "../compile.ts";
import { ones, tensor, zeros } from "../create.ts";
import type { Tensor } from "../tensor.ts";
import { dropout, RandomStream } from "./random.ts";

describe("random streams", () => {
  it("give the words of Philox with the stream's key", () => {
    const stream = new RandomStream(7);
    const [key0, key1] = stream.state.toHost();
    const philox = new Philox(key0, key1);
    expect([...stream.uniform([10]).dataSync()]).toEqual(
      Array.from({ length: 10 }, () => (philox.word() >>> 8) * 2 ** -24),
    );
  });
  it("draw anew at each replay of a compiled step, as plain calls do", () => {
    const [plain, compiled] = [new RandomStream(3, "noise"), new RandomStream(3, "noise")];
    const step = compile((x: Tensor) => x.add(compiled.uniform([4])).add(compiled.uniform([4])));
    const draws = Array.from({ length: 3 }, () => step(zeros([4])).toArraySync());
    expect(draws).toEqual(
      Array.from({ length: 3 }, () =>
        plain
          .uniform([4])
          .add(plain.uniform([4]))
          .toArraySync(),
      ),
    );
    expect(draws[1]).not.toEqual(draws[0]);
  });
  it("depend on seed and name", () => {
    const first = (seed: number, name?: string) => new RandomStream(seed, name).uniform([]).itemSync();
    expect(new Set([first(0), first(1), first(0, "a"), first(0, "b")]).size).toBe(4);
    expect(first(0)).toBe(first(0));
  });
  it("normal has mean 0, variance 1 and the fourth moment 3", () => {
    const n = 100_000;
    const x = new RandomStream(0).normal([n]);
    const moment = (k: number) => x.pow(k).mean().itemSync();
    // Within five standard errors: the variances of x, x² and x⁴ are 1, 2 and 96.
    expect(Math.abs(moment(1))).toBeLessThan(5 * Math.sqrt(1 / n));
    expect(Math.abs(moment(2) - 1)).toBeLessThan(5 * Math.sqrt(2 / n));
    expect(Math.abs(moment(4) - 3)).toBeLessThan(5 * Math.sqrt(96 / n));
  });
});

describe("dropout", () => {
  it("does nothing in evaluation or with p = 0, and drops all with p = 1", () => {
    const x = tensor([1, Infinity, 3]);
    const random = new RandomStream(0);
    expect(dropout(x, random, { training: false })).toBe(x);
    expect(dropout(x, random, { p: 0 })).toBe(x);
    expect(dropout(x, random, { p: 1 }).toArraySync()).toEqual([0, 0, 0]);
  });
  it("keeps the type", () => {
    expect(dropout(ones([2], "float64"), new RandomStream(0)).dtype).toBe("float64");
    expect(dropout(ones([2], "float64"), new RandomStream(0), { p: 1 }).dtype).toBe("float64");
  });
});
