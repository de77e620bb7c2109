// 2.1: what one neuron can learn, how soon, and what it cannot.
import { binaryCrossEntropyWithLogits, MLP, tanh, withRandom } from "@agon/nn";
import { Adam } from "@agon/optim";
import { Perceptron, type Side } from "@agon/models";
import { createRandom } from "@agon/random";
import { mean } from "@agon/runs";
import { compile, tensor } from "@agon/tensor";
import { claim, type Claim, type Lab, type LabContext, type Table } from "./lab.ts";

const CORNERS = [
  [0, 0],
  [0, 1],
  [1, 0],
  [1, 1],
] as const;

/** Truth tables over the corners. */
const GATES: Readonly<Record<string, readonly Side[]>> = {
  AND: [-1, -1, -1, 1],
  OR: [-1, 1, 1, 1],
  NAND: [1, 1, 1, -1],
  XOR: [-1, 1, 1, -1],
};

export const perceptron: Lab = {
  id: "2.1-perceptron",
  section: "2.1",
  title: "The perceptron: gates, the mistake bound, and XOR",
  question:
    "Which truth tables can one neuron learn, does it keep Novikoff's bound on its mistakes, and what does a hidden layer add?",
  async run(context) {
    const gates = trainGates();
    const bound = await measureBound(context);
    const hidden = await solveExclusiveOr(context);
    return {
      tables: [gates.table, bound.table, hidden.table],
      charts: [gates.chart, bound.chart],
      claims: [...gates.claims, ...bound.claims, ...hidden.claims],
    };
  },
};

const trainGates = () => {
  const trained = Object.entries(GATES).map(([name, sides]) => {
    const neuron = new Perceptron(2);
    return { name, neuron, training: neuron.train(CORNERS, sides, { maxEpochs: 100 }) };
  });
  const table: Table = {
    title: "Truth tables, η = 1 from weights of 0",
    columns: ["gate", "learned", "epochs", "mistakes", "w", "b"],
    rows: trained.map(({ name, neuron, training }) => [
      name,
      training.converged ? "yes" : "no",
      training.epochs,
      training.mistakes,
      `(${neuron.weights.join(", ")})`,
      neuron.bias,
    ]),
  };
  const longest = Math.max(...trained.map(({ training }) => (training.converged ? training.epochs : 12)));
  const epochs = Array.from({ length: longest }, (_, i) => i + 1);
  const chart = {
    title: "Mistakes of each epoch",
    x: { label: "epoch", values: epochs },
    y: { label: "mistakes" },
    series: trained.map(({ name, training }) => ({
      label: name,
      values: epochs.map((epoch) => training.mistakesByEpoch[epoch - 1] ?? null),
    })),
  };
  const learned = (name: string): boolean => trained.find((one) => one.name === name)?.training.converged ?? false;
  const claims: Claim[] = [
    claim("AND, OR and NAND are learned", ["AND", "OR", "NAND"].filter(learned).length, { least: 3 }),
    claim("XOR is not: no line parts its corners", Number(learned("XOR")), { most: 0 }),
  ];
  return { table, chart, claims };
};

/** Random points of the plane on both sides of a random line, none nearer to it than the margin. */
const separablePoints = (seed: number, margin: number): { points: number[][]; sides: Side[]; margin: number } => {
  const random = createRandom(seed).split("perceptron");
  const line = [random.normal(), random.normal(), random.uniform(-0.3, 0.3)];
  const length = Math.sqrt(line.reduce((sum, w) => sum + w * w, 0));
  const distance = ([x, y]: readonly number[]): number => (line[0] * x + line[1] * y + line[2]) / length;
  const points = Array.from({ length: 400 }, () => [random.uniform(-1, 1), random.uniform(-1, 1)])
    .filter((point) => Math.abs(distance(point)) >= margin)
    .slice(0, 100);
  const sides = points.map((point): Side => (distance(point) > 0 ? 1 : -1));
  return { points, sides, margin: Math.min(...points.map((point) => Math.abs(distance(point)))) };
};

