// Asking for more than there is: one clear error, and everything goes on.
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { grad } from "./autodiff.ts";
import { createWasmBackend } from "./backends/wasm/index.ts";
import { compile } from "./compile.ts";
import { ones, zeros } from "./create.ts";
import { currentBackend, setBackend } from "./engine.ts";
import { OutOfMemoryError } from "./errors.ts";
import { scope } from "./scope.ts";
import type { Tensor } from "./tensor.ts";
import { Variable } from "./variable.ts";

const thrownBy = (f: () => unknown): unknown => {
  try {
    f();
  } catch (error) {
    return error;
  }
  return null;
};

/** Runs what asks for too much, and expects the error; then that memory is as it was, and that the next computation works. */
const expectExhausted = (f: () => unknown, least: number): OutOfMemoryError => {
  const before = currentBackend().memory();
  const error = thrownBy(f) as OutOfMemoryError;
  expect(error).toBeInstanceOf(OutOfMemoryError);
  const { limit } = currentBackend().memory();
  expect(error.asked).toBeGreaterThanOrEqual(least);
  expect(error.limit).toBe(limit);
  expect(error.message).toBe(
    `out of memory: ${error.asked} bytes asked, ${error.inUse} in use, limit ${limit} bytes of WebAssembly memory. Use smaller batches, or keep fewer Variables and compiled shapes.`,
  );
  expect(currentBackend().memory().inUse).toBe(before.inUse);
  expect(ones([3]).add(1).toArraySync()).toEqual([2, 2, 2]);
  expect(compile((x: Tensor) => x.square().sum())(ones([3])).itemSync()).toBe(3);
  return error;
};

/** Bytes. */
const GIB = 2 ** 30;

describe("the memory that 32 bits reach", () => {
  beforeEach(() => {
    ones([3]).add(1);
    compile((x: Tensor) => x.square().sum())(ones([3]));
  });
  it("is too small for one op", () => {
    expectExhausted(() => ones([]).expand([GIB]), 4 * GIB);
  });
  it("is too small for the second of two", () => {
    const error = expectExhausted(
      () =>
        scope(() => {
          const backend = currentBackend();
          const buffer = backend.allocate("float32", GIB * 0.75);
          try {
            return ones([]).expand([GIB / 4 + 1]);
          } finally {
            backend.free(buffer);
          }
        }),
      GIB,
    );
    expect(error.inUse).toBeGreaterThanOrEqual(3 * GIB);
  });
  it("is too small for the intermediate values of a plan", () => {
    const step = compile((x: Tensor) =>
      x
        .expand([2, GIB / 2])
        .cumsum(0)
        .sum(),
    );
    expectExhausted(() => step(ones([])), 4 * GIB);
  });
  it("is too small for a plan's argument", () => {
    expectExhausted(() => compile((x: Tensor) => x.sum())(zeros([GIB])), 4 * GIB);
  });
  it("holds values beyond 2 GiB", () => {
    const backend = currentBackend();
    const low = backend.allocate("float32", 0.55 * GIB);
    try {
      // New sizes, so that nothing is taken from below.
      const x = ones([1301, 3]);
      expect(
        x
          .add(1)
          .matmul(ones([3, 2]))
          .sum()
          .itemSync(),
      ).toBe(1301 * 12);
      const step = compile((at: Tensor) => grad((y: Tensor) => y.square().mul(y.sum(0)).tanh().sum())(at));
      const got = step(x.mul(0.1)).dataSync();
      expect(got).toEqual(grad((y: Tensor) => y.square().mul(y.sum(0)).tanh().sum())(x.mul(0.1)).dataSync());
    } finally {
      backend.free(low);
    }
  });
});

describe("a memory of 2 MiB", () => {
  const before = currentBackend();
  beforeEach(() => setBackend(createWasmBackend({ memoryLimit: 2 ** 21 })));
  afterEach(() => setBackend(before));

  it("really fills, and can be used again", () => {
    expect(currentBackend().memory().limit).toBe(2 ** 21);
    const x = ones([100_000]);
    for (let i = 0; i < 3; i++) {
      const sums = (): Tensor =>
        scope(() => {
          const kept: Tensor[] = [];
          for (let k = 0; k < 20; k++) kept.push(x.add(k));
          return kept[19];
        });
      expectExhausted(sums, 400_000);
    }
    expect(x.add(1).sum().itemSync()).toBe(200_000);
  });
  it("gives of a larger block that is free where it cannot grow", () => {
    const big = 375_000; // 1.5 MB
    ones([]).expand([big]);
    expect(
      ones([])
        .expand([big / 2])
        .sum()
        .itemSync(),
    ).toBe(big / 2);
  });
  it("joins what is free side by side, whatever sizes it had, and cuts it again", () => {
    const backend = currentBackend();
    const fill = (): unknown[] => {
      const values: unknown[] = [];
      try {
        for (let i = 0; ; i++) values.push(backend.allocate("float32", 1000 + 700 * (i % 7)));
      } catch (error) {
        expect(error).toBeInstanceOf(OutOfMemoryError);
      }
      return values;
    };
    const { inUse } = backend.memory();
    for (let round = 0; round < 3; round++) {
      const small = fill();
      expect(small.length).toBeGreaterThan(50);
      for (const buffer of small) backend.free(buffer as never);
      const large = backend.allocate("float32", 450_000); // 1.8 MB of 2.1
      expect(() => backend.allocate("float32", 450_000)).toThrow(OutOfMemoryError);
      backend.free(large);
      expect(backend.memory().inUse).toBe(inUse);
    }
    const [a, b] = [1, 2].map((value) => {
      const buffer = backend.allocate("float32", 200_000);
      backend.write(buffer, new Float32Array(200_000).fill(value));
      return buffer;
    });
    const out = new Float32Array(200_000);
    for (const [buffer, value] of [
      [a, 1],
      [b, 2],
    ] as const) {
      backend.read(buffer, out);
      expect(out.every((element) => element === value)).toBe(true);
    }
  });
  it("takes no Variables beyond it, and keeps the value of the last", () => {
    const variables = Array.from({ length: 8 }, (_, i) => new Variable(ones([100_000]).mul(i + 1)));
    const error = thrownBy(() => variables.map((variable) => scope(() => variable.value.add(0).sum())));
    expect(error).toBeInstanceOf(OutOfMemoryError);
    expect(variables.map((variable) => variable.toHost()[99_999])).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
  });
});

describe("arrays of JavaScript", () => {
  it.each<[string, () => unknown]>([
    ["made", () => zeros([2 ** 44])],
    ["computed in float64", () => ones([], "float64").expand([2 ** 44])],
  ])("too long to be %s", (_name, f) => {
    const error = thrownBy(f) as OutOfMemoryError;
    expect(error).toBeInstanceOf(OutOfMemoryError);
    expect(error.message).toMatch(/^out of memory: \d+ bytes asked for 17592186044416 elements of float(32|64), which/);
    expect(error.asked).toBeGreaterThanOrEqual(4 * 2 ** 44);
    expect(ones([3]).add(1).toArraySync()).toEqual([2, 2, 2]);
  });
});
