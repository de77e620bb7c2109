import { expect, test } from "vitest";
import { bench, type BenchRow } from "./bench.ts";
import { environmentRows } from "./contestants/agon-environments.ts";
import { peak } from "./contestants/peak.ts";
import { kindsOf } from "./profile.ts";
import { profileTable } from "./profile-table.ts";
import { benchTable } from "./table.ts";
import { createTimer, median } from "./timing.ts";
import { environmentWorks, figure, secondsOf, works } from "./works.ts";

test("the rows of the contract are there, under their names", () => {
  const names = works.map(({ name }) => name);
  for (const name of [
    "A-64",
    "A-128",
    "A-256",
    "A-512",
    "A-1024",
    "B1",
    "B2",
    "C",
    "D",
    "E",
    "F",
    "G",
    "H",
    "H-scalar",
    "M-tanh",
    "M-adam",
  ])
    expect(names).toContain(name);
  expect(new Set(names).size).toBe(names.length);
});

test.each(environmentWorks.map(({ name }) => name))("%s steps the environments that it claims to", (name) => {
  const { run, check } = environmentRows[name]();
  const runs = name === "H-scalar" ? 20_000 : 500;
  for (let i = 0; i < runs; i++) run();
  expect(() => check?.()).not.toThrow();
});

test("seconds become the unit of the row", () => {
  const inUnit = (name: string, seconds: number) => figure(works.find((work) => work.name === name)!, seconds);
  expect(inUnit("A-512", 1)).toBeCloseTo(0.268435456);
  expect(inUnit("B1", 1e-4)).toBeCloseTo(100);
  expect(inUnit("D", 0.5)).toBe(128);
  expect(inUnit("E", 0.012)).toBeCloseTo(12);
  expect(inUnit("F", 0.5)).toBe(2048);
  expect(inUnit("H", 64e-7)).toBeCloseTo(1e7);
  for (const work of works) expect(secondsOf(work, figure(work, 0.0123))).toBeCloseTo(0.0123);
});

test("a step of B1 costs three times its forward pass, but for the gradient of its input", () => {
  const products = 4 * 64 + 64 * 64 + 64 * 2;
  expect(works.find(({ name }) => name === "B1")?.operations).toBe(2 * 64 * (3 * products - 4 * 64));
});

const operations = (name: string) => works.find((work) => work.name === name)?.operations;

test("a step of LeNet-5 costs three times its products, but for the gradient of the images", () => {
  const [first, second] = [28 * 28 * 6 * 25, 10 * 10 * 16 * 6 * 25];
  const linear = 400 * 120 + 120 * 84 + 84 * 10;
  expect(operations("D")).toBe(2 * 64 * (3 * (first + second + linear) - first));
});

test("a step of the LSTM multiplies every input and state by the weights of four gates", () => {
  const [input, state, head] = [50 * 32 * 512, 50 * 128 * 512, 128 * 10];
  expect(operations("E")).toBe(2 * 32 * (3 * (input + state + head) - input));
});

test("a step of the GPT costs twelve width² for each token and layer, attention, and the head", () => {
  const token = 4 * (12 * 128 ** 2 + 2 * 64 * 128) + 128 * 65;
  expect(operations("F")).toBe(2 * 3 * 16 * 64 * token);
});

test("a step of ResNet-8 costs its stem, three blocks and two shortcuts", () => {
  const stem = 1024 * 27 * 16;
  const blocks = 1024 * 2 * 9 * 16 * 16 + 256 * 9 * (16 * 32 + 32 * 32) + 64 * 9 * (32 * 64 + 64 * 64);
  const shortcuts = 256 * 16 * 32 + 64 * 32 * 64;
  expect(operations("G")).toBe(2 * 32 * (3 * (stem + blocks + shortcuts + 640) - stem));
});

test("the median chunk counts, whatever a few slow ones take", async () => {
  let [time, calls] = [0, 0];
  const run = () => {
    calls++;
    time += calls % 1000 === 0 ? 0.5 : 1e-4;
  };
  const timer = createTimer(run, false, () => time);
  await timer.warmUp(0.5);
  expect(await timer.round(5)).toBeCloseTo(1e-4, 6);
  const waiting = createTimer(
    async () => run(),
    true,
    () => time,
  );
  await waiting.warmUp(0.5);
  expect(await waiting.round(5)).toBeCloseTo(1e-4, 6);
  expect(median([3, 1, 2])).toBe(2);
  expect(median([4, 1, 2, 3])).toBe(2.5);
});

test("the table tells how many times better, in both directions, and every note once", () => {
  const row = {
    title: "…",
    threads: 1,
    wideVectors: false,
    min: 1,
    max: 2,
    peerRanges: {},
    peerSettings: {},
    notes: ["peer: broke"],
  } as const;
  const table = benchTable({
    machine: "a machine",
    node: "v24",
    numerics: "fused",
    rows: [
      { ...row, work: "A-64", unit: "GFLOP/s", better: "higher", ours: 50, peers: { peer: 25 } },
      { ...row, work: "B1", unit: "us", better: "lower", ours: 50, peers: { peer: 400 } },
    ],
  });
  expect(table).toContain("25 (2.0×)");
  expect(table).toContain("400 (8.0×)");
  expect(table).toContain("A-64, B1: peer: broke");
  expect(table).toContain("; one thread; ");
});

