// SAC swings a pendulum up within a few thousand steps, and tells how sure it is of its torque: npm run example examples/sac-pendulum.ts [steps]
import { Pendulum } from "@agon/environments";
import { evaluate, SAC } from "@agon/rl";

const steps = Number(process.argv[2] ?? 20_000);

const agent = new SAC(Pendulum, { hidden: [64, 64], learningRate: 1e-3, seed: 0 });
for await (const event of agent.train({ steps, every: "update" })) {
  if (event.type === "update" && event.update % 2000 === 0) {
    const { entropy, temperature } = event.figures;
    console.log(`step ${event.step}: entropy ${entropy.toFixed(2)}, temperature ${temperature.toFixed(3)}`);
  }
}

// Hanging still: cosine −1, sine 0, speed 0.
const { action, value } = agent.inspect(Float32Array.of(-1, 0, 0));
console.log(
  `worth ${value?.toFixed(0)}; a torque of ${action?.best[0].toFixed(2)}, tried from ${action?.low[0].toFixed(2)} to ${action?.high[0].toFixed(2)}`,
);

const score = await evaluate(agent, Pendulum, { episodes: 100, seed: 1 });
console.log(`${score.mean.toFixed(1)} ± ${score.standardError.toFixed(1)} of 0`);
