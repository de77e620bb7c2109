// Monte Carlo control learns when to stop at Blackjack: npm run example examples/blackjack.ts
import { Blackjack } from "@agon/environments";
import { findAlgorithm, MonteCarlo } from "@agon/rl";

const agent = new MonteCarlo(Blackjack, { ...findAlgorithm("monte-carlo").tuned(Blackjack.id), seed: 0 });
for await (const { episode } of agent.train({ steps: 1e9 })) if (episode === 200_000) break;

/** What to do against a dealer who shows an ace, 2 … 10: H hits, S sticks. */
const row = (sum: number, usableAce: boolean): string =>
  Array.from({ length: 10 }, (_, i) => "SH"[agent.act(Float32Array.of(sum, i + 1, usableAce ? 1 : 0)) as number]).join(
    "",
  );

console.log("with an ace as 11   without");
for (let sum = 20; sum >= 12; sum--) console.log(`${sum}     ${row(sum, true)}   ${row(sum, false)}`);
// → with an ace as 11   without
// → 20     SSSSSSSSSS   SSSSSSSSSS
// → 19     HSSSSSSSSS   SSSSSSSSSS
// → 18     HSSSSHSHHH   SSSSSSSSSS
// → 17     HHHSHHHHHH   SSSSSSSSSS
// → 16     HHHHHHHHHH   HSSSSSHHHH
// → 15     HHHHHHHHHH   HSSSSSHHHS
// → 14     HHHHHHHHHH   HSSSSSHHHH
// → 13     HHHHHHHHHH   HSHSSSHHHH
// → 12     HHHHHHHHHH   HHHSSHHHHH
