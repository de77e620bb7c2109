// 5.1: descent in batches of all sizes, and eight optimizers in a race through Rosenbrock's valley and on a small net.
import { crossEntropy, MLP, tanh, withRandom } from "@agon/nn";
import { Adagrad, Adam, Adamax, NAdam, type Optimizer, RMSprop, SGD } from "@agon/optim";
import { createRandom } from "@agon/random";
import { mean } from "@agon/runs";
import { compile, grad, Parameter, scope, tensor, type Tensor } from "@agon/tensor";
import { claim, type Lab, type LabContext } from "./lab.ts";
import { spirals } from "./parts/spirals.ts";

type Maker = (parameters: readonly Parameter[], learningRate: number) => Optimizer;

const OPTIMIZERS: Readonly<Record<string, Maker>> = {
  "gradient descent": (p, learningRate) => new SGD(p, { learningRate }),
  "momentum, v ← 0.9v + g": (p, learningRate) => new SGD(p, { learningRate, momentum: 0.9 }),
  "momentum, v ← 0.9v + 0.1g": (p, learningRate) => new SGD(p, { learningRate, momentum: 0.9, form: "average" }),
  Nesterov: (p, learningRate) => new SGD(p, { learningRate, momentum: 0.9, nesterov: true }),
  Adagrad: (p, learningRate) => new Adagrad(p, { learningRate }),
  RMSprop: (p, learningRate) => new RMSprop(p, { learningRate }),
  Adam: (p, learningRate) => new Adam(p, { learningRate }),
  Adamax: (p, learningRate) => new Adamax(p, { learningRate }),
  NAdam: (p, learningRate) => new NAdam(p, { learningRate }),
};

export const optimizerRace: Lab = {
  id: "5.1-optimizers",
  section: "5.1",
  title: "Optimizers: batches, momentum, and a race",
  question:
    "How noisy is the gradient of a batch, and how many steps does each optimizer need, at its best learning rate, through a bent valley and for a small net?",
  async run(context) {
    const batches = await measureNoise(context);
    const first = firstStep();
    const valley = await raceThroughValley(context);
    const net = await raceOnNet(context);
    return {
      tables: [batches.table, valley.table, net.table],
      charts: [batches.chart, valley.paths, valley.losses, net.chart],
      claims: [...batches.claims, ...first, ...valley.claims, ...net.claims],
    };
  },
};

/** ‖g(batch) − g(all)‖² over batches, for a logistic regression's gradient at its start. */
const measureNoise = async ({ seed, progress }: LabContext) => {
  await progress(0, "noise of the gradient");
  const random = createRandom(seed).split("noise");
  const count = 4096;
  const rows = Float32Array.from({ length: 8 * count }, () => random.normal());
  const labels = Float32Array.from({ length: count }, (_, n) => Number(rows[8 * n] + rows[8 * n + 1] > 0));
  const gradientOf = (start: number, end: number): Float32Array =>
    scope(() => {
      const x = tensor(rows.slice(8 * start, 8 * end), { shape: [end - start, 8] });
      const y = tensor(labels.slice(start, end), { shape: [end - start, 1] });
      const loss = (w: Tensor): Tensor => x.matmul(w).sigmoid().sub(y).square().mean();
      return Float32Array.from(grad(loss)(tensor(new Float32Array(8), { shape: [8, 1] })).dataSync());
    });
  const whole = gradientOf(0, count);
  const sizes = [1, 4, 16, 32, 64, 128, 512];
  let averaged = new Float32Array(8);
  const noise = sizes.map((size) => {
    const starts = Array.from({ length: Math.min(count / size, 64) }, (_, i) => i * size);
    const gradients = starts.map((start) => gradientOf(start, start + size));
    if (size * starts.length === count)
      averaged = averaged.map((_, i) => mean(gradients.map((gradient) => gradient[i])));
    return mean(gradients.map((gradient) => gradient.reduce((sum, g, i) => sum + (g - whole[i]) ** 2, 0)));
  });
  const apart = Math.max(...averaged.map((g, i) => Math.abs(g - whole[i])));
  const falls = noise[1] / noise[5];
  return {
    table: {
      title: "Mean square of the difference between a batch's gradient and that of all 4096 examples",
      columns: ["examples in a batch", "noise", "noise × size"],
      rows: sizes.map((size, i) => [size, noise[i], noise[i] * size]),
    },
    chart: {
      title: "Noise of the gradient",
      x: { label: "examples in a batch", values: sizes, scale: "logarithmic" as const },
      y: { label: "mean square", scale: "logarithmic" as const },
      series: [{ label: "‖g(batch) − g(all)‖²", values: noise }],
    },
    claims: [
      claim("the gradient of all examples is the mean of the batches' gradients; difference", apart, { most: 1e-6 }),
      claim("batches 32 times as large have about a 32nd of the noise: the factor", falls, { least: 16, most: 64 }),
    ],
  };
};

