// 5.2 and 11.2.5: a deep network with and without batch normalisation.
import { mnist } from "@agon/data";
import { BatchNorm1d, flatten, type Layer, Linear, Module, Sequential, sigmoid } from "@agon/nn";
import { SGD } from "@agon/optim";
import { concat, type Tensor } from "@agon/tensor";
import { claim, figureText, type Lab } from "./lab.ts";
import { classify } from "./parts/classify.ts";
import { meansOfTen } from "./parts/smooth.ts";

const HIDDEN = 6;
const WIDTH = 64;

/** 784, six layers of 64 sigmoids, 10; before each sigmoid a batch norm, if wanted. */
const deep = (normalised: boolean) => (): Module => {
  const layer = (inputs: number): Layer[] => [
    new Linear(inputs, WIDTH),
    ...(normalised ? [new BatchNorm1d(WIDTH)] : []),
    sigmoid,
  ];
  const layers = Array.from({ length: HIDDEN }, (_, i) => layer(i === 0 ? 784 : WIDTH)).flat();
  return new Sequential(flatten, ...layers, new Linear(WIDTH, 10));
};

export const batchNorm: Lab = {
  id: "5.2-batch-norm",
  section: "5.2",
  title: "A deep network with and without batch normalisation",
  question:
    "How many steps does a network of six sigmoid layers need with batch normalisation and without, and does it bear a learning rate ten times as large?",
  datasets: ["mnist"],
  async run({ seed, scale, progress, files }) {
    await progress(0, "reading MNIST");
    const { train: all, test } = await mnist({ files });
    const [count, epochs] = scale === "full" ? [20_000, 6] : [4000, 3];
    const train = all.slice(0, count);
    const arms = [false, true].flatMap((normalised) =>
      [0.1, 1].map((learningRate) => ({
        name: `${normalised ? "batch norm" : "plain"}, η = ${learningRate}`,
        normalised,
        learningRate,
      })),
    );
    const results: { name: string; losses: readonly number[]; accuracy: number; ninety: number; model: Module }[] = [];
    for (const [i, { name, normalised, learningRate }] of arms.entries()) {
      const { losses, accuracy, history, model } = await classify({
        build: deep(normalised),
        train,
        test,
        seed,
        epochs,
        optimizer: (net) => new SGD(net.parameters(), { learningRate, momentum: 0.9 }),
        watch: true,
        onShare: (share) => progress((i + share) / arms.length, name),
      });
      const epoch = history.findIndex(({ validation }) => (validation?.accuracy ?? 0) >= 0.9);
      const ninety = epoch < 0 ? Number.POSITIVE_INFINITY : ((epoch + 1) * losses.length) / epochs;
      results.push({ name, losses, accuracy, ninety, model: model as unknown as Module });
    }
    const smoothed = results.map(({ losses }) => meansOfTen(losses));
    // A loss of ln(10)/2: half of what guessing costs.
    const reached = smoothed.map((curve) => curve.findIndex((loss) => loss < 1.151));
    const [plain, , calm, bold] = results;
    const apart = differenceByCompany(calm.model, test);
    return {
      tables: [
        {
          title: `Six layers of ${WIDTH} sigmoids, ${count} images, ${epochs} epochs of momentum`,
          columns: ["network", "test accuracy", "steps until half the loss of guessing"],
          rows: results.map(({ name, accuracy }, i) => [name, accuracy, reached[i] < 0 ? "never" : reached[i] * 10]),
        },
        {
          title:
            "Steps until 90% of the test digits are read, looked at after each epoch; plain over batch norm at the same rate",
          columns: ["network", "steps"],
          rows: [
            ...results.map(({ name, ninety }) => [name, Number.isFinite(ninety) ? ninety : "never"]),
            ["ratio", ratioOf(plain.ninety, calm.ninety, plain.losses.length)],
          ],
        },
      ],
      charts: [
        {
          title: "Loss of the batches, mean of ten",
          x: { label: "step", values: smoothed[0].map((_, i) => i * 10) },
          y: { label: "cross-entropy", scale: "logarithmic" },
          series: results.map(({ name }, i) => ({ label: name, values: smoothed[i] })),
        },
      ],
      claims: [
        claim("batch norm reads more test digits than plain at the same rate, by", calm.accuracy - plain.accuracy, {
          least: 0.1,
        }),
        claim("with a rate ten times as large it still learns: accuracy", bold.accuracy, { least: 0.8 }),
        claim("in evaluation an answer does not depend on the rest of the batch: difference", apart, { most: 1e-6 }),
      ],
    };
  },
};

/** How many times as many steps; at least so many, where one never got there. */
const ratioOf = (plain: number, normalised: number, steps: number): string | number => {
  if (!Number.isFinite(normalised)) return "neither got there, or plain alone";
  return Number.isFinite(plain) ? plain / normalised : `over ${figureText(steps / normalised)}`;
};

type Digits = Awaited<ReturnType<typeof mnist>>["test"];

/** How far the answers for eight images differ alone and in the company of others, in evaluation. */
const differenceByCompany = (model: Module, test: Digits): number => {
  model.eval();
  const [first, second] = [...test.slice(0, 16).batches({ size: 8 })].map(({ images }) => images as Tensor);
  const alone = model.forward(first);
  const inCompany = model.forward(concat([first, second], 0)).narrow(0, 0, 8);
  model.train();
  return alone.sub(inCompany).abs().max().itemSync();
};
