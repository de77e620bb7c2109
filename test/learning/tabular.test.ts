// Scores of the tabular and linear algorithms by protocol: budgets in episodes, policies valued exactly where the environment tells its model.
import { Blackjack, CliffWalking, registry } from "@agon/environments";
import { type Agent, evaluate, findAlgorithm, greedyPolicy, policyValue, QLearning, Sarsa } from "@agon/rl";
import { expect, test } from "vitest";
import { interquartileMean, reaching } from "./training.ts";

const cliff = CliffWalking;

/** Trains with the tuned options until so many episodes are over. */
const trained = async (name: string, id: string, { episodes, seed }: { episodes: number; seed: number }) => {
  const { create, tuned } = findAlgorithm(name);
  const agent = create(registry.definition(id), { ...tuned(id), seed });
  for await (const { episode } of agent.train({ steps: Infinity })) if (episode === episodes) break;
  return agent;
};

/** Mean return of the greedy policy: exact over all starts and the time limit, else over 100 episodes. */
const scoreOf = async (agent: Agent, seed: number): Promise<number> => {
  const { environment } = agent;
  const table = environment.table?.();
  if (!table || environment.maxSteps === undefined)
    return (await evaluate(agent, environment, { episodes: 100, seed: 1_000_000 + seed })).mean;
  const { q, actions } = agent as QLearning;
  return policyValue(table, greedyPolicy(q, actions), environment.maxSteps);
};

/** Mean return of the episodes after the first hundred, of 500: online, ε-greedy. */
const onlineReturn = async (agent: QLearning | Sarsa): Promise<number> => {
  const returns: number[] = [];
  for await (const episode of agent.train({ steps: Infinity })) {
    returns.push(episode.return);
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

test.each([
  ["q-learning", "FrozenLake-v1", 20_000, 0.7],
  ["sarsa", "FrozenLake-v1", 20_000, 0.65],
  ["q-learning", "FrozenLake8x8-v1", 100_000, 0.8],
  ["q-learning", "Taxi-v4", 5000, 7.7],
  ["sarsa", "Taxi-v4", 5000, 7.3],
  ["q-learning", "CartPole-v1", 2000, 195],
  ["sarsa", "CartPole-v1", 2000, 195],
  ["sarsa-lambda", "MountainCar-v0", 500, -120],
] as const)(
  "%s on %s reaches after %i episodes %f: interquartile mean, and 4 of 5 seeds",
  async (name, id, episodes, bar) => {
    const found = [];
    for (let seed = 1; seed <= 5; seed++)
      found.push({ mean: await scoreOf(await trained(name, id, { episodes, seed }), seed) });
    console.info(`${name} on ${id}, seeds 1–5: ${found.map(({ mean }) => mean.toFixed(4)).join(", ")}`);
    expect(interquartileMean(found)).toBeGreaterThanOrEqual(bar);
    expect(reaching(bar, found)).toBeGreaterThanOrEqual(4);
  },
);

/** Up to which sum a player hits, by the dealer's card from the ace to the ten (Sutton & Barto 2018, Figure 5.2). */
const hitsUpTo = {
  withUsableAce: [18, 17, 17, 17, 17, 17, 17, 17, 18, 18],
  without: [16, 12, 12, 11, 11, 11, 16, 16, 16, 16],
};

test("Monte Carlo control at Blackjack plays as the chart of Sutton & Barto in 95% of the states after 500 000 episodes, 4 of 5 seeds", async () => {
  const shares: { readonly mean: number }[] = [];
  for (let seed = 1; seed <= 5; seed++) {
    const agent = await trained("monte-carlo", Blackjack.id, { episodes: 500_000, seed });
    let same = 0;
    for (const [ace, limits] of [hitsUpTo.without, hitsUpTo.withUsableAce].entries())
      for (const [i, limit] of limits.entries())
        for (let sum = 12; sum <= 21; sum++)
          if (agent.act(Float32Array.of(sum, i + 1, ace)) === (sum <= limit ? 1 : 0)) same++;
    shares.push({ mean: same / 200 });
  }
  console.info(`monte-carlo on Blackjack-v1, seeds 1–5: ${shares.map(({ mean }) => mean.toFixed(3)).join(", ")}`);
  expect(interquartileMean(shares)).toBeGreaterThanOrEqual(0.95);
  expect(reaching(0.95, shares)).toBeGreaterThanOrEqual(4);
});
