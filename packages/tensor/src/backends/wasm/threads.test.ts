// Plans on several threads: the same bits as on one; and threads that fail are an error, not a wait without end.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { compile } from "../../compile.ts";
import { scalar } from "../../create.ts";
import { setBackend } from "../../engine.ts";
import { NonFiniteError } from "../../errors.ts";
import { guardFinite } from "../../guard.ts";
import type { Tensor } from "../../tensor.ts";
import { Variable } from "../../variable.ts";
import { call, encodeModule, FunctionBuilder, i32, trap } from "./emitter.ts";
import { createThreadedWasmBackend, createWasmBackend, type WasmBackend } from "./index.ts";
import { Memory } from "./memory.ts";
import { bytes, choices, filled, randomFunction, shapesOf } from "../random-function.test-data.ts";
import { Threads } from "./threads.ts";

const one = createWasmBackend();

/** `f` while the first thread is late behind some barriers, so that the others run ahead of it as far as they may. */
const withFirstLate = <T>(backend: WasmBackend, seed: number, f: () => T): T => {
  const team = backend.team as { barrier: () => void };
  const { barrier } = team;
  const next = choices(seed);
  team.barrier = () => {
    barrier();
    const end = performance.now() + 0.02 * next(3);
    while (performance.now() < end);
  };
  try {
    return f();
  } finally {
    team.barrier = barrier;
  }
};

describe.each([2, 3, 4])("%i threads", { timeout: 30_000 }, (count) => {
  let several: WasmBackend;
  beforeAll(async () => {
    several = await createThreadedWasmBackend(count, { shareFromNanoseconds: 0 });
  });
  afterAll(() => several.endThreads());

  it.each(Array.from({ length: 40 }, (_, seed) => seed))("random function %i", (seed) => {
    // Rows of whole vectors are shared, others are not.
    const [m, n] = [
      [5, 13],
      [6, 16],
      [7, 12],
    ][seed % 3];
    const shapes = shapesOf([m, n]);
    const outcome = (backend: WasmBackend): string[] => {
      setBackend(backend);
      const cells = shapes.map((shape, i) => new Variable(filled(shape, choices(seed + 1000 * i))));
      const compiled = compile(randomFunction(seed, cells, [m, n]));
      return Array.from({ length: 3 }, (_, round) => {
        const inputs = shapes.map((shape, i) => filled(shape, choices(seed + 77 * round + 1000 * i)));
        return [...bytes(compiled(...inputs)), ...bytes(cells.map(({ value }) => value))];
      }).flat();
    };
    const expected = outcome(one);
    expect(outcome(several)).toEqual(expected);
    expect(withFirstLate(several, seed, () => outcome(several))).toEqual(expected);
    expect(several.threads()).toBe(count);
  });

  it("a guard that fails stops all of them, and the next run goes on", () => {
    setBackend(several);
    const cell = new Variable(filled([40, 40], choices(1)));
    const step = compile((scale: Tensor) => {
      const grow = (): Tensor => cell.value.matmul(cell.value).mul(scale);
      const next = grow();
      guardFinite([next], grow);
      cell.assign(next.tanh());
    });
    const before = cell.toHost();
    expect(() => step(scalar(Infinity))).toThrow(NonFiniteError);
    expect(cell.toHost()).toEqual(before);
    step(scalar(1));
    expect(cell.toHost()).not.toEqual(before);
    expect(several.threads()).toBe(count);
  });

  it("memory that grows is seen by all", () => {
    setBackend(several);
    const sizes = [1 << 10, 1 << 18, 1 << 20];
    for (const size of sizes) {
      const cell = new Variable(filled([size], choices(size)));
      const step = compile(() => cell.assign(cell.value.mul(2).add(1)));
      const before = cell.toHost();
      step();
      expect(cell.toHost()).toEqual(before.map((x) => Math.fround(x * 2) + 1));
    }
  });
});

/** A module of a plan for two threads. */
const planOf = (...second: FunctionBuilder["body"]): Uint8Array<ArrayBuffer> => {
  const barrier = { name: "barrier", parameters: [], result: null } as const;
  const run = new FunctionBuilder("run1", [], "i32");
  run.body = [...second, call(0), i32(1)];
  return encodeModule([run], [barrier]);
};

describe("threads that fail", { timeout: 30_000 }, () => {
  const start = async (patience?: number): Promise<Threads> => {
    const threads = new Threads(2, new Memory(true), [], patience);
    await threads.begin();
    return threads;
  };
  const runWith = (threads: Threads, plan: number): (() => number) => {
    const own = (): number => {
      threads.barrier();
      return 1;
    };
    return () => threads.run(plan, own);
  };

  it("run a plan, if nothing is wrong", async () => {
    const threads = await start();
    expect(runWith(threads, threads.load(planOf()))()).toBe(1);
    await threads.end();
  });

  it("are named where one traps", async () => {
    const threads = await start();
    const run = runWith(threads, threads.load(planOf(trap)));
    expect(run).toThrow(/thread 2 failed \(unreachable\) while it computed its share .* one thread computes/);
    expect(threads.failure).toBe("thread 2 failed (unreachable)");
  });

  it("are named where one cannot compile a plan", async () => {
    const threads = await start();
    expect(() => threads.load(new Uint8Array([0, 1, 2, 3, 1, 109, 1, 109, 2, 1]))).toThrow(/thread 2 failed \(.*magic/);
  });

  it("do not keep the first waiting for ever when they are gone", async () => {
    const threads = await start(2);
    const run = runWith(threads, threads.load(planOf()));
    await threads.kill();
    expect(run).toThrow(/a thread did not answer while it computed/);
  });

  it("end with the first one's error where that fails", async () => {
    const threads = await start();
    const plan = threads.load(planOf());
    const fail = (): number => {
      throw new TypeError("of the first");
    };
    expect(() => threads.run(plan, fail)).toThrow(new TypeError("of the first"));
    expect(threads.failure).toBe("of the first");
  });

  it("leave a backend that computes on one", async () => {
    const backend = await createThreadedWasmBackend(2, { shareFromNanoseconds: 0 });
    setBackend(backend);
    const cell = new Variable(filled([100], choices(1)));
    const step = compile(() => cell.assign(cell.value.add(1)));
    step();
    const before = cell.toHost();
    await backend.endThreads();
    expect(backend.threads()).toBe(1);
    step();
    expect(cell.toHost()).toEqual(before.map((x) => x + 1));
  });
});
