// The law of the noise.
import { createRandom } from "@agon/random";
import { describe, expect, it } from "vitest";
import { CorrelatedNoise } from "./correlated-noise.ts";

describe("CorrelatedNoise", () => {
  it.each([0, 0.5, 0.95])("is normal with deviation 1, and ρᵏ alike over k steps, with ρ = %s", (rho) => {
    const noise = new CorrelatedNoise(2, rho, createRandom(1000));
    const steps = 200_000;
    const values = Array.from({ length: steps }, () => [...noise.next()]);
    const product = (i: number, j: number, lag: number): number =>
      values.slice(lag).reduce((sum, row, t) => sum + row[i] * values[t][j], 0) / (steps - lag);
    // Standard errors of means over a chain that forgets with rate ρ.
    const error = Math.sqrt((1 + rho ** 2) / (1 - rho ** 2) / steps);
    for (const lag of [0, 1, 5]) expect(Math.abs(product(0, 0, lag) - rho ** lag)).toBeLessThan(8 * error);
    expect(Math.abs(product(0, 1, 0))).toBeLessThan(8 * error);
  });

  it("goes on from what it saved", () => {
    const [noise, other] = [1, 2].map((seed) => new CorrelatedNoise(3, 0.9, createRandom(seed)));
    noise.next();
    const { data, arrays } = noise.save();
    other.load(data, () => arrays.values);
    for (let i = 0; i < 5; i++) expect([...other.next()]).toEqual([...noise.next()]);
  });
});
