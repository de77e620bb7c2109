// 11.2.1: a multilayer perceptron on MNIST, with three activations over five seeds.
import { mnist } from "@agon/data";
import { flatten, MLP, relu, Sequential, sigmoid, tanh } from "@agon/nn";
import { cosineDecay } from "@agon/optim";
import { createRandom } from "@agon/random";
import { bootstrapInterval, mean } from "@agon/runs";
import { claim, figureText, type Lab } from "./lab.ts";
import { classify } from "./parts/classify.ts";

const ACTIVATIONS = { sigmoid, tanh, ReLU: relu };

export const mnistActivations: Lab = {
  id: "11.2.1-mnist-mlp",
  section: "11.2.1",
  title: "A multilayer perceptron on MNIST: sigmoid, tanh, ReLU",
  question:
    "Which activation serves a network of digits best over several seeds, and how far do one and two hidden layers come?",
  datasets: ["mnist"],
  async run({ seed, scale, progress, files, now }) {
    await progress(0, "reading MNIST");
    const { train: all, test } = await mnist({ files });
    const full = scale === "full";
    const train = full ? all : all.slice(0, 6000);
    const [seeds, epochs] = full ? [5, 5] : [1, 6];
    const batchSize = full ? 64 : 32;
    const steps = epochs * Math.ceil(train.length / batchSize);
    const names = Object.keys(ACTIVATIONS) as (keyof typeof ACTIVATIONS)[];
    const runs = names.length * seeds + (full ? 3 : 0);
    let done = 0;
    const one = async (widths: number[], activation: typeof relu, run: number, doing: string) => {
      const result = await classify({
        build: () => new Sequential(flatten, new MLP(...widths, { activation })),
        train,
        test,
        seed: seed + run,
        epochs,
        batchSize,
        schedule: cosineDecay({ learningRate: 2e-3, steps, lowest: 1e-5 }),
        watch: true,
        now,
        onShare: (share) => progress((done + share) / runs, doing),
      });
      done++;
      return result;
    };
    const results = new Map<string, { accuracies: number[]; seconds: number[]; curves: number[][] }>();
    for (const name of names) {
      const [accuracies, seconds, curves]: [number[], number[], number[][]] = [[], [], []];
      for (let run = 0; run < seeds; run++) {
        const {
          accuracy,
          history,
          seconds: taken,
        } = await one([784, 128, 10], ACTIVATIONS[name], run, `784-128-10, ${name}, seed ${run + 1}`);
        accuracies.push(accuracy);
        seconds.push(taken);
        curves.push(history.map(({ validation }) => validation?.accuracy ?? Number.NaN));
      }
      results.set(name, { accuracies, seconds, curves });
    }
    const deep = full ? (await one([784, 512, 512, 10], relu, 0, "784-512-512-10, ReLU")).accuracy : null;
    done += 2; // it costs three of the others
    const of = (name: string) => results.get(name) as { accuracies: number[]; seconds: number[]; curves: number[][] };
    const epochsShown = Array.from({ length: epochs }, (_, i) => i + 1);
    return {
      tables: [
        {
          title: `Test accuracy of 784-128-10 after ${epochs} epochs of ${train.length} images, ${seeds} seeds`,
          columns: ["activation", "mean", "worst", "best", "95% interval of the mean", "samples/s"],
          rows: names.map((name) => {
            const { accuracies, seconds } = of(name);
            const { low, high } = bootstrapInterval(accuracies, { random: createRandom(seed) });
            return [
              name,
              mean(accuracies),
              Math.min(...accuracies),
              Math.max(...accuracies),
              `${figureText(low)} – ${figureText(high)}`,
              Math.round((epochs * train.length) / mean(seconds)),
            ];
          }),
        },
        ...(deep === null
          ? []
          : [{ title: "Two hidden layers", columns: ["network", "test accuracy"], rows: [["784-512-512-10", deep]] }]),
      ],
      charts: [
        {
          title: "Test accuracy, epoch by epoch, mean over the seeds",
          x: { label: "epoch", values: epochsShown },
          y: { label: "accuracy" },
          series: names.map((name) => ({
            label: name,
            values: epochsShown.map((_, i) => mean(of(name).curves.map((curve) => curve[i]))),
          })),
        },
      ],
      claims: [
        claim("784-128-10 with ReLU reads of the test digits", mean(of("ReLU").accuracies), {
          least: full ? 0.975 : 0.92,
        }),
        claim("ReLU beats sigmoid by", mean(of("ReLU").accuracies) - mean(of("sigmoid").accuracies), { least: 0 }),
        ...(deep === null ? [] : [claim("784-512-512-10 reads", deep, { least: 0.982 })]),
      ],
    };
  },
};
