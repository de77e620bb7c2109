// Every lab that needs no data runs at its quick scale, and what it claims holds.
import { webFiles } from "@agon/data";
import { describe, expect, it, test } from "vitest";
import { findLab, labs } from "./index.ts";

test("ids begin with their sections and are unique", () => {
  expect(new Set(labs.map(({ id }) => id)).size).toBe(labs.length);
  for (const { id, section } of labs) expect(id.startsWith(`${section}-`)).toBe(true);
  expect(findLab("2.1")?.id).toBe("2.1-perceptron");
  expect(findLab("nothing")).toBeNull();
});

describe.each(labs.filter(({ datasets }) => datasets === undefined))("$id", (lab) => {
  it("holds its claims, and tells how far it is", { timeout: 120_000 }, async () => {
    const shares: number[] = [];
    const progress = async (share: number): Promise<void> => void shares.push(share);
    const now = (): number => performance.now();
    const { claims, tables, charts } = await lab.run({ seed: 1, scale: "quick", progress, now, files: webFiles() });
    expect(claims.filter(({ holds }) => !holds)).toEqual([]);
    expect(claims.length).toBeGreaterThan(0);
    expect(shares.length).toBeGreaterThan(0);
    expect(shares.every((share, i) => share >= 0 && share <= 1 && (i === 0 || share >= shares[i - 1]))).toBe(true);
    for (const { columns, rows } of tables) for (const row of rows) expect(row).toHaveLength(columns.length);
    for (const { x, series } of charts) for (const { values } of series) expect(values).toHaveLength(x.values.length);
  });
});