/** Adam's first step is learningRate·sign(g). */
const firstStep = () => {
  const cell = new Parameter(tensor([1, -2, 3]), "x");
  const optimizer = new Adam([cell], { learningRate: 0.1 });
  optimizer.minimize(() => cell.value.mul(tensor([5, 0.001, -7])).sum());
  const moved = [...cell.toHost()].map((value, i) => value - [1, -2, 3][i]);
  const off = Math.max(...moved.map((step, i) => Math.abs(step - [-0.1, -0.1, 0.1][i])));
  return [claim("Adam's first step is η·sign(g), whatever the size of g; difference", off, { most: 1e-5 })];
};

const RATES = [1e-4, 3e-4, 1e-3, 3e-3, 1e-2, 3e-2, 0.1, 0.3];
const START = [-1.5, 2] as const;

/** Rosenbrock's valley: (1 − x)² + 100(y − x²)², least at (1, 1). */
const rosenbrock = (point: Tensor): Tensor => {
  const [x, y] = [point.select(0, 0), point.select(0, 1)];
  return x.neg().add(1).square().add(y.sub(x.square()).square().mul(100));
};

interface Walk {
  readonly losses: number[];
  readonly path: (readonly [x: number, y: number])[];
}

const walk = (make: Maker, learningRate: number, steps: number): Walk => {
  const cell = new Parameter(tensor([...START]), "point");
  const optimizer = make([cell], learningRate);
  const step = compile(() => optimizer.minimize(() => rosenbrock(cell.value)));
  const [losses, path]: [number[], (readonly [number, number])[]] = [[], []];
  try {
    for (let i = 0; i < steps; i++) {
      const [x, y] = cell.toHost();
      path.push([x, y]);
      losses.push(step().itemSync());
    }
  } catch {
    losses.push(Number.POSITIVE_INFINITY); // too fast: it left the plane
  }
  return { losses, path };
};

const raceThroughValley = async ({ scale, progress }: LabContext) => {
  const steps = scale === "full" ? 5000 : 2000;
  const goal = 1e-3;
  const names = Object.keys(OPTIMIZERS);
  const bests: { name: string; rate: number; reached: number; walk: Walk }[] = [];
  for (const [i, name] of names.entries()) {
    const tried: typeof bests = [];
    for (const [k, rate] of RATES.entries()) {
      await progress(0.05 + (0.45 * (i * RATES.length + k)) / (names.length * RATES.length), `${name}, η = ${rate}`);
      const went = walk(OPTIMIZERS[name], rate, steps);
      const reached = went.losses.findIndex((loss) => loss < goal);
      tried.push({ name, rate, reached: reached < 0 ? Number.POSITIVE_INFINITY : reached, walk: went });
    }
    const last = ({ walk: { losses } }: (typeof bests)[number]): number => losses[losses.length - 1];
    tried.sort((a, b) => (a.reached === b.reached ? last(a) - last(b) : a.reached - b.reached));
    bests.push(tried[0]);
  }
  const shown = Array.from({ length: steps / 20 }, (_, i) => 20 * i);
  const reachedBy = (name: string): number => bests.find((best) => best.name === name)?.reached ?? Number.NaN;
  const xs = bests
    .flatMap(({ walk: { path } }) => path.filter((_, i) => i % 10 === 0).map(([x]) => x))
    .sort((a, b) => a - b);
  const grid = Array.from({ length: 120 }, (_, i) => xs[0] + ((xs[xs.length - 1] - xs[0]) * i) / 119);
  return {
    table: {
      title: `Rosenbrock's valley from (−1.5, 2): steps until the loss is below ${goal}, at the best of ${RATES.length} rates`,
      columns: ["optimizer", "η", "steps", "last loss"],
      rows: bests.map(({ name, rate, reached, walk: { losses } }) => [
        name,
        rate,
        Number.isFinite(reached) ? reached : `over ${steps}`,
        losses[losses.length - 1],
      ]),
    },
    losses: {
      title: "Loss in the valley",
      x: { label: "step", values: shown },
      y: { label: "loss", scale: "logarithmic" as const },
      series: bests.map(({ name, walk: { losses } }) => ({
        label: name,
        values: shown.map((step) => (losses[step] > 0 && Number.isFinite(losses[step]) ? losses[step] : null)),
      })),
    },
    paths: {
      title: "Where they went: y over x, the floor of the valley as a line",
      x: { label: "x", values: grid },
      y: { label: "y" },
      series: [
        { label: "floor, y = x²", values: grid.map((x) => x * x) },
        ...bests.map(({ name, walk: { path } }) => ({
          label: name,
          values: onGrid(grid, path),
          mark: "points" as const,
        })),
      ],
    },
    claims: [
      claim("optimizers that reach the bottom", bests.filter(({ reached }) => Number.isFinite(reached)).length, {
        least: 6,
      }),
      claim(
        "momentum needs fewer steps than plain descent: the share",
        reachedBy("momentum, v ← 0.9v + g") / Math.min(steps, reachedBy("gradient descent")),
        { most: 0.9 },
      ),
    ],
  };
};

