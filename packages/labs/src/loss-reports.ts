// 11.2.7: five reports on losses: regression, classification, imbalance, retrieval by triplets, and a sum of content and style.
import { mnist } from "@agon/data";
import { LeNet5 } from "@agon/models";
import { flatten, minedTriplet, MLP, mse, perceptual, relu, Sequential, weightedSum, withRandom } from "@agon/nn";
import { Adam } from "@agon/optim";
import { createRandom } from "@agon/random";
import { compile, Parameter, scope, type Tensor } from "@agon/tensor";
import { claim, type Lab, type LabContext } from "./lab.ts";
import { fitWithOutliers, learnRareClass } from "./loss-functions.ts";
import { classify } from "./parts/classify.ts";

export const lossReports: Lab = {
  id: "11.2.7-loss-reports",
  section: "11.2.7",
  title: "Five reports on losses",
  question:
    "How do losses fare on a task of their own: numbers with outliers, classes, a rare class, pictures to be found again, and a picture with the content of one digit and the strokes of another?",
  datasets: ["mnist"],
  async run(context) {
    const { progress, files } = context;
    await progress(0, "reading MNIST");
    const digits = await mnist({ files });
    const within = (from: number, to: number): LabContext => ({
      ...context,
      progress: (share, doing) => progress(from + (to - from) * Math.min(1, share), doing),
    });
    const regression = await fitWithOutliers(within(0, 0.2));
    const classes = await classifyDigits(within(0.2, 0.45), digits);
    const rare = await learnRareClass(within(0.45, 0.6));
    const retrieval = await retrieveDigits(within(0.6, 0.85), digits);
    const style = await mixDigits(within(0.85, 1), digits, classes.network);
    return {
      tables: [regression.table, classes.table, rare.table, retrieval.table, style.table],
      charts: [regression.chart, style.chart],
      claims: [...regression.claims, ...classes.claims, ...rare.claims, ...retrieval.claims, ...style.claims],
    };
  },
};

type Digits = Awaited<ReturnType<typeof mnist>>;

/** Cross-entropy: LeNet-5 on some thousand digits. */
const classifyDigits = async ({ seed, scale, progress }: LabContext, { train, test }: Digits) => {
  const [count, epochs] = scale === "full" ? [20_000, 3] : [3000, 3];
  const { model, accuracy, history } = await classify({
    build: () => new LeNet5(),
    train: train.slice(0, count),
    test,
    seed,
    epochs,
    onShare: (share) => progress(share, "cross-entropy on digits"),
  });
  return {
    network: model as unknown as LeNet5,
    table: {
      title: `Cross-entropy: LeNet-5, ${epochs} epochs of ${count} digits`,
      columns: ["training loss", "test accuracy"],
      rows: [[history[history.length - 1].loss, accuracy]],
    },
    claims: [claim("cross-entropy teaches LeNet-5 to read", accuracy, { least: scale === "full" ? 0.975 : 0.8 })],
  };
};

/** Triplets: digits of a kind near each other, found again by their nearest neighbour. */
const retrieveDigits = async ({ seed, scale, progress }: LabContext, { train, test }: Digits) => {
  const [count, epochs] = scale === "full" ? [20_000, 4] : [4000, 3];
  const examples = train.slice(0, count);
  const network = withRandom(createRandom(seed), () => new Sequential(flatten, new MLP(784, 128, 32)));
  const optimizer = new Adam(network.parameters(), { learningRate: 1e-3 });
  const step = compile((images: Tensor, labels: Tensor) =>
    optimizer.minimize(() => minedTriplet(network.forward(images), labels, { margin: 1, mining: "semi-hard" })),
  );
  const untrained = recallOf(network, test);
  const batches = Math.ceil(count / 64);
  for (let epoch = 0; epoch < epochs; epoch++) {
    let batch = 0;
    for (const { images, labels } of examples.batches({ size: 64, seed, epoch })) {
      if (batch % 20 === 0) await progress((epoch + batch / batches) / epochs, "triplets");
      step(images, labels);
      batch++;
    }
  }
  const recall = recallOf(network, test);
  return {
    table: {
      title: `Triplets: 784-128-32, ${epochs} epochs of ${count} digits; is the nearest of 2000 unseen digits of the same kind?`,
      columns: ["", "recall@1"],
      rows: [
        ["before training", untrained],
        ["after", recall],
      ],
    },
    claims: [
      claim("by triplets: the nearest neighbour is of the same kind", recall, {
        least: scale === "full" ? 0.95 : 0.85,
      }),
    ],
  };
};

