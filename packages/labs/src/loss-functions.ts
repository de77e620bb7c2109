// 2.6: losses, their slopes, and what they make of outliers and of rare classes.
import { f1 } from "@agon/metrics";
import {
  binaryCrossEntropy,
  binaryCrossEntropyWithLogits,
  contrastive,
  crossEntropy,
  huber,
  Linear,
  mae,
  MLP,
  mse,
  sigmoidFocal,
  softmaxFocal,
  tripletMargin,
  weightedSum,
  withRandom,
} from "@agon/nn";
import { Adam } from "@agon/optim";
import { createRandom } from "@agon/random";
import { mean, quantile } from "@agon/runs";
import { compile, grad, scalar, scope, tensor, type Tensor } from "@agon/tensor";
import { type Chart, claim, type DrawnPart, type Lab, type LabContext, type LabPart } from "./lab.ts";

type Loss = (prediction: Tensor, target: Tensor) => Tensor;

export const lossFunctions: Lab = {
  id: "2.6-losses",
  section: "2.6",
  title: "Loss functions: outliers, rare classes, margins",
  question:
    "How do losses weigh an error, which of them survive outliers, and does focal loss help where one class is a hundred times rarer?",
  async run(context) {
    await context.progress(0, "curves");
    const curves = drawCurves();
    const identities = checkIdentities();
    const robust = await fitWithOutliers(context);
    const rare = await learnRareClass(context);
    return {
      tables: [robust.table, rare.table],
      charts: [...curves, robust.chart],
      claims: [...identities, ...robust.claims, ...rare.claims],
    };
  },
};

/** Loss of one prediction, and its slope, at each x. */
const curveOf = (loss: Loss, target: number, x: readonly number[]): { values: number[]; slopes: number[] } =>
  scope(() => {
    const y = tensor([target]);
    const at = (value: number): Tensor => tensor([value]);
    return {
      values: x.map((value) => loss(at(value), y).itemSync()),
      slopes: x.map((value) => grad((p: Tensor) => loss(p, y))(at(value)).dataSync()[0]),
    };
  });

const drawCurves = (): Chart[] => {
  const errors = Array.from({ length: 81 }, (_, i) => (i - 40) / 10);
  const regression = Object.entries({ MSE: mse, MAE: mae, "Huber, δ = 1": huber } as Record<string, Loss>).map(
    ([label, loss]) => ({ label, ...curveOf(loss, 0, errors) }),
  );
  const probabilities = Array.from({ length: 99 }, (_, i) => (i + 1) / 100);
  const logit = (p: Tensor): Tensor => p.log().sub(p.neg().add(1).log());
  const classification = Object.entries({
    "cross-entropy": binaryCrossEntropy,
    "focal, γ = 1": (p, y) => sigmoidFocal(logit(p), y, { gamma: 1, alpha: null }),
    "focal, γ = 2": (p, y) => sigmoidFocal(logit(p), y, { gamma: 2, alpha: null }),
    "focal, γ = 5": (p, y) => sigmoidFocal(logit(p), y, { gamma: 5, alpha: null }),
  } as Record<string, Loss>).map(([label, loss]) => ({ label, ...curveOf(loss, 1, probabilities) }));
  const chart = (title: string, x: Chart["x"], curves: typeof regression, of: "values" | "slopes"): Chart => ({
    title,
    x,
    y: { label: of === "values" ? "loss" : "slope" },
    series: curves.map((curve) => ({ label: curve.label, values: curve[of] })),
  });
  const error = { label: "prediction − target", values: errors };
  return [
    chart("Losses of an error", error, regression, "values"),
    chart("Their slopes", error, regression, "slopes"),
    chart(
      "Losses of the probability of the true class",
      { label: "p", values: probabilities },
      classification,
      "values",
    ),
  ];
};

