import { expect, test } from "vitest";
import { environmentRows } from "./contestants/agon-environments.ts";
import { benchTable } from "./table.ts";
import { createTimer, median } from "./timing.ts";
import { environmentWorks, figure, works } from "./works.ts";

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
  for (let i = 0; i < 5000; i++) run();
  expect(() => check?.()).not.toThrow();
});

test("seconds become the unit of the row", () => {
  const inUnit = (name: string, seconds: number) => figure(works.find((work) => work.name === name)!, seconds);
  expect(inUnit("A-512", 1)).toBeCloseTo(0.268435456);
  expect(inUnit("B1", 1e-4)).toBeCloseTo(100);
  expect(inUnit("H", 64e-7)).toBeCloseTo(1e7);
});

test("a step of B1 costs three times its forward pass, but for the gradient of its input", () => {
  const products = 4 * 64 + 64 * 64 + 64 * 2;
  expect(works.find(({ name }) => name === "B1")?.amount).toBe(2 * 64 * (3 * products - 4 * 64));
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
});
