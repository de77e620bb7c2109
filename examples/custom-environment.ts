// An environment of one's own, checked and learned: npm run example examples/custom-environment.ts
import { box, checkEnvironment, defineEnvironment, discrete } from "@agon/env";
import { DQN, evaluate } from "@agon/rl";

const GOAL = 9;

/** Walk to the right end of a corridor; every step costs a little. */
const Corridor = defineEnvironment({
  id: "corridor",
  observation: box([1], { low: 0, high: 1 }), // share of the corridor walked
  action: discrete(["left", "right"]),
  maxSteps: 100,
  reset: (random) => ({ position: random.integer(GOAL) }),
  step({ position }, action) {
    position = Math.max(0, position + (action === 1 ? 1 : -1));
    const terminated = position === GOAL;
    return { state: { position }, reward: terminated ? 1 : -0.01, terminated };
  },
  observe({ position }, out) {
    out[0] = position / GOAL;
  },
  draw({ position }, canvas) {
    canvas.view(-0.5, -0.5, GOAL + 1, 1);
    canvas.circle(position, 0, 0.4, "tomato");
  },
});

const { episodes } = checkEnvironment(Corridor); // bounds, shapes, seeds, purity: throws naming the first broken promise
console.log(`${episodes} episodes kept every promise`); // → 20 episodes kept every promise

const agent = new DQN(Corridor, {
  discount: 0.9,
  learningStarts: 200,
  trainInterval: 2,
  targetUpdateInterval: 100,
  explorationSteps: 4000,
  seed: 0,
});
for await (const episode of agent.train({ steps: 5000 })) void episode;
const learned = await evaluate(agent, Corridor, { episodes: 50, seed: 1 });
const best = await evaluate({ act: () => 1 }, Corridor, { episodes: 50, seed: 1 });
console.log(`learned ${learned.mean.toFixed(3)}, always to the right ${best.mean.toFixed(3)}`); // → learned 0.959, always to the right 0.959
