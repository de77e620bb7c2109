// The best that can be done on slippery ice, from the model alone: npm run example examples/planning.ts
import type { TransitionTable } from "@agon/env";
import { FrozenLake } from "@agon/environments";
import { greedyPolicy, optimalValue, PolicyIteration, policyValue, ValueIteration } from "@agon/rl";

const table = FrozenLake.table?.() as TransitionTable;

for (const agent of [new ValueIteration(FrozenLake), new PolicyIteration(FrozenLake)]) {
  let updates = 0;
  for await (const event of agent.train({ steps: 2000, every: "update" }))
    if (event.type === "update") updates = event.update;
  const policy = greedyPolicy(agent.q, agent.actions);
  const arrows = Array.from(policy, (action, cell) => (FrozenLake.grid?.tiles[cell] === "pit" ? "H" : "←↓→↑"[action]));
  console.log(agent.algorithm, updates, policyValue(table, policy, 100).toFixed(4), arrows.join(" "));
}
// → value-iteration 774 0.7402 ← ↑ ↑ ↑ ← H ← H ↑ ↓ ← H H → ↓ ←
// → policy-iteration 17 0.7402 ← ↑ ↑ ↑ ← H ← H ↑ ↓ ← H H → ↓ ←

// Whoever may look at the clock takes more risk towards the end of the 100 steps.
console.log(optimalValue(table, 100).toFixed(4)); // → 0.7442
