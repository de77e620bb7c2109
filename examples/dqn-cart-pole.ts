// A DQN learns to balance a pole: npm run example examples/dqn-cart-pole.ts [steps]
import { CartPole } from "@agon/environments";
import { MLP } from "@agon/nn";
import { DQN, evaluate, linear } from "@agon/rl";

const steps = Number(process.argv[2] ?? 50_000);

const agent = new DQN(CartPole, {
  network: (inputs, actions) => new MLP(inputs, 128, 128, actions),
  exploration: linear(1, 0.05, 10_000),
  learningRate: 1e-3,
  seed: 0,
});

for await (const episode of agent.train({ steps })) {
  if (episode.episode % 20 === 0) console.log(`step ${episode.step}: ${episode.return}`);
}

const score = await evaluate(agent, CartPole, { episodes: 100, seed: 1 });
console.log(`${score.mean} ± ${score.standardError.toFixed(1)} of 500`);
