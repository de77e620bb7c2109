// 4.4 and 11.2.2: colour images, by a flattened perceptron and by a small convolutional network.
import { cifar10Subset, flip, crop } from "@agon/data";
import {
  BatchNorm2d,
  Conv2d,
  flatten,
  globalAvgPool,
  Linear,
  MaxPool2d,
  MLP,
  Module,
  relu,
  Sequential,
} from "@agon/nn";
import { cosineDecay } from "@agon/optim";
import { mean } from "@agon/runs";
import { claim, type Lab } from "./lab.ts";
import { classify } from "./parts/classify.ts";

const perceptron = (): Module => new Sequential(flatten, new MLP(3072, 256, 128, 10));

/** Three steps of convolution, batch norm, ReLU and pooling; 94 000 parameters, an eighth of the perceptron's. */
const convolutional = (): Module => {
  const step = (inputs: number, outputs: number) => [
    new Conv2d(inputs, outputs, { kernel: 3, padding: 1, bias: false }),
    new BatchNorm2d(outputs),
    relu,
    new MaxPool2d(2),
  ];
  return new Sequential(...step(3, 32), ...step(32, 64), ...step(64, 128), globalAvgPool, new Linear(128, 10));
};

export const cifar: Lab = {
  id: "4.4-cifar",
  section: "4.4",
  title: "A perceptron and a convolutional network on a part of CIFAR-10",
  question:
    "On 4 000 of CIFAR-10's 50 000 training images, how many points does a small convolutional network gain over a flattened perceptron with eight times its weights, and does augmentation add any?",
  datasets: ["cifar10-subset"],
  async run({ seed, scale, progress, files }) {
    await progress(0, "reading the part of CIFAR-10");
    const { train: all, test } = await cifar10Subset({ files });
    const full = scale === "full";
    const train = full ? all : all.slice(0, 2000);
    const seeds = full ? 5 : 1;
    const arms = [
      { name: "perceptron 3072-256-128-10", build: perceptron, epochs: full ? 12 : 8, augmented: false },
      { name: "convolutional", build: convolutional, epochs: full ? 12 : 8, augmented: false },
      ...(full
        ? [{ name: "convolutional, flipped and cropped", build: convolutional, epochs: 20, augmented: true }]
        : []),
    ];
    const results: { name: string; accuracies: number[]; curve: number[] }[] = [];
    let done = 0;
    for (const { name, build, epochs, augmented } of arms) {
      const runs = [];
      for (let run = 0; run < seeds; run++) {
        runs.push(
          await classify({
            build,
            train,
            test,
            seed: seed + run,
            epochs,
            schedule: cosineDecay({ learningRate: 2e-3, steps: epochs * Math.ceil(train.length / 64), lowest: 1e-5 }),
            ...(augmented && { transform: [flip(), crop({ padding: 4 })] }),
            watch: true,
            onShare: (share) => progress((done + share) / (arms.length * seeds), `${name}, seed ${run + 1}`),
          }),
        );
        done++;
      }
      const curves = runs.map(({ history }) => history.map(({ validation }) => validation?.accuracy ?? Number.NaN));
      results.push({
        name,
        accuracies: runs.map(({ accuracy }) => accuracy),
        curve: curves[0].map((_, i) => mean(curves.map((curve) => curve[i]))),
      });
    }
    const [flat, convolved, augmented] = results.map(({ accuracies }) => mean(accuracies));
    const longest = Math.max(...results.map(({ curve }) => curve.length));
    return {
      tables: [
        {
          title: `Test accuracy on 1 000 images of CIFAR-10 after training on ${train.length} (a subset), ${seeds} seeds`,
          columns: ["network", "mean", "worst", "best"],
          rows: results.map(({ name, accuracies }) => [
            name,
            mean(accuracies),
            Math.min(...accuracies),
            Math.max(...accuracies),
          ]),
        },
      ],
      charts: [
        {
          title: "Test accuracy, mean over the seeds",
          x: { label: "epoch", values: Array.from({ length: longest }, (_, i) => i + 1) },
          y: { label: "accuracy" },
          series: results.map(({ name, curve }) => ({
            label: name,
            values: Array.from({ length: longest }, (_, i) => curve[i] ?? null),
          })),
        },
      ],
      claims: [
        claim("the convolutional network gains over the perceptron so many points", 100 * (convolved - flat), {
          least: full ? 10 : 2,
        }),
        ...(full ? [claim("augmentation adds so many points", 100 * (augmented - convolved), { least: 2 })] : []),
      ],
    };
  },
};
