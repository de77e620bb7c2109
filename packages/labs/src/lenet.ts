// 4.5: LeNet-5 reads digits.
import { mnist } from "@agon/data";
import { LeNet5 } from "@agon/models";
import { cosineDecay } from "@agon/optim";
import { claim, type Lab } from "./lab.ts";
import { classify } from "./parts/classify.ts";

export const lenet: Lab = {
  id: "4.5-lenet",
  section: "4.5",
  title: "LeNet-5 on MNIST",
  question: "How many of the ten thousand test digits does LeNet-5 read, from 5 000 images and from all 60 000?",
  datasets: ["mnist"],
  async run({ seed, scale, progress, files, now }) {
    await progress(0, "reading MNIST");
    const { train, test } = await mnist({ files });
    const plans = [
      { name: "5 000 images", examples: train.slice(0, 5000), epochs: 12, batchSize: 32, least: 0.97 },
      ...(scale === "full" ? [{ name: "60 000 images", examples: train, epochs: 8, batchSize: 64, least: 0.99 }] : []),
    ];
    const total = plans.reduce((sum, { examples, epochs }) => sum + examples.length * epochs, 0);
    let before = 0;
    const results: { name: string; least: number; accuracy: number; seconds: number; losses: readonly number[] }[] = [];
    for (const { name, examples, epochs, batchSize, least } of plans) {
      const steps = epochs * Math.ceil(examples.length / batchSize);
      const { accuracy, history, seconds } = await classify({
        now,
        build: () => new LeNet5(),
        train: examples,
        test,
        seed,
        epochs,
        batchSize,
        schedule: cosineDecay({ learningRate: 2e-3, steps, lowest: 1e-5 }),
        onShare: (share) => progress((before + share * examples.length * epochs) / total, name),
      });
      before += examples.length * epochs;
      results.push({ name, least, accuracy, seconds, losses: history.map(({ loss }) => loss) });
    }
    return {
      tables: [
        {
          title: "Test digits read, of 10 000",
          columns: ["trained on", "epochs", "accuracy", "seconds of training", "samples/s"],
          rows: results.map(({ name, accuracy, seconds }, i) => {
            const { epochs, examples } = plans[i];
            return [name, epochs, accuracy, seconds, Math.round((epochs * examples.length) / seconds)];
          }),
        },
      ],
      charts: [
        {
          title: "Training loss, epoch by epoch",
          x: { label: "epoch", values: results[0].losses.map((_, i) => i + 1) },
          y: { label: "cross-entropy", scale: "logarithmic" },
          series: results.map(({ name, losses }) => ({
            label: name,
            values: results[0].losses.map((_, i) => losses[i] ?? null),
          })),
        },
      ],
      claims: results.map(({ name, accuracy, least }) => claim(`trained on ${name}, it reads`, accuracy, { least })),
    };
  },
};
