// DDPG, TD3 and SAC on problems small enough to know the answer.
import { box, defineEnvironment, type EnvironmentDefinition } from "@agon/env";
import { CartPole } from "@agon/environments";
import { describe, expect, it } from "vitest";
import { type Agent, DDPG, drive, findAlgorithm, SAC, TD3, type UpdateEvent } from "../index.ts";

/** One step, worth what the action makes of it; observation 0, then 1, which is always the last of its episode. */
const oneStep = (
  reward: (action: number, noise: number) => number,
  { terminated = true } = {},
): EnvironmentDefinition =>
  defineEnvironment({
    id: "one-step",
    observation: box([1], { low: 0, high: 1 }),
    action: box([1], { low: -3, high: 1 }),
    maxSteps: 1,
    reset: (): { at: number } => ({ at: 0 }),
    step: (_, action, random) => ({
      state: { at: 1 },
      reward: reward((action as Float32Array)[0], random.normal()),
      terminated,
    }),
    observe: ({ at }, out) => {
      out[0] = at;
    },
  }) as EnvironmentDefinition;

const small = {
  hidden: [32, 32],
  batchSize: 32,
  learningStarts: 100,
  learningRate: 0.01,
  finalRateShare: 0.02,
  rateDecaySteps: 3000,
  targetBlend: 0.05,
  discount: 0.5,
};

const start = Float32Array.of(0);
const last = Float32Array.of(1);
const valueAt = (agent: Agent, observation: Float32Array): number => agent.inspect?.(observation).value ?? Number.NaN;

const names = ["ddpg", "td3", "sac"] as const;

describe.each(names)("%s", (name) => {
  const trained = async (environment: EnvironmentDefinition, steps: number): Promise<Agent> => {
    const agent = findAlgorithm(name).create(environment, { ...small, seed: 1 });
    await drive(agent.train({ steps }));
    return agent;
  };

  it("finds the best action of a problem of one step, and what it is worth", async () => {
    const agent = await trained(
      oneStep((action) => 1 - (action + 0.4) ** 2),
      3000,
    );
    const { best, low, high } = agent.inspect?.(start).action ?? {};
    expect(best).toEqual(agent.act(start));
    expect(Math.abs((best?.[0] ?? Number.NaN) + 0.4)).toBeLessThan(0.15);
    expect(low?.[0]).toBeLessThan(best?.[0] ?? Number.NaN);
    expect(high?.[0]).toBeGreaterThan(best?.[0] ?? Number.NaN);
    expect(valueAt(agent, start)).toBeCloseTo(1, 1);
  });

  it("has values that reach through truncation to the last observation, and not through termination", async () => {
    const [cut, ended] = [
      await trained(
        oneStep(() => 1, { terminated: false }),
        3000,
      ),
      await trained(
        oneStep(() => 1),
        3000,
      ),
    ];
    expect(Math.abs(valueAt(cut, last))).toBeGreaterThan(0.1);
    expect(valueAt(cut, start)).toBeCloseTo(1 + 0.5 * valueAt(cut, last), 1);
    expect(valueAt(ended, start)).toBeCloseTo(1, 1);
  });

  it("refuses discrete actions", () => {
    const spec = findAlgorithm(name);
    expect(spec.fits(CartPole)).toBe(`${spec.title} needs continuous actions; CartPole-v1 has discrete ones.`);
    expect(() => spec.create(CartPole, { seed: 0 })).toThrow("needs continuous actions");
  });
});

describe("SAC", () => {
  /** Mean entropy of the imagined actions, and the temperature, over the last 500 updates. */
  const settled = async (
    targetEntropy: number,
    temperature: number,
  ): Promise<{ entropy: number; temperature: number }> => {
    const agent = new SAC(
      oneStep((action) => -((action + 1) ** 2)),
      { ...small, finalRateShare: 1, targetEntropy, temperature, seed: 1 },
    );
    const updates: UpdateEvent[] = [];
    for await (const event of agent.train({ steps: 4000, every: "update" }))
      if (event.type === "update") updates.push(event);
    const mean = (key: string): number => updates.slice(-500).reduce((sum, { figures }) => sum + figures[key], 0) / 500;
    return { entropy: mean("entropy"), temperature: mean("temperature") };
  };

  it.each([
    [-1, 1],
    [-1, 0.01],
    [0, 1],
  ])("learns a temperature that brings the entropy to its target: %s, from %s", async (target, temperature) => {
    const found = await settled(target, temperature);
    expect(Math.abs(found.entropy - target)).toBeLessThan(0.1);
    // At its best the policy is near exp(−(2u)²/α) with u = (a + 1)/2 in [−1, 1]: the entropy ½ ln(πeα/4) is the target.
    if (target === -1) expect(Math.abs(Math.log(found.temperature / ((4 * Math.exp(-3)) / Math.PI)))).toBeLessThan(0.3);
  });
});

describe("TD3", () => {
  it("moves policy and targets once for every `policyDelay` updates of the critics", async () => {
    const agent = new TD3(
      oneStep((action) => action),
      { ...small, policyDelay: 3, seed: 1 },
    );
    const moved: boolean[] = [];
    let before = agent.policy();
    for await (const event of agent.train({ steps: 130, every: "update" })) {
      if (event.type !== "update") continue;
      const after = agent.policy();
      moved.push(after.some((byte, i) => byte !== before[i]));
      expect("actorLoss" in event.figures).toBe(event.update % 3 === 0);
      before = after;
    }
    expect(moved.slice(0, 9)).toEqual([false, false, true, false, false, true, false, false, true]);
  });

  it("values what is worth nothing lower than DDPG does", async () => {
    // Rewards of mean 0 whatever is done, and the episode goes on.
    const casino = defineEnvironment({
      id: "casino",
      observation: box([1], { low: 0, high: 1 }),
      action: box([1], { low: -1, high: 1 }),
      maxSteps: 50,
      reset: (): { at: number } => ({ at: 1 }),
      step: (state, _, random) => ({ state, reward: random.normal(), terminated: false }),
      observe: ({ at }, out) => {
        out[0] = at;
      },
    }) as EnvironmentDefinition;
    const options = { ...small, hidden: [32], discount: 0.9, learningStarts: 50, bufferSize: 1000 };
    for (const seed of [1000, 1001, 1002]) {
      const [twin, single] = [new TD3(casino, { ...options, seed }), new DDPG(casino, { ...options, seed })];
      for (const agent of [twin, single]) await drive(agent.train({ steps: 2000 }));
      expect(valueAt(twin, last)).toBeLessThan(valueAt(single, last));
    }
  });
});
