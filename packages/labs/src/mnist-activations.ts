// 11.2.1: a multilayer perceptron on MNIST, with three activations over five seeds, narrower and deeper.
import { mnist } from "@agon/data";
import { flatten, MLP, relu, Sequential, sigmoid, tanh } from "@agon/nn";
import { cosineDecay } from "@agon/optim";
import { createRandom } from "@agon/random";
import { bootstrapInterval, mean } from "@agon/runs";
import { claim, figureText, type Lab } from "./lab.ts";
import { classify } from "./parts/classify.ts";

const ACTIVATIONS = { sigmoid, tanh, ReLU: relu };

/** One network trained from several seeds. */
interface Arm {
  readonly widths: readonly number[];
  readonly activation: keyof typeof ACTIVATIONS;
  readonly seeds: number;
}

interface Trained extends Arm {
  readonly accuracies: readonly number[];
  /** Of one training. */
  readonly seconds: number;
  /** Test accuracy by epoch, mean over the seeds. */
  readonly curve: readonly number[];
}

const compared = (width: number, seeds: number): readonly Arm[] =>
  (["sigmoid", "tanh", "ReLU"] as const).map((activation) => ({ widths: [784, width, 10], activation, seeds }));

const QUICK = compared(128, 1);
const FULL: readonly Arm[] = [
  ...compared(512, 5),
  { widths: [784, 128, 10], activation: "ReLU", seeds: 5 },
  { widths: [784, 512, 512, 10], activation: "ReLU", seeds: 5 },
];

const nameOf = ({ widths }: Arm): string => widths.join("-");

/** Multiplications of a pass, by which progress is measured. */
const workOf = ({ widths, seeds }: Arm): number =>
  seeds * widths.slice(1).reduce((sum, width, i) => sum + widths[i] * width, 0);

export const mnistActivations: Lab = {
  id: "11.2.1-mnist-mlp",
  section: "11.2.1",
  title: "A multilayer perceptron on MNIST: sigmoid, tanh, ReLU",
  question:
    "Which activation serves a network of digits with one hidden layer best over several seeds, and what do fewer units and a second hidden layer change?",
  datasets: ["mnist"],
  async run({ seed, scale, progress, files, now }) {
    await progress(0, "reading MNIST");
    const { train: all, test } = await mnist({ files });
    const full = scale === "full";
    const train = full ? all : all.slice(0, 6000);
    const [epochs, batchSize] = full ? [5, 64] : [6, 32];
    const steps = epochs * Math.ceil(train.length / batchSize);
    const arms = full ? FULL : QUICK;
    const total = arms.reduce((sum, arm) => sum + workOf(arm), 0);
    let before = 0;
    const results: Trained[] = [];
    for (const arm of arms) {
      const runs: Awaited<ReturnType<typeof classify>>[] = [];
      for (let run = 0; run < arm.seeds; run++) {
        runs.push(
          await classify({
            build: () => new Sequential(flatten, new MLP(...arm.widths, { activation: ACTIVATIONS[arm.activation] })),
            train,
            test,
            seed: seed + run,
            epochs,
            batchSize,
            schedule: cosineDecay({ learningRate: 2e-3, steps, lowest: 1e-5 }),
            watch: true,
            now,
            onShare: (share) =>
              progress(
                (before + (workOf(arm) * (run + share)) / arm.seeds) / total,
                `${nameOf(arm)}, ${arm.activation}, seed ${seed + run}`,
              ),
          }),
        );
      }
      before += workOf(arm);
      results.push({
        ...arm,
        accuracies: runs.map(({ accuracy }) => accuracy),
        seconds: mean(runs.map(({ seconds }) => seconds)),
        curve: Array.from({ length: epochs }, (_, i) =>
          mean(runs.map(({ history }) => history[i].validation?.accuracy ?? Number.NaN)),
        ),
      });
    }
    const accuracyOf = (arm: number): number => mean(results[arm].accuracies);
    return {
      tables: [
        {
          title: `Test accuracy after ${epochs} epochs of ${train.length} images; seconds with a look at the test digits after each`,
          columns: [
            "network",
            "activation",
            "seeds",
            "mean",
            "worst",
            "best",
            "95% interval of the mean",
            "seconds of training",
            "samples/s",
          ],
          rows: results.map((arm) => {
            const { activation, accuracies, seeds, seconds } = arm;
            const { low, high } = bootstrapInterval(accuracies, { random: createRandom(seed) });
            return [
              nameOf(arm),
              activation,
              seeds,
              mean(accuracies),
              Math.min(...accuracies),
              Math.max(...accuracies),
              `${figureText(low)} – ${figureText(high)}`,
              seconds,
              Math.round((epochs * train.length) / seconds),
            ];
          }),
        },
      ],
      charts: [
        {
          title: "Test accuracy, epoch by epoch, mean over the seeds",
          x: { label: "epoch", values: Array.from({ length: epochs }, (_, i) => i + 1) },
          y: { label: "accuracy" },
          series: results.map((arm) => ({ label: `${nameOf(arm)}, ${arm.activation}`, values: arm.curve })),
        },
      ],
      claims: [
        claim(`${nameOf(arms[2])} with ReLU reads of the test digits`, accuracyOf(2), { least: full ? 0.98 : 0.92 }),
        claim("ReLU beats sigmoid by", accuracyOf(2) - accuracyOf(0), { least: 0 }),
        ...(full
          ? [
              claim("784-128-10 reads", accuracyOf(3), { least: 0.975 }),
              claim("784-512-512-10 reads", accuracyOf(4), { least: 0.982 }),
            ]
          : []),
      ],
    };
  },
};