/** The share of 2000 test digits whose nearest neighbour among them has the same label. */
const recallOf = (network: Sequential, test: Digits["test"]): number =>
  scope(() => {
    const { images, labels } = test.slice(0, 2000).tensors();
    const points = network.forward(images); // [2000, 32]
    const lengths = points.square().sum(1); // [2000]
    const distances = lengths.unsqueeze(1).add(lengths).sub(points.matmul(points.transpose()).mul(2));
    const data = distances.dataSync();
    const kinds = labels.dataSync();
    let right = 0;
    for (let i = 0; i < 2000; i++) {
      let nearest = -1;
      for (let j = 0; j < 2000; j++)
        if (j !== i && (nearest < 0 || data[i * 2000 + j] < data[i * 2000 + nearest])) nearest = j;
      if (kinds[nearest] === kinds[i]) right++;
    }
    return right / 2000;
  });

/** How the channels of a feature map go together: F·Fᵀ/places (Gatys et al. 2016, eq. 3). */
const gram = (features: Tensor): Tensor => {
  const [, channels, height, width] = features.shape;
  const flat = features.reshape([channels, height * width]);
  return flat.matmul(flat.transpose()).div(height * width);
};

/** Pixels that descend the sum of two losses: the features of one digit, the strokes of another. */
const mixDigits = async ({ scale, progress }: LabContext, { test }: Digits, network: LeNet5) => {
  const steps = scale === "full" ? 200 : 100;
  network.eval();
  const { images } = test.slice(0, 2).tensors();
  const [content, style] = [images.narrow(0, 0, 1), images.narrow(0, 1, 1)];
  const features = (x: Tensor): Tensor[] => {
    const first = relu(network.conv1.forward(x));
    return [first, relu(network.conv2.forward(network.pool.forward(first)))];
  };
  const grams = (x: Tensor): Tensor[] => features(x).map(gram);
  const random = createRandom(1).split("pixels");
  const pixels = new Parameter(content.mul(0).add(0.5), "pixels");
  pixels.set(pixels.toHost().map(() => random.uniform(0, 1)));
  const optimizer = new Adam([pixels], { learningRate: 0.05 });
  const step = compile(() =>
    optimizer.minimize(() =>
      weightedSum({
        content: [1, perceptual(features, pixels.value, content, { distance: mse })],
        style: [1, perceptual(grams, pixels.value, style, { distance: mse })],
      }),
    ),
  );
  const curves: Record<"loss" | "content" | "style", number[]> = { loss: [], content: [], style: [] };
  for (let i = 0; i < steps; i++) {
    if (i % 10 === 0) await progress(i / steps, "content and style");
    const terms = step();
    for (const name of ["loss", "content", "style"] as const) curves[name].push(terms[name].itemSync());
  }
  const left = curves.loss[steps - 1] / curves.loss[0];
  return {
    table: {
      title: `Content and style: the pixels of an image, ${steps} steps of Adam through LeNet-5's features`,
      columns: ["term", "at first", "at last"],
      rows: Object.entries(curves).map(([name, values]) => [name, values[0], values[steps - 1]]),
    },
    chart: {
      title: "Content and style",
      x: { label: "step", values: curves.loss.map((_, i) => i) },
      y: { label: "loss", scale: "logarithmic" as const },
      series: Object.entries(curves).map(([label, values]) => ({ label, values })),
    },
    claims: [claim("the sum of content and style falls by four fifths and more: what is left", left, { most: 0.2 })],
  };
};
