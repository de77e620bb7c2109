// Scores of the tabular algorithms by protocol.
import { CliffWalking, FrozenLake } from "@agon/environments";
import { evaluate, findAlgorithm, greedyPolicy, policyValue, QLearning, Sarsa } from "@agon/rl";
import { expect, test } from "vitest";

const cliff = CliffWalking;
const lake = FrozenLake;

/** Mean return of the episodes after the first hundred, of 500: online, ε-greedy. */
const onlineReturn = async (agent: QLearning | Sarsa): Promise<number> => {
  const returns: number[] = [];
  while (returns.length < 500)
    for await (const event of agent.train({ steps: 10_000 })) {
      if (event.type === "episode") returns.push(event.return);
      if (returns.length === 500) break;
    }
  return returns.slice(100).reduce((sum, x) => sum + x, 0) / 400;
};

test("Q-learning on CliffWalking is greedy along the cliff, −13; SARSA's online return is above Q-learning's, 10 of 10 seeds", async () => {
  for (let seed = 1; seed <= 10; seed++) {
    const q = new QLearning(cliff, { seed });
    const sarsa = new Sarsa(cliff, { seed });
    const [online, safe] = [await onlineReturn(q), await onlineReturn(sarsa)];
    expect((await evaluate(q, cliff, { episodes: 1 })).mean, `seed ${seed}`).toBe(-13);
    expect(safe, `seed ${seed}`).toBeGreaterThan(online);
  }
});

test("Q-learning on the slippery FrozenLake 4×4: exact value of the greedy policy ≥ 0.70 for 4 of 5 seeds", async () => {
  const values: number[] = [];
  for (let seed = 1; seed <= 5; seed++) {
    const agent = new QLearning(lake, { ...findAlgorithm("q-learning").tuned(lake.id), seed });
    for await (const event of agent.train({ steps: 400_000 }))
      if (event.type === "episode" && event.episode === 20_000) break;
    const table = lake.table?.();
    if (!table) throw new Error("FrozenLake has no table.");
    values.push(policyValue(table, greedyPolicy(agent.q, agent.actions), 100));
  }
  console.info(`values of the greedy policies: ${values.map((value) => value.toFixed(4)).join(", ")}`);
  expect(values.filter((value) => value >= 0.7).length).toBeGreaterThanOrEqual(4);
});
