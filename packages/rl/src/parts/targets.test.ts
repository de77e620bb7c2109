// What the targets promise: no bias with two networks, exact returns on a chain.
import { createRandom } from "@agon/random";
import { type Tensor, tensor } from "@agon/tensor";
import { describe, expect, it } from "vitest";
import { ReplayBuffer } from "./replay.ts";
import { nStepReturns } from "./returns.ts";
import { bestValue, bootstrapped, chosenValue, clippedDoubleValue, doubleValue, dueling, smoothed } from "./targets.ts";

const meanOf = (x: Tensor): number => x.mean().itemSync();

describe("Double DQN", () => {
  // Ten actions that are all worth −0.1, and two networks that know it up to independent noise of deviation 1: the MDP of Sutton & Barto
  // 2018, example 6.7, seen from its first state. The expected maximum of ten such guesses is −0.1 + 1.539.
  const worth = -0.1;
  const [batch, actions] = [20_000, 10];
  const random = createRandom(1000);
  const guesses = (): Tensor =>
    tensor(
      Float32Array.from({ length: batch * actions }, () => random.normal(worth, 1)),
      { shape: [batch, actions] },
    );
  const [target, online] = [guesses(), guesses()];
  const standardError = 1 / Math.sqrt(batch);

  it("removes the bias of an overestimation MDP", () => {
    expect(Math.abs(meanOf(doubleValue(target, online)) - worth)).toBeLessThan(4 * standardError);
  });

  it("where the maximum of one network is biased by what the order statistics say", () => {
    expect(Math.abs(meanOf(bestValue(target)) - (worth + 1.53875))).toBeLessThan(4 * standardError);
  });
});

describe("TD3's targets", () => {
  const random = createRandom(1000);
  const draws = (count: number, deviation = 1): Tensor =>
    tensor(Float32Array.from({ length: count }, () => random.normal(0, deviation)));

  it("believe the smaller of two critics: where both are right but for noise, too low by what the order statistics say", () => {
    const count = 20_000;
    // E[min] of two independent standard normals is −1/√π.
    const mean = meanOf(clippedDoubleValue(draws(count), draws(count)));
    expect(Math.abs(mean + 1 / Math.sqrt(Math.PI))).toBeLessThan(4 / Math.sqrt(count));
  });

  it("smooth the policy within ±c of its action and within its bounds, with noise of deviation σ where neither cuts", () => {
    const count = 20_000;
    const near = (action: number, deviation: number): Float32Array =>
      smoothed(tensor(new Float32Array(count).fill(action)), draws(count), {
        deviation,
        limit: 0.5,
      }).dataSync() as Float32Array;
    const wide = near(0.2, 1);
    expect([Math.min(...wide), Math.max(...wide)]).toEqual([expect.closeTo(-0.3, 6), expect.closeTo(0.7, 6)]);
    const edge = near(0.9, 1);
    expect([Math.min(...edge), Math.max(...edge)]).toEqual([expect.closeTo(0.4, 6), 1]);
    const narrow = near(0, 0.1);
    const variance = narrow.reduce((sum, x) => sum + x * x, 0) / count;
    expect(Math.abs(variance / 0.01 - 1)).toBeLessThan(4 * Math.sqrt(2 / count));
  });
});

describe("n-step targets", () => {
  // 0 → 1 → … → 6, terminal; rewards 1, 2, 4, …
  const gamma = 0.5;
  const rewards = [1, 2, 4, 8, 16, 32];
  const ends = [0, 0, 0, 0, 0, 1];
  const exact = rewards.map((_, t) => rewards.slice(t).reduce((sum, r, k) => sum + gamma ** k * r, 0));

  it("equal the exact return on a chain, whatever the values, once n reaches its end", () => {
    const wrong = rewards.map(() => 1e6).concat(1e6);
    expect([...nStepReturns({ rewards, ends, values: wrong }, 6, gamma)]).toEqual(exact);
    expect([...nStepReturns({ rewards, ends, values: wrong }, 5, gamma)].slice(1)).toEqual(exact.slice(1));
    expect(nStepReturns({ rewards, ends, values: wrong }, 5, gamma)[0]).not.toBe(exact[0]);
  });

  it("equal it for any n where the values are exact", () => {
    for (let n = 1; n <= 7; n++)
      expect([...nStepReturns({ rewards, ends, values: [...exact, 0] }, n, gamma)]).toEqual(exact);
  });

  it("are what the replay buffer samples", () => {
    const buffer = new ReplayBuffer(rewards.length, 1);
    rewards.forEach((reward, t) => {
      const outcome = { terminated: ends[t] === 1, truncated: false, explored: false };
      buffer.add(Float32Array.of(t), t, reward, Float32Array.of(t + 1), outcome);
    });
    const values = [10, 20, 30, 40, 50, 60, 70];
    const rows = 64;
    const sample = {
      observations: new Float32Array(rows),
      actions: new Int32Array(rows),
      rewards: new Float32Array(rows),
      nextObservations: new Float32Array(rows),
      discounts: new Float32Array(rows),
    };
    for (const n of [1, 2, 3, 6]) {
      buffer.sample(sample, createRandom(n), { steps: n, discount: gamma });
      const next = tensor([...sample.nextObservations].map((state) => values[state]));
      const targets = bootstrapped(tensor(sample.rewards), tensor(sample.discounts), next);
      const wanted = nStepReturns({ rewards, ends, values }, n, gamma);
      expect([...targets.dataSync()]).toEqual([...sample.actions].map((t) => wanted[t]));
    }
  });
});

it("a duel's advantages have mean 0: the mean of its action values is the state's value", () => {
  const values = dueling(tensor([3, -1], { shape: [2, 1] }), tensor([1, 5, 0, 2, 2, 8], { shape: [2, 3] }));
  expect([...values.mean(1).dataSync()]).toEqual([3, -1]);
  expect([...chosenValue(values, tensor([1, 2], { dtype: "int32" })).dataSync()]).toEqual([6, 3]);
});