/** The path's latest y near each x of the grid. */
const onGrid = (grid: readonly number[], path: Walk["path"]): (number | null)[] => {
  const values: (number | null)[] = grid.map(() => null);
  const width = (grid[grid.length - 1] - grid[0]) / (grid.length - 1);
  for (const [x, y] of path) {
    const i = Math.round((x - grid[0]) / width);
    if (i >= 0 && i < grid.length) values[i] = y;
  }
  return values;
};

const raceOnNet = async ({ seed, scale, progress }: LabContext) => {
  const steps = scale === "full" ? 600 : 200;
  const { points, labels } = spirals(createRandom(seed).split("spirals"), 300);
  const names = Object.keys(OPTIMIZERS);
  const rates = [1e-3, 1e-2, 0.1, 1];
  const curves: { name: string; rate: number; losses: number[] }[] = [];
  for (const [i, name] of names.entries()) {
    const tried: typeof curves = [];
    for (const [k, rate] of rates.entries()) {
      await progress(
        0.5 + (0.5 * (i * rates.length + k)) / (names.length * rates.length),
        `spirals, ${name}, η = ${rate}`,
      );
      const model = withRandom(createRandom(seed), () => new MLP(2, 32, 32, 2, { activation: tanh }));
      const optimizer = OPTIMIZERS[name](model.parameters(), rate);
      const step = compile(() => optimizer.minimize(() => crossEntropy(model.forward(points), labels)));
      tried.push({ name, rate, losses: Array.from({ length: steps }, () => step().itemSync()) });
    }
    const last = ({ losses }: (typeof curves)[number]): number => mean(losses.slice(-20));
    curves.push(tried.reduce((best, one) => (last(one) < last(best) ? one : best)));
  }
  const lastOf = (name: string): number => curves.find((curve) => curve.name === name)?.losses.at(-1) ?? Number.NaN;
  return {
    table: {
      title: `Two spirals, 2-32-32-2 (tanh): loss after ${steps} steps at the best of ${rates.length} rates`,
      columns: ["optimizer", "η", "loss"],
      rows: curves.map(({ name, rate, losses }) => [name, rate, losses[losses.length - 1]]),
    },
    chart: {
      title: "Loss on the spirals",
      x: { label: "step", values: curves[0].losses.map((_, i) => i) },
      y: { label: "cross-entropy", scale: "logarithmic" as const },
      series: curves.map(({ name, losses }) => ({ label: name, values: losses })),
    },
    claims: [
      claim("Adam ends lower than plain descent: its share of the loss", lastOf("Adam") / lastOf("gradient descent"), {
        most: 0.9,
      }),
    ],
  };
};
