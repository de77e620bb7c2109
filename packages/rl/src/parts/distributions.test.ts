// Distributions agree with themselves: densities integrate to one, samples follow them, mass is conserved.
import { createRandom } from "@agon/random";
import { tensor, zeros } from "@agon/tensor";
import { describe, expect, it } from "vitest";
import { normalEntropy, normalLogProbability, squashedNormal } from "./distributions.ts";
import { projectCategorical } from "./return-distributions.ts";

describe("the normal distribution", () => {
  it("has an entropy of −E[ln p] over its own samples", () => {
    const random = createRandom(1000);
    const [mean, logStd, draws] = [0.3, -0.7, 100_000];
    const samples = Float32Array.from({ length: draws }, () => random.normal(mean, Math.exp(logStd)));
    const logProbability = normalLogProbability(tensor(mean), tensor(logStd), tensor(samples)).mean().itemSync();
    // −ln p has deviation √½.
    expect(Math.abs(logProbability + normalEntropy(tensor(logStd)).itemSync())).toBeLessThan(
      4 * Math.sqrt(0.5 / draws),
    );
  });
});

describe("the squashed normal distribution", () => {
  it("has a density that integrates to one over its interval", () => {
    const [mean, logStd] = [0.4, -0.2];
    const count = 4000;
    // Midpoints of the interval (−1.5, 2.5) and the noise that leads to them.
    const actions = Array.from({ length: count }, (_, i) => -1.5 + (4 * (i + 0.5)) / count);
    const noise = actions.map((a) => (Math.atanh((a - 0.5) / 2) - mean) / Math.exp(logStd));
    const { action, logProbability } = squashedNormal(zeros([count, 1]).add(mean), zeros([count, 1]).add(logStd), {
      noise: tensor(noise, { shape: [count, 1] }),
      scale: 2,
      middle: 0.5,
    });
    action.dataSync().forEach((a, i) => expect(a).toBeCloseTo(actions[i], 5));
    expect((logProbability.exp().sum().itemSync() * 4) / count).toBeCloseTo(1, 4);
  });
});

describe("the projection of C51", () => {
  const atoms = { count: 51, low: -10, high: 10 };
  const random = createRandom(1000);
  const raw = Array.from({ length: 51 }, () => random.uniform());
  const total = raw.reduce((sum, x) => sum + x, 0);
  const probabilities = raw.map((x) => x / total);
  const atom = (i: number): number => -10 + (20 * i) / 50;
  const meanOf = (p: ArrayLike<number>): number => Array.from(p).reduce((sum, x, i) => sum + x * atom(i), 0);
  const project = (reward: number, discount: number): Float64Array =>
    projectCategorical(probabilities, { rewards: [reward], discounts: [discount] }, atoms);

  it("conserves mass, also where atoms meet atoms and beyond the ends", () => {
    for (const [reward, discount] of [
      [0, 1],
      [0.4, 1],
      [3, 0.9],
      [-50, 0.99],
      [50, 0.99],
      [1.23, 0],
    ])
      expect(project(reward, discount).reduce((sum, x) => sum + x, 0)).toBeCloseTo(1, 12);
  });

  it("conserves the mean as long as nothing is moved beyond the ends", () => {
    for (const [reward, discount] of [
      [0, 1],
      [0.7, 0.9],
      [-1, 0.5],
      [1.23, 0],
    ])
      expect(meanOf(project(reward, discount))).toBeCloseTo(reward + discount * meanOf(probabilities), 12);
  });
});