const measureBound = async ({ seed, progress }: LabContext) => {
  const margins = [0.3, 0.2, 0.1, 0.05, 0.02, 0.01];
  const rows: (string | number)[][] = [];
  const [mistakes, bounds]: [number[], number[]] = [[], []];
  let worst = 0;
  for (const [i, wanted] of margins.entries()) {
    await progress(i / (2 * margins.length), `margin ${wanted}`);
    const runs = Array.from({ length: 20 }, (_, k) => {
      const { points, sides, margin } = separablePoints(seed * 1000 + k, wanted);
      const radius = Math.sqrt(Math.max(...points.map(([x, y]) => x * x + y * y + 1)));
      const training = new Perceptron(2).train(points, sides, { maxEpochs: 100_000 });
      return { mistakes: training.mistakes, bound: (radius / margin) ** 2 };
    });
    mistakes.push(mean(runs.map((run) => run.mistakes)));
    bounds.push(mean(runs.map((run) => run.bound)));
    const share = Math.max(...runs.map((run) => run.mistakes / run.bound));
    worst = Math.max(worst, share);
    rows.push([wanted, mistakes[i], bounds[i], share]);
  }
  return {
    table: {
      title: "100 separable points of the plane, 20 draws a row",
      columns: ["margin at least", "mean mistakes", "mean bound (R/γ)²", "largest mistakes/bound"],
      rows,
    },
    chart: {
      title: "Mistakes before a line is found",
      x: { label: "margin γ", values: [...margins].reverse(), scale: "logarithmic" as const },
      y: { label: "mistakes", scale: "logarithmic" as const },
      series: [
        { label: "mistakes, mean of 20 draws", values: [...mistakes].reverse() },
        { label: "Novikoff's bound, mean of 20", values: [...bounds].reverse() },
      ],
    },
    claims: [
      claim("no draw of 120 makes more mistakes than (R/γ)²; the largest share of the bound", worst, { most: 1 }),
    ],
  };
};

const solveExclusiveOr = async ({ seed, progress }: LabContext) => {
  const inputs = tensor(CORNERS.map((corner) => [...corner]));
  const outputs = tensor(GATES.XOR.map((side) => [side === 1 ? 1 : 0]));
  const solves = (width: number, run: number): boolean => {
    const random = createRandom(seed).split(`${width} hidden units, run ${run}`);
    const model = withRandom(random, () => new MLP(2, width, 1, { activation: tanh }));
    const optimizer = new Adam(model.parameters(), { learningRate: 0.05 });
    const step = compile(() => optimizer.minimize(() => binaryCrossEntropyWithLogits(model.forward(inputs), outputs)));
    for (let i = 0; i < 2000; i++) step();
    const answers = model.forward(inputs).dataSync();
    return GATES.XOR.every((side, i) => answers[i] > 0 === side > 0);
  };
  const runs = 10;
  const solved = new Map<number, number>();
  for (const [i, width] of [2, 3, 8].entries()) {
    let count = 0;
    for (let run = 0; run < runs; run++) {
      await progress(0.5 + (i * runs + run) / (6 * runs), `XOR with ${width} hidden units, run ${run + 1}`);
      if (solves(width, run)) count++;
    }
    solved.set(width, count);
  }
  return {
    table: {
      title: "XOR with one hidden layer (tanh), Adam, 2000 steps",
      columns: ["network", `solved, of ${runs} seeds`],
      rows: [...solved].map(([width, count]) => [`2-${width}-1`, count]),
    },
    claims: [
      claim("2-8-1 solves XOR from every seed", solved.get(8) ?? 0, { least: runs }),
      claim("2-2-1 solves it from some seeds; others end in a local minimum", solved.get(2) ?? 0, { least: 1 }),
    ],
  };
};
