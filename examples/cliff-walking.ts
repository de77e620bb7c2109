// Q-learning finds the shortest way along a cliff: npm run example examples/cliff-walking.ts
import { toText } from "@agon/env";
import { CliffWalking, make } from "@agon/environments";
import { QLearning } from "@agon/rl";

const agent = new QLearning(CliffWalking, { seed: 0 });
for await (const episode of agent.train({ steps: 20_000 })) void episode;

const environment = make(CliffWalking);
let { observation } = environment.reset({ seed: 1 });
while (!environment.terminated) {
  ({ observation } = environment.step(agent.act(observation)));
  if (environment.episodeLength === 7) console.log(toText(CliffWalking, environment.state));
}
// → . . . . . . . . . . . .
// → . . . . . . . . . . . .
// → . . . . . . @ . . . . .
// → S H H H H H H H H H H G
console.log(environment.episodeReturn); // → -13
