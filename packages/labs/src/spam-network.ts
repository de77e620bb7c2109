// 3: the textbook's first whole network, 4-8-4-1, by hand and from the library's parts.
import { SimpleNeuralNetwork } from "@agon/models";
import { binaryCrossEntropyWithLogits, MLP } from "@agon/nn";
import { SGD } from "@agon/optim";
import { createRandom } from "@agon/random";
import { quantile } from "@agon/runs";
import { compile, tensor } from "@agon/tensor";
import { claim, type Lab, type LabContext } from "./lab.ts";

const WIDTHS = [4, 8, 4, 1];
const EXAMPLES = 1000;
const EPOCHS = 1000;

export const spamNetwork: Lab = {
  id: "3-spam-network",
  section: "3",
  title: "A whole network: 4-8-4-1, by hand and from parts",
  question:
    "Does a network of 81 weights learn whether four features sum to more than 0, how much does its seed matter, and do modules and an optimizer do exactly what the code written out by hand does?",
  async run(context) {
    const seeds = await overSeeds(context);
    const same = await againstModules(context);
    return {
      tables: [seeds.table],
      charts: [seeds.chart, same.chart],
      claims: [...seeds.claims, ...same.claims],
    };
  },
};

/** Made examples, as the textbook's: four normal features, class 1 where they sum to more than 0. */
const makeExamples = (seed: number): { inputs: Float64Array; targets: Float64Array } => {
  const random = createRandom(seed).split("spam examples");
  const inputs = Float64Array.from({ length: EXAMPLES * 4 }, () => random.normal());
  const sumOf = (n: number): number => inputs.subarray(4 * n, 4 * n + 4).reduce((sum, value) => sum + value, 0);
  return { inputs, targets: Float64Array.from({ length: EXAMPLES }, (_, n) => Number(sumOf(n) > 0)) };
};

const overSeeds = async ({ seed, scale, progress }: LabContext) => {
  const runs = scale === "full" ? 20 : 3;
  const rates = [0.01, 0.1];
  const results = new Map<number, { accuracies: number[]; losses: number[][] }>();
  for (const [r, learningRate] of rates.entries()) {
    const accuracies: number[] = [];
    const losses: number[][] = [];
    for (let run = 0; run < runs; run++) {
      await progress((0.9 * (r * runs + run)) / (rates.length * runs), `η = ${learningRate}, seed ${run + 1}`);
      const { inputs, targets } = makeExamples(seed + run);
      const network = new SimpleNeuralNetwork({ widths: WIDTHS, random: createRandom(seed + run).split("weights") });
      losses.push(network.train(inputs, targets, { epochs: EPOCHS, learningRate }));
      const hits = network.predictClass(inputs).reduce((sum, side, n) => sum + Number(side === targets[n]), 0);
      accuracies.push(hits / EXAMPLES);
    }
    results.set(learningRate, { accuracies, losses });
  }
  const at = (rate: number) => results.get(rate) as { accuracies: number[]; losses: number[][] };
  const epochs = Array.from({ length: EPOCHS / 10 }, (_, i) => 10 * i);
  return {
    table: {
      title: `Training accuracy after ${EPOCHS} epochs over ${runs} seeds (made examples)`,
      columns: ["η", "median", "worst", "best"],
      rows: rates.map((rate) => {
        const { accuracies } = at(rate);
        return [rate, quantile(accuracies, 0.5), Math.min(...accuracies), Math.max(...accuracies)];
      }),
    },
    chart: {
      title: "Median loss over the seeds",
      x: { label: "epoch", values: epochs },
      y: { label: "binary cross-entropy" },
      series: rates.map((rate) => ({
        label: `η = ${rate}`,
        values: epochs.map((epoch) => {
          const sorted = at(rate).losses.map((losses) => losses[epoch]);
          return quantile(sorted, 0.5);
        }),
      })),
    },
    claims: [
      claim("81 parameters", new SimpleNeuralNetwork({ random: createRandom(seed) }).parameters, {
        least: 81,
        most: 81,
      }),
      claim("median accuracy at η = 0.01", quantile(at(0.01).accuracies, 0.5), { least: 0.93 }),
      claim("median accuracy at η = 0.1", quantile(at(0.1).accuracies, 0.5), { least: 0.99 }),
    ],
  };
};

/** The same weights in an MLP, the same steps by SGD: the two loss curves must be one. */
const againstModules = async ({ seed, progress }: LabContext) => {
  await progress(0.92, "by hand and from modules");
  const { inputs, targets } = makeExamples(seed);
  const byHand = new SimpleNeuralNetwork({ widths: WIDTHS, random: createRandom(seed).split("weights") });
  const model = new MLP(...WIDTHS);
  model.loadStateDict(
    Object.fromEntries(
      byHand.weights.flatMap((weights, l) => [
        [`layers.${l}.weight`, weights],
        [`layers.${l}.bias`, byHand.biases[l]],
      ]),
    ),
  );
  const optimizer = new SGD(model.parameters(), { learningRate: 0.1 });
  const x = tensor(Float32Array.from(inputs), { shape: [EXAMPLES, 4] });
  const y = tensor(Float32Array.from(targets), { shape: [EXAMPLES, 1] });
  const step = compile(() => optimizer.minimize(() => binaryCrossEntropyWithLogits(model.forward(x), y)));
  const epochs = 300;
  const hand = byHand.train(inputs, targets, { epochs, learningRate: 0.1 });
  const parts = Array.from({ length: epochs }, () => step().itemSync());
  const apart = Math.max(...hand.map((loss, i) => Math.abs(loss - parts[i])));
  return {
    chart: {
      title: "The same training twice",
      x: { label: "epoch", values: hand.map((_, i) => i) },
      y: { label: "binary cross-entropy" },
      series: [
        { label: "by hand, float64", values: hand },
        { label: "MLP, SGD, compile, float32", values: parts },
      ],
    },
    claims: [claim("modules and hand-written code train alike: largest difference of loss", apart, { most: 1e-4 })],
  };
};
