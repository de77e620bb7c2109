// Prioritised replay as the buffer and the update use it.
import { createRandom } from "@agon/random";
import { describe, expect, it } from "vitest";
import { PrioritySampler } from "./priority-sampler.ts";

const draw = (sampler: PrioritySampler, { size, count, beta = 1 }: { size: number; count: number; beta?: number }) => {
  const rows = new Int32Array(count);
  const weights = new Float32Array(count);
  sampler.draw(rows, weights, { random: createRandom(1000), size, beta });
  return { rows, weights };
};

const filled = (errors: readonly number[], alpha = 0.6): PrioritySampler => {
  const sampler = new PrioritySampler(errors.length + 2, alpha);
  for (const row of errors.keys()) sampler.add(row);
  sampler.update(Int32Array.from(errors.keys()), errors);
  return sampler;
};

describe("PrioritySampler", () => {
  it("draws rows in proportion to |δ|ᵅ", () => {
    const errors = [1, -4, 0.25, 9];
    const { rows } = draw(filled(errors, 0.5), { size: 4, count: 100_000 });
    const shares = [1, 2, 0.5, 3].map((p) => p / 6.5);
    // Stratified: each count is off by two draws at most, at its two ends.
    for (const [row, share] of shares.entries())
      expect(Math.abs(rows.filter((drawn) => drawn === row).length - share * 100_000)).toBeLessThan(4);
  });

  it("weights make up for that: with β = 1 weighted means are those of uniform replay, up to a factor", () => {
    const { rows, weights } = draw(filled([1, -4, 0.25, 9]), { size: 4, count: 100_000 });
    const sums = [0, 0, 0, 0];
    rows.forEach((row, i) => {
      sums[row] += weights[i];
    });
    for (const sum of sums) expect(sum / sums[0]).toBeCloseTo(1, 3);
    expect(Math.max(...weights)).toBe(1); // of the row that is drawn least
    expect([...new Set(draw(filled([1, 5]), { size: 2, count: 50, beta: 0 }).weights)]).toEqual([1]);
  });

  it("gives new transitions the largest priority so far, so that each is learned from", () => {
    const sampler = filled([0.01, 100]);
    sampler.update(Int32Array.of(1), [0.01]);
    sampler.add(2);
    const { rows } = draw(sampler, { size: 3, count: 1000 });
    expect(rows.filter((row) => row === 2).length).toBeGreaterThan(980);
  });

  it("goes on from what it saved", () => {
    const sampler = filled([3, 1, 2]);
    const other = filled([9, 9, 9, 9]);
    const { data, arrays } = sampler.save();
    other.load(data, () => arrays.values);
    expect(draw(other, { size: 3, count: 99 })).toEqual(draw(sampler, { size: 3, count: 99 }));
  });
});
