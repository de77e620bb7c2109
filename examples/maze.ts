// A way out of a maze that rewards nothing but the exit: what longer returns, or a model, save in steps: npm run example examples/maze.ts
import { gridWorld } from "@agon/environments";
import { type Agent, DynaQ, NStepSarsa, QLearning } from "@agon/rl";

const maze = gridWorld({ stepReward: 0 }); // Sutton & Barto, Figure 8.2
const options = { learningRate: 0.1, discount: 0.95, seed: 0 };

/** Steps until thirty episodes are over. */
const stepsOf = async (agent: Agent): Promise<number> => {
  for await (const { episode, step } of agent.train({ steps: 100_000 })) if (episode === 30) return step;
  return agent.steps;
};

console.log("Q-learning", await stepsOf(new QLearning(maze, options))); // → Q-learning 5329
console.log("SARSA over 8 steps", await stepsOf(new NStepSarsa(maze, { ...options, multiStep: 8 }))); // → SARSA over 8 steps 3155
console.log("Dyna-Q, 5 imagined", await stepsOf(new DynaQ(maze, { ...options, planningSteps: 5 }))); // → Dyna-Q, 5 imagined 1038
console.log("Dyna-Q, 50 imagined", await stepsOf(new DynaQ(maze, { ...options, planningSteps: 50 }))); // → Dyna-Q, 50 imagined 843
