// 8.2 and 11.1.5: DQN without its target network, and without replay.
import { CartPole } from "@agon/environments";
import { createRandom } from "@agon/random";
import type { DQNOptions } from "@agon/rl";
import { bootstrapInterval, type Interval, mean } from "@agon/runs";
import { claim, figureText, type Lab } from "./lab.ts";

interface Arm {
  readonly name: string;
  /** What differs from DQN as it is. */
  readonly options: DQNOptions;
}

/** The online network itself says what it should be drawn towards. */
const WITHOUT_TARGET: DQNOptions = { targetUpdateInterval: 1, targetBlend: 1 };

const ARMS: readonly Arm[] = [
  { name: "DQN", options: {} },
  { name: "no target network", options: WITHOUT_TARGET },
  { name: "no replay: the last transition alone", options: { bufferSize: 1, batchSize: 1, trainInterval: 1 } },
];

const MORE: readonly Arm[] = [
  { name: "short replay: the newest 64 transitions", options: { bufferSize: 64 } },
  { name: "the newest 64, no target network", options: { bufferSize: 64, ...WITHOUT_TARGET } },
];

interface Learned extends Arm {
  /** Mean return of the greedy policy after training, by seed. */
  readonly scores: readonly number[];
  /** Mean return of the episodes that ended in each stretch of training, over the seeds; null where none did. */
  readonly curve: readonly (number | null)[];
  /** Mean return over all of training, by seed. */
  readonly earned: readonly number[];
}

const STRETCHES = 20;

export const dqnAblation: Lab = {
  id: "8.2-dqn-ablation",
  section: "8.2",
  title: "DQN without replay, and without a target network",
  question: "What becomes of DQN on CartPole if its target network, or its replay of old transitions, is taken away?",
  async run({ seed, scale, progress }) {
    // Only here: whoever bundles the labs gets the algorithms as a script of their own.
    const { DQN, evaluate } = await import("@agon/rl");
    const full = scale === "full";
    const arms = full ? [...ARMS, ...MORE] : ARMS;
    const [seeds, steps, episodes] = full ? [5, 30_000, 50] : [3, 8000, 10];
    const results: Learned[] = [];
    for (const [a, arm] of arms.entries()) {
      const runs: { score: number; stretches: number[][] }[] = [];
      for (let run = 0; run < seeds; run++) {
        const agent = new DQN(CartPole, { ...arm.options, seed: seed + run });
        const stretches: number[][] = Array.from({ length: STRETCHES }, () => []);
        for await (const { step, return: total } of agent.train({ steps })) {
          stretches[Math.min(STRETCHES - 1, Math.floor((step * STRETCHES) / steps))].push(total);
          await progress((a + (run + step / steps) / seeds) / arms.length, `${arm.name}, seed ${seed + run}`);
        }
        const { mean: score } = await evaluate(agent, CartPole, { episodes, seed });
        runs.push({ score, stretches });
      }
      results.push({
        ...arm,
        scores: runs.map(({ score }) => score),
        earned: runs.map(({ stretches }) => mean(stretches.flat())),
        curve: Array.from({ length: STRETCHES }, (_, k) => {
          const returns = runs.flatMap(({ stretches }) => stretches[k]);
          return returns.length > 0 ? mean(returns) : null;
        }),
      });
    }
    const intervalOf = (values: readonly number[]): Interval =>
      bootstrapInterval(values, { random: createRandom(seed) });
    const [whole] = results;
    /** 95% interval of what an arm loses against the whole, seed by seed. */
    const lossOf = ({ scores }: Learned): Interval => intervalOf(scores.map((score, i) => whole.scores[i] - score));
    return {
      tables: [
        {
          title: `CartPole-v1, ${steps} steps, ${seeds} seeds: return of the greedy policy over ${episodes} episodes, 500 at best`,
          columns: [
            "agent",
            "mean",
            "95% interval",
            "by seed",
            "lost against DQN, 95% interval",
            "mean return while it learned",
          ],
          rows: results.map((arm) => [
            arm.name,
            mean(arm.scores),
            shown(intervalOf(arm.scores)),
            arm.scores.map((score) => score.toFixed(0)).join(", "),
            arm === whole ? "" : shown(lossOf(arm)),
            mean(arm.earned),
          ]),
        },
      ],
      charts: [
        {
          title: "Returns while it learns",
          x: { label: "step", values: Array.from({ length: STRETCHES }, (_, k) => ((k + 1) * steps) / STRETCHES) },
          y: { label: "mean return of the episodes" },
          series: results.map(({ name, curve }) => ({ label: name, values: curve })),
        },
      ],
      claims: [
        claim("without a target network it loses at least (lower end of the interval)", lossOf(results[1]).low, {
          least: 1,
        }),
        claim("without replay it loses at least", lossOf(results[2]).low, { least: 1 }),
      ],
    };
  },
};

const shown = ({ low, high }: Interval): string => `${figureText(low)} – ${figureText(high)}`;
