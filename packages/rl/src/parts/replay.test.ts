// The replay buffer's promises: what it holds, and which transitions it refuses.
import { makeVector, type VectorEnvironment } from "@agon/env";
import { CartPole } from "@agon/environments";
import { createRandom } from "@agon/random";
import { describe, expect, it } from "vitest";
import { type Batch, ReplayBuffer } from "./replay.ts";

const going = { terminated: false, truncated: false, explored: false };
const terminated = { ...going, terminated: true };
const truncated = { ...going, truncated: true };
const explored = { ...going, explored: true };
const at = (x: number): Float32Array => Float32Array.of(x, -x);

const oneStep = { steps: 1, discount: 0.5 };

const emptyBatch = (size: number): Batch => ({
  observations: new Float32Array(size * 2),
  actions: new Int32Array(size),
  rewards: new Float32Array(size),
  nextObservations: new Float32Array(size * 2),
  discounts: new Float32Array(size),
});

describe("ReplayBuffer", () => {
  it("gives back whole transitions, the newest `capacity` of them", () => {
    const buffer = new ReplayBuffer(4, 2);
    for (let i = 0; i < 10; i++) buffer.add(at(i), i, i / 2, at(i + 1), i === 9 ? terminated : going);
    const batch = emptyBatch(200);
    buffer.sample(batch, createRandom(1), oneStep);
    const seen = new Set(batch.actions);
    expect([...seen].sort()).toEqual([6, 7, 8, 9]);
    batch.actions.forEach((action, i) => {
      expect([...batch.observations.subarray(2 * i, 2 * i + 2)]).toEqual([action, -action]);
      expect([...batch.nextObservations.subarray(2 * i, 2 * i + 2)]).toEqual([action + 1, -action - 1]);
      expect(batch.rewards[i]).toBe(action / 2);
      expect(batch.discounts[i]).toBe(action === 9 ? 0 : 0.5);
    });
  });

  it("keeps actions that are vectors whole", () => {
    const buffer = new ReplayBuffer(4, 2, 3);
    for (let i = 0; i < 10; i++) buffer.add(at(i), Float32Array.of(i, 2 * i, -i), 0, at(i + 1), going);
    const batch = { ...emptyBatch(50), actions: new Float32Array(150) };
    buffer.sample(batch, createRandom(1), oneStep);
    const { data, arrays } = buffer.save();
    const restored = new ReplayBuffer(4, 2, 3);
    restored.load(data, (name) => arrays[name]);
    const again = { ...emptyBatch(50), actions: new Float32Array(150) };
    restored.sample(again, createRandom(1), oneStep);
    expect(again).toEqual(batch);
    for (let i = 0; i < 50; i++) {
      const state = batch.observations[2 * i];
      expect([...batch.actions.subarray(3 * i, 3 * i + 3)]).toEqual([state, 2 * state, -state]);
    }
  });

  it("lets a value be counted after truncation, not after termination", () => {
    const worth = [terminated, truncated, going].map((ends) => {
      const buffer = new ReplayBuffer(4, 2);
      buffer.add(at(0), 0, 1, at(1), ends);
      const batch = emptyBatch(1);
      buffer.sample(batch, createRandom(1), oneStep);
      return batch.discounts[0];
    });
    expect(worth).toEqual([0, 0.5, 0.5]);
  });

  it("reaches over n steps, to the end of the episode or the newest transition at most", () => {
    const buffer = new ReplayBuffer(6, 2);
    // Rewards 1, 2, 4, … on the states 0 → 1 → 2 → 3 (terminated), then 10 → 11 → 12 → 13, over the end of the ring.
    const path = [
      [0, going],
      [1, going],
      [2, terminated],
      [10, going],
      [11, going],
      [12, going],
      [13, going],
    ] as const;
    path.forEach(([x, ends], i) => {
      buffer.add(at(x), x, 2 ** i, at(x + 1), ends);
    });
    const batch = emptyBatch(200);
    buffer.sample(batch, createRandom(1), { steps: 3, discount: 0.5 });
    const rows = new Map(
      [...batch.actions].map((action, i) => [
        action,
        [batch.rewards[i], batch.nextObservations[2 * i], batch.discounts[i]],
      ]),
    );
    expect(Object.fromEntries(rows)).toEqual({
      1: [2 + 0.5 * 4, 3, 0],
      2: [4, 3, 0],
      10: [8 + 0.5 * 16 + 0.25 * 32, 13, 0.125],
      11: [16 + 0.5 * 32 + 0.25 * 64, 14, 0.125],
      12: [32 + 0.5 * 64, 14, 0.25],
      13: [64, 14, 0.5],
    });
  });

  it("reaches no further than the next explored action", () => {
    const buffer = new ReplayBuffer(6, 2);
    [explored, going, going, explored, going].forEach((outcome, i) => {
      buffer.add(at(i), i, 1, at(i + 1), outcome);
    });
    const batch = emptyBatch(200);
    buffer.sample(batch, createRandom(1), { steps: 9, discount: 1 });
    const reached = new Map([...batch.actions].map((action, i) => [action, batch.nextObservations[2 * i]]));
    expect(Object.fromEntries(reached)).toEqual({ 0: 3, 1: 3, 2: 3, 3: 5, 4: 5 });
  });

  it("refuses a transition that crosses episodes", () => {
    const buffer = new ReplayBuffer(3, 2);
    buffer.add(at(0), 0, 1, at(1), going);
    // The episode goes on at 1; 5 is the start of another one.
    expect(() => buffer.add(at(5), 0, 1, at(6), going)).toThrow("must not cross episodes");
    buffer.add(at(1), 0, 1, at(2), terminated);
    buffer.add(at(2), 0, 1, at(6), truncated); // an episode may begin where another one ended
    buffer.add(at(5), 0, 1, at(7), going);
    expect(buffer.size).toBe(3);
  });

  /** Plays CartPole in two lanes and stores what `nextOf` takes for the end of a step, until the buffer refuses it. */
  const refusedAfter = (
    autoreset: "next-step" | "same-step",
    nextOf: (vector: VectorEnvironment, ended: boolean) => Float32Array,
    skipStarted = false,
  ): number => {
    const vector = makeVector(CartPole, 1, { autoreset });
    const buffer = new ReplayBuffer(5000, 4);
    const random = createRandom(3);
    vector.reset({ seed: 3 });
    let episodes = 0;
    while (episodes < 100) {
      const observation = vector.observations.slice();
      vector.step(Int32Array.of(random.integer(2)));
      const [terminated, truncated] = [vector.terminated[0] === 1, vector.truncated[0] === 1];
      const next = nextOf(vector, terminated || truncated);
      if (!(skipStarted && vector.started[0] === 1)) {
        try {
          buffer.add(observation, 0, vector.rewards[0], next, { terminated, truncated, explored: false });
        } catch (error) {
          expect((error as Error).message).toContain("must not cross episodes");
          return episodes;
        }
      }
      if (terminated || truncated) episodes++;
    }
    return Infinity;
  };

  it("refuses ends taken from the following episode, and steps that are resets, whatever the autoreset mode", () => {
    const now = ({ observations }: VectorEnvironment): Float32Array => observations;
    expect(refusedAfter("same-step", now)).toBe(32);
    expect(refusedAfter("next-step", now)).toBe(32);
    expect(refusedAfter("next-step", now, true)).toBe(Infinity);
    expect(refusedAfter("same-step", (vector, ended) => (ended ? vector.finalObservations : vector.observations))).toBe(
      Infinity,
    );
  });

  it("takes worlds whose episodes often, or always, begin where one ended", () => {
    const random = createRandom(1);
    const [two, one] = [new ReplayBuffer(50, 2), new ReplayBuffer(50, 2)];
    for (let episode = 0; episode < 2000; episode++) {
      two.add(at(random.integer(2)), 0, 0, at(random.integer(2)), terminated);
      one.add(at(7), 0, 0, at(7), truncated);
    }
    expect([two.size, one.size]).toEqual([50, 50]);
  });

  it("remembers over a checkpoint whether an episode goes on", () => {
    const buffer = new ReplayBuffer(3, 2);
    buffer.add(at(0), 0, 1, at(1), going);
    const { data, arrays } = buffer.save();
    const restored = new ReplayBuffer(3, 2);
    restored.load(data, (name) => arrays[name]);
    expect(() => restored.add(at(5), 0, 1, at(6), going)).toThrow("must not cross episodes");
    restored.add(at(1), 0, 1, at(2), going);
    expect(restored.size).toBe(2);
  });
});