test("the table tells what more threads gained", () => {
  const row = {
    title: "…",
    wideVectors: false,
    min: 1,
    max: 2,
    peers: {},
    peerRanges: {},
    peerSettings: {},
    notes: [],
  } as const;
  const onOneThread = { median: 100, min: 90, max: 110 };
  const table = benchTable({
    machine: "a machine",
    node: "v24",
    numerics: "fused",
    rows: [
      { ...row, work: "B2", unit: "us", better: "lower", ours: 60, threads: 2, onOneThread },
      { ...row, work: "H", unit: "env steps/s", better: "higher", ours: 1e7, threads: 1 },
    ],
  });
  expect(table).toContain("; 2 threads; ");
  expect(table).toContain("100 (1.7×)");
});

test("the table tells shares of peaks, and which setting of a peer gave a figure", () => {
  const row = {
    title: "…",
    unit: "GFLOP/s",
    better: "higher",
    threads: 1,
    wideVectors: false,
    min: 1,
    max: 2,
    peerRanges: {},
    notes: [],
  } as const;
  const rows: BenchRow[] = [
    { ...row, work: "L-peak", ours: 100, peers: { c: 200 }, peerSettings: { c: "native-c of 512 bits" } },
    { ...row, work: "A-64", ours: 50, shareOfPeak: 0.5, peers: { pytorch: 75 }, peerSettings: { pytorch: "torch-2" } },
    { ...row, work: "A-512", ours: 80, shareOfPeak: 0.8, peers: { pytorch: 90 }, peerSettings: { pytorch: "torch-2" } },
  ];
  const table = benchTable({ machine: "a machine", node: "v24", numerics: "fused", rows });
  expect(table).toMatch(/A-512 .* 80%/);
  expect(table).toContain("A-64, A-512: 25%, 40% of the peak of C on as many threads; on one it is 200 GFLOP/s.");
  expect(table).toContain("L-peak: c is native-c of 512 bits.");
  expect(table).toContain("A-64, A-512: pytorch is torch-2.");
});

test("the peak program does what it is counted for, with vectors of either width", () => {
  for (const vectorBits of [128, 256] as const)
    for (const numerics of ["strict", "fused"]) {
      const { run, check } = peak(vectorBits, numerics);
      expect(() => check?.()).toThrow("peak: sum 0 is 0, expected about 1.");
      run();
      expect(() => check?.()).not.toThrow();
    }
});

test("a profile is told by kind, by parts that are alike, and as what is left over", () => {
  const spec = (...shape: number[]) => ({ shape, dtype: "float32" }) as const;
  const product = {
    kind: "kernel",
    ops: ["matmul"],
    inputs: [spec(2, 2), spec(2, 2)],
    outputs: [spec(2, 2)],
    bytesRead: 32,
    bytesWritten: 16,
    operations: 16_000,
    microseconds: 2,
  } as const;
  const loop = { ...product, kind: "loop", ops: ["add", "tanh"], operations: 0, microseconds: 1 } as const;
  const parts = [product, loop, product];
  const text = profileTable({
    machine: "a machine",
    node: "v24",
    numerics: "fused",
    vectorBits: 128,
    peak: 16,
    callMicroseconds: 0.25,
    notes: [],
    profiles: [
      {
        work: "B9",
        title: "…",
        microseconds: 6,
        arithmeticMicroseconds: 2,
        leftOverMicroseconds: 3.75,
        arenaBytes: 1000,
        parts,
        kinds: kindsOf(parts),
      },
    ],
  });
  expect(text).toMatch(/\nmatmul +2 +4.00 +80.0% +8.0 +0.0\nelementwise +1 +1.00 +20.0% +0.0\n/);
  expect(text).toMatch(/\nmatmul +\[2, 2\] \[2, 2\] → \[2, 2\] +2 +4.00 +80.0% /);
  expect(text).toContain("One run takes 6.00 µs: 5.00 in the 3 parts of the plan, 1.00 outside them");
  expect(text).toContain("left over 3.75 µs (63%)");
});

test("a peer that does not answer in time is left out, and the table says so", { timeout: 60_000 }, async () => {
  const { rows } = await bench(
    {
      works: works.filter(({ name }) => name === "C"),
      numerics: undefined,
      wideVectors: false,
      peers: true,
      peerLimit: 0.01,
      threads: 1,
      rounds: 1,
      secondsPerRound: 0.01,
    },
    { signal: new AbortController().signal, onRow: () => {} },
  );
  expect(rows[0]).toMatchObject({ work: "C", ours: expect.any(Number), peers: {} });
  expect(rows[0].notes.toSorted()).toEqual([
    "jax-js-wasm: no answer within 0.01 s.",
    "tfjs-wasm: no answer within 0.01 s.",
  ]);
});
