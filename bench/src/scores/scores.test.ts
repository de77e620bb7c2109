import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CliffWalking, registry } from "@agon/environments";
import { findAlgorithm } from "@agon/rl";
import { describe, expect, test } from "vitest";
import { writeCurves } from "./algorithm-pages.ts";
import { scoreOf } from "./measure.ts";
import { scoresPage } from "./page.ts";
import { isCurrent, planOf, readRecords, type ScoreRecord, summariseCurve, writeRecord } from "./record.ts";
import type { ScoreRow } from "./row.ts";
import { scoreRows } from "./rows.ts";
import { summariseRow } from "./summary.ts";

const row: ScoreRow = {
  id: "row",
  algorithm: "dqn",
  environment: "CartPole-v1",
  steps: 1000,
  measure: "episodes",
  bar: { kind: "at least", score: 475 },
  seeds: 5,
  needed: 4,
  published: "none",
};

const record = (seed: number, score: number, episodes = 10): ScoreRecord => ({
  spec: {
    algorithm: "dqn",
    environment: "CartPole-v1",
    options: { hidden: [8] },
    seed,
    numerics: "fused",
    versions: {},
  },
  plan: planOf(row),
  score,
  steps: 1000,
  evaluation: { mean: score, std: 0 },
  episodes,
  seconds: 1,
  curve: summariseCurve([{ step: 20, return: score }], 1000),
  curveHash: "",
  commit: "",
  machine: "",
  node: "",
});

const records = (...scores: readonly number[]): ScoreRecord[] => scores.map((score, i) => record(i + 1, score));
const none = new Map<string, readonly ScoreRecord[]>();

test("the rows' names are unique, their algorithms fit, and every row compared with exists", () => {
  const ids = scoreRows.map(({ id }) => id);
  expect(new Set(ids).size).toBe(ids.length);
  for (const { id, algorithm, environment, bar, needed, seeds } of scoreRows) {
    expect(findAlgorithm(algorithm).fits(registry.definition(environment)), id).toBeNull();
    if (bar !== undefined && bar.kind !== "at least") expect(ids).toContain(bar.row);
    expect(needed).toBeLessThanOrEqual(seeds);
  }
});

describe("a row passes", () => {
  test("when its interquartile mean and enough seeds reach the bar", () => {
    expect(summariseRow(row, records(500, 500, 480, 476, 10), none)).toMatchObject({ reached: 4, passed: true });
    expect(summariseRow(row, records(500, 500, 480, 10, 10), none)).toMatchObject({ reached: 3, passed: false });
    const lenient = { ...row, needed: 3 };
    expect(summariseRow(lenient, records(500, 500, 480, 10, 10), none)).toMatchObject({ reached: 3, passed: false });
  });

  test("only once all its seeds have been run", () => {
    expect(summariseRow(row, records(500, 500), none)).toMatchObject({ reached: 2, passed: null });
    expect(scoresPage([summariseRow(row, records(500, 500), none)])).toContain("2 of 5 seeds run");
    expect(summariseRow(row, [], none)).toMatchObject({ interval: null, passed: null });
  });

  test("seed by seed above another row, where it is compared", () => {
    const above: ScoreRow = { ...row, bar: { kind: "above", row: "other" }, needed: 5 };
    const others = new Map([["other", records(5, 1, 1, 1, 1)]]);
    expect(summariseRow(above, records(6, 2, 2, 2, 2), others)).toMatchObject({ reached: 5, passed: true });
    expect(summariseRow(above, records(4, 9, 9, 9, 9), others)).toMatchObject({ reached: 4, passed: false });
    expect(summariseRow(above, records(6, 2, 2, 2, 2), none)).toMatchObject({ reached: null, passed: null });
  });

  test("with an interquartile mean like another row's, where that is asked", () => {
    const like: ScoreRow = { ...row, bar: { kind: "at least as", row: "other" }, needed: 0 };
    const others = new Map([["other", records(9, 5, 5, 5, 1)]]);
    expect(summariseRow(like, records(0, 5, 5, 5, 5), others).passed).toBe(true);
    expect(summariseRow(like, records(9, 9, 4, 4, 4), others).passed).toBe(true);
    expect(summariseRow(like, records(9, 4, 4, 4, 4), others).passed).toBe(false);
  });
});

test("the curve is the mean of the episodes that end in each fiftieth of training", () => {
  const { stretch, returns } = summariseCurve(
    [
      { step: 1, return: 10 },
      { step: 20, return: 20 },
      { step: 21, return: 3 },
      { step: 1007, return: 7 },
    ],
    1000,
  );
  expect([stretch, returns.length, returns.slice(0, 3), returns.at(-1)]).toEqual([20, 50, [15, 3, null], 7]);
});

test("a record stays current until an option, the steps or the measure of its row change", () => {
  const { algorithm, environment, options } = record(1, 0).spec;
  const planned = { spec: { algorithm, environment, options }, plan: planOf(row) };
  expect(isCurrent(record(1, 0), planned)).toBe(true);
  expect(isCurrent(record(1, 0), { ...planned, spec: { ...planned.spec, options: { hidden: [9] } } })).toBe(false);
  expect(isCurrent(record(1, 0), { ...planned, plan: planOf({ ...row, steps: 2000 }) })).toBe(false);
  expect(isCurrent(record(1, 0), { ...planned, plan: planOf({ ...row, measure: "exact" }) })).toBe(false);
});

test("exact values are those of the transition table; online ones skip the first hundred episodes", () => {
  const environment = CliffWalking;
  const evaluation = { mean: 0 };
  /** Up, along the cliff, down. */
  const agent = { act: ([cell]: Float32Array) => (cell === 36 ? 0 : cell % 12 === 11 ? 2 : 1) };
  expect(scoreOf("exact", { agent, environment, returns: [], evaluation })).toBe(-13);
  const returns = Array.from({ length: 600 }, (_, i) => (i < 100 ? -1000 : i < 500 ? -20 : 7));
  expect(scoreOf("online", { agent, environment, returns, evaluation })).toBe(-20);
  expect(() => scoreOf("online", { agent, environment, returns: [], evaluation })).toThrow("0 episodes");
});

test("records are files, curves come into the pages at their marks, again and again", async () => {
  const folder = await mkdtemp(join(tmpdir(), "agon-records-"));
  try {
    await writeRecord(folder, row, record(3, 400));
    expect(await readRecords(folder, row)).toEqual(new Map([[3, record(3, 400)]]));
    const page = join(folder, "algorithms", "dqn.md");
    await mkdir(join(folder, "algorithms"));
    await writeFile(page, "# DQN\n\n<!-- curve dqn -->\n\n## Notes\n\n<!-- note --> x\n\n<!-- end -->\n");
    const summary = summariseRow(row, records(500, 400), none);
    await writeCurves(folder, [summary]);
    const once = await readFile(page, "utf8");
    expect(once).toContain("../images/curve-dqn.svg");
    expect(once).toContain("<!-- end -->\n\n## Notes\n\n<!-- note --> x\n\n<!-- end -->\n");
    await writeCurves(folder, [summary]);
    expect(await readFile(page, "utf8")).toBe(once);
    expect(await readFile(join(folder, "images", "curve-dqn.svg"), "utf8")).toMatch(/^<svg .*<\/svg>\n$/s);
    await writeFile(join(folder, "row", "4.json"), "{");
    await expect(readRecords(folder, row)).rejects.toThrow("4.json holds no record");
  } finally {
    await rm(folder, { recursive: true });
  }
});