const checkIdentities = () => {
  const random = createRandom(5);
  const logits = tensor(
    Float32Array.from({ length: 40 }, () => random.normal(0, 2)),
    { shape: [8, 5] },
  );
  const classes = tensor(Int32Array.from({ length: 8 }, () => random.integer(5)));
  const difference = softmaxFocal(logits, classes, { gamma: 0 }).sub(crossEntropy(logits, classes)).abs().itemSync();
  const sure = tensor([Math.fround(2.1972245773362196)]); // logit of 0.9
  const one = tensor([1]);
  const share = sigmoidFocal(sure, one, { gamma: 2, alpha: null })
    .div(binaryCrossEntropyWithLogits(sure, one))
    .itemSync();
  const gradient = grad((z: Tensor) => crossEntropy(z, classes))(logits);
  const wanted = logits.softmax(-1).sub(oneHotRows(classes, 5)).div(8);
  const ends = [0, 1].map((p) => binaryCrossEntropy(tensor([p]), tensor([1 - p])).itemSync());
  const apart = contrastive(tensor([[0, 0]]), tensor([[3, 4]]), tensor([1]), { margin: 2 }).itemSync();
  const beyond = tripletMargin(tensor([[0, 0]]), tensor([[0, 1]]), tensor([[0, 5]]), { margin: 1 }).itemSync();
  const { loss, data, size } = weightedSum({
    data: [1, scalar(2)],
    size: [0.1, scalar(5)],
  });
  return [
    claim("focal loss with γ = 0 is cross-entropy; difference", difference, { most: 1e-6 }),
    claim("at p = 0.9 focal loss with γ = 2 is a hundredth of cross-entropy", share, { least: 0.00999, most: 0.01001 }),
    claim(
      "cross-entropy's gradient in the logits is (p − y)/n; difference",
      gradient.sub(wanted).abs().max().itemSync(),
      {
        most: 1e-6,
      },
    ),
    claim("cross-entropy is finite at p = 0 and p = 1", ends.filter(Number.isFinite).length, { least: 2 }),
    claim("contrastive loss beyond the margin", apart, { most: 0 }),
    claim("triplet loss beyond the margin", beyond, { most: 0 }),
    claim("a weighted sum adds up its terms", Math.abs(loss.itemSync() - data.itemSync() - size.itemSync() * 0.1), {
      most: 1e-6,
    }),
  ];
};

const oneHotRows = (classes: Tensor, count: number): Tensor =>
  tensor([...classes.dataSync()].map((c) => Array.from({ length: count }, (_, i) => Number(i === c))));

/** y = 2x + 1 with a little noise; one target in twenty is far off. */
export const fitWithOutliers = async ({ seed, scale, progress }: LabContext): Promise<DrawnPart> => {
  const runs = scale === "full" ? 20 : 5;
  const losses: Readonly<Record<string, Loss>> = { MSE: mse, MAE: mae, "Huber, δ = 1": huber };
  const errors = new Map<string, number[]>(Object.keys(losses).map((name) => [name, []]));
  const lines = new Map<string, readonly [slope: number, offset: number]>();
  const points = { x: [] as number[], y: [] as number[] };
  for (let run = 0; run < runs; run++) {
    await progress(0.1 + (0.4 * run) / runs, `outliers, seed ${run + 1}`);
    const random = createRandom(seed + run).split("outliers");
    const x = Float32Array.from({ length: 200 }, () => random.uniform(-1, 1));
    const y = x.map((value, i) => 2 * value + 1 + random.normal(0, 0.1) + (i % 20 === 0 ? random.uniform(5, 15) : 0));
    if (run === 0) Object.assign(points, { x: [...x], y: [...y] });
    const [inputs, targets] = [tensor(x, { shape: [200, 1] }), tensor(y, { shape: [200, 1] })];
    for (const [name, loss] of Object.entries(losses)) {
      const model = withRandom(createRandom(seed + run), () => new Linear(1, 1));
      const optimizer = new Adam(model.parameters(), { learningRate: 0.05 });
      const step = compile(() => optimizer.minimize(() => loss(model.forward(inputs), targets)));
      for (let i = 0; i < 600; i++) step();
      const [slope, offset] = model.parameters().map((parameter) => parameter.toHost()[0]);
      // Mean square of the difference from the true line over x uniform in [−1, 1].
      errors.get(name)?.push((slope - 2) ** 2 / 3 + (offset - 1) ** 2);
      if (run === 0) lines.set(name, [slope, offset]);
    }
  }
  const order = points.x.map((_, i) => i).sort((a, b) => points.x[a] - points.x[b]);
  const xs = order.map((i) => points.x[i]);
  const errorsOf = (name: string): number[] => errors.get(name) as number[];
  const worse = (name: string): number => errorsOf(name).filter((error, i) => error >= errorsOf("MSE")[i]).length;
  return {
    table: {
      title: `A line through 200 points, 5% of them far off: squared error of the line, ${runs} seeds`,
      columns: ["loss", "median", "worst"],
      rows: Object.keys(losses).map((name) => [name, quantile(errorsOf(name), 0.5), Math.max(...errorsOf(name))]),
    },
    chart: {
      title: "The lines of the first seed",
      x: { label: "x", values: xs },
      y: { label: "y" },
      series: [
        { label: "points", values: order.map((i) => points.y[i]), mark: "points" as const },
        ...[...lines].map(([label, [slope, offset]]) => ({ label, values: xs.map((x) => slope * x + offset) })),
      ],
    },
    claims: [
      claim("seeds on which MAE's line is not better than MSE's", worse("MAE"), { most: 0 }),
      claim("seeds on which Huber's line is not better than MSE's", worse("Huber, δ = 1"), { most: 0 }),
    ],
  };
};

