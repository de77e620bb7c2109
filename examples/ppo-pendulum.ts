// PPO learns to swing a pendulum up and to hold it, with a torque as its action: npm run example examples/ppo-pendulum.ts [steps]
import { Pendulum } from "@agon/environments";
import { evaluate, findAlgorithm, PPO } from "@agon/rl";

const steps = Number(process.argv[2] ?? 100_000);

const agent = new PPO(Pendulum, { ...findAlgorithm("ppo").tuned(Pendulum.id), seed: 0 });
for await (const episode of agent.train({ steps })) {
  if (episode.episode % 50 === 0) console.log(`step ${episode.step}: ${episode.return.toFixed(0)}`);
}

const score = await evaluate(agent, Pendulum, { episodes: 100, seed: 1 });
console.log(`${score.mean.toFixed(1)} ± ${score.standardError.toFixed(1)} of 0`);
