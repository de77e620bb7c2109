// A car too weak for its hill learns to swing up, with tiles and traces: npm run example examples/mountain-car.ts
import { MountainCar } from "@agon/environments";
import { evaluate, findAlgorithm, SarsaLambda } from "@agon/rl";

const agent = new SarsaLambda(MountainCar, { ...findAlgorithm("sarsa-lambda").tuned(MountainCar.id), seed: 0 });
for await (const { episode } of agent.train({ steps: 100_000 })) if (episode === 300) break;

const { mean, std } = await evaluate(agent, MountainCar, { episodes: 100, seed: 1 });
console.log(`${mean.toFixed(1)} ± ${std.toFixed(1)} after ${agent.steps} steps`); // → -108.3 ± 24.5 after 37432 steps