/** Two clouds of the plane that overlap, one with a hundredth of the points. */
const clouds = (seed: number, name: string, count: number): { points: Tensor; labels: Float32Array } => {
  const random = createRandom(seed).split(name);
  const labels = Float32Array.from({ length: count }, (_, i) => Number(i % 100 === 0));
  const rows = [...labels].map((label) => [random.normal(1.5 * label), random.normal(1.5 * label)]);
  return { points: tensor(rows), labels };
};

export const learnRareClass = async ({ seed, scale, progress }: LabContext): Promise<LabPart> => {
  const runs = scale === "full" ? 10 : 3;
  const losses: Readonly<Record<string, Loss>> = {
    "cross-entropy": binaryCrossEntropyWithLogits,
    "cross-entropy, the rare class ×10": (z, y) => binaryCrossEntropyWithLogits(z, y, { positiveWeight: tensor([10]) }),
    "focal, γ = 2, α = 0.75": (z, y) => sigmoidFocal(z, y, { gamma: 2, alpha: 0.75 }),
  };
  const scores = new Map<string, number[]>(Object.keys(losses).map((name) => [name, []]));
  for (let run = 0; run < runs; run++) {
    await progress(0.5 + (0.5 * run) / runs, `rare class, seed ${run + 1}`);
    const train = clouds(seed + run, "train", 4000);
    const test = clouds(seed + run, "test", 20_000);
    const targets = tensor(train.labels, { shape: [4000, 1] });
    for (const [name, loss] of Object.entries(losses)) {
      const model = withRandom(createRandom(seed + run), () => new MLP(2, 16, 1));
      const optimizer = new Adam(model.parameters(), { learningRate: 0.01 });
      const step = compile(() => optimizer.minimize(() => loss(model.forward(train.points), targets)));
      for (let i = 0; i < 300; i++) step();
      const sides = [...model.forward(test.points).dataSync()].map((z) => Number(z > 0));
      scores.get(name)?.push(f1(sides, test.labels));
    }
  }
  const meanOf = (name: string): number => mean(scores.get(name) as number[]);
  const [plain, , focal] = Object.keys(losses);
  return {
    table: {
      title: `One example in a hundred is positive: F1 of the positives on unseen examples, ${runs} seeds`,
      columns: ["loss", "mean", "worst"],
      rows: [...scores].map(([name, values]) => [name, mean(values), Math.min(...values)]),
    },
    claims: [
      claim(
        "focal loss finds the rare class at least as well as cross-entropy: difference of mean F1",
        meanOf(focal) - meanOf(plain),
        {
          least: 0,
        },
      ),
    ],
  };
};
