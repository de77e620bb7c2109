// 2.3: the six activation functions, their slopes, and what deep networks of them feel like inside.
import { elu, heNormal, initialise, leakyRelu, Linear, relu, Sequential, sigmoid, tanh } from "@agon/nn";
import { createRandom } from "@agon/random";
import { mean } from "@agon/runs";
import { grad, scope, tensor, type Tensor } from "@agon/tensor";
import { diagnose } from "@agon/train";
import { claim, type Chart, type Lab, type LabContext, type Table } from "./lab.ts";

type Activation = (x: Tensor) => Tensor;

const ACTIVATIONS: Readonly<Record<string, Activation>> = {
  sigmoid,
  tanh,
  ReLU: relu,
  LeakyReLU: leakyRelu, // slope 0.01
  ELU: elu, // α = 1
};

export const activations: Lab = {
  id: "2.3-activations",
  section: "2.3",
  title: "Activation functions: shapes, slopes, saturation, silence",
  question:
    "What do sigmoid, tanh, ReLU, Leaky ReLU, ELU and softmax do to numbers and to their gradients, and which of the usual claims about them hold in a network of ten layers?",
  async run(context) {
    await context.progress(0, "curves");
    const curves = drawCurves();
    const softmax = drawSoftmax();
    const inside = await lookInside(context);
    return {
      tables: [curves.table, softmax.table, inside.table],
      charts: [...curves.charts, softmax.chart, inside.chart],
      claims: [...curves.claims, ...softmax.claims, ...inside.claims],
    };
  },
};

/** f(x) and f′(x) at each x. */
const valuesAndSlopes = (f: Activation, x: readonly number[]): { values: number[]; slopes: number[] } =>
  scope(() => {
    const input = tensor([...x]);
    return { values: [...f(input).dataSync()], slopes: [...grad((v: Tensor) => f(v).sum())(input).dataSync()] };
  });

const drawCurves = () => {
  const x = Array.from({ length: 201 }, (_, i) => (i - 100) / 20);
  const curves = Object.entries(ACTIVATIONS).map(([name, f]) => ({ name, ...valuesAndSlopes(f, x) }));
  const chart = (title: string, label: string, of: "values" | "slopes"): Chart => ({
    title,
    x: { label: "x", values: x },
    y: { label },
    series: curves.map((curve) => ({ label: curve.name, values: curve[of] })),
  });
  // The formulas of the slopes, against automatic differentiation.
  const [s, t] = [curves[0], curves[1]];
  const worst = Math.max(
    ...s.values.map((y, i) => Math.abs(y * (1 - y) - s.slopes[i])),
    ...t.values.map((y, i) => Math.abs(1 - y * y - t.slopes[i])),
  );
  const far = [-1e4, -100, 100, 1e4];
  const extremes = Object.values(ACTIVATIONS).flatMap((f) => {
    const { values, slopes } = valuesAndSlopes(f, far);
    return [...values, ...slopes];
  });
  const table: Table = {
    title: "Ranges over [−5, 5], and slopes",
    columns: ["function", "least", "greatest", "slope at −5", "slope at 0", "slope at 5"],
    rows: curves.map(({ name, values, slopes }) => [
      name,
      Math.min(...values),
      Math.max(...values),
      slopes[0],
      slopes[100],
      slopes[200],
    ]),
  };
  return {
    table,
    charts: [chart("Values", "f(x)", "values"), chart("Slopes", "f′(x)", "slopes")],
    claims: [
      claim("σ′ = σ(1 − σ) and tanh′ = 1 − tanh², greatest difference from automatic differentiation", worst, {
        most: 1e-6,
      }),
      claim("σ′ is at most a quarter", Math.max(...s.slopes), { most: 0.25 }),
      claim("nothing is NaN or infinite at ±10⁴", extremes.filter((value) => !Number.isFinite(value)).length, {
        most: 0,
      }),
    ],
  };
};

const drawSoftmax = () => {
  const temperatures = [0.25, 0.5, 1, 2, 4];
  const logits = [2, 1, 0, -1, -2];
  const rows = temperatures.map((t) => [
    ...tensor(logits.map((z) => z / t))
      .softmax(-1)
      .dataSync(),
  ]);
  const masked = tensor([1, 2, -1e9, -1e9]).softmax(-1).dataSync();
  return {
    table: {
      title: "softmax(z/T) of z = (2, 1, 0, −1, −2)",
      columns: ["T", ...logits.map((z) => `z = ${z}`), "sum"],
      rows: rows.map((row, i) => [temperatures[i], ...row, row.reduce((sum, p) => sum + p, 0)]),
    },
    chart: {
      title: "Softmax: the lower the temperature, the surer",
      x: { label: "z", values: [...logits].reverse() },
      y: { label: "probability" },
      series: rows.map((row, i) => ({ label: `T = ${temperatures[i]}`, values: [...row].reverse() })),
    },
    claims: [
      claim(
        "logits masked with −10⁹ get nothing, and the others sum to 1",
        masked[2] + masked[3] + Math.abs(masked[0] + masked[1] - 1),
        { most: 1e-6 },
      ),
    ],
  };
};

const LAYERS = 10;
const WIDTH = 64;

/** Ten layers with the activation between, their weights normal with the given variance times 1/inputs. */
const deepNetwork = (f: Activation, seed: number, variance: number): Sequential => {
  const model = new Sequential(...Array.from({ length: LAYERS }, () => [new Linear(WIDTH, WIDTH), f]).flat());
  initialise(model, heNormal, { gain: Math.sqrt(variance), random: createRandom(seed).split("weights") });
  return model;
};

const lookInside = async ({ seed, progress }: LabContext) => {
  const random = createRandom(seed).split("inputs");
  const input = tensor(
    Float32Array.from({ length: 128 * WIDTH }, () => random.normal()),
    { shape: [128, WIDTH] },
  );
  const names = Object.keys(ACTIVATIONS);
  const found = new Map<string, { means: number[]; zeros: number[]; saturated: number[]; dead: number[] }>();
  for (const [i, name] of names.entries()) {
    await progress(0.1 + (0.8 * i) / names.length, `ten layers of ${name}`);
    const f = ACTIVATIONS[name];
    // Large weights drive squashing functions to their ends; for the others He's variance keeps the signal's size.
    const variance = name === "sigmoid" || name === "tanh" ? 9 : 2;
    const model = deepNetwork(f, seed, variance);
    const layers = diagnose(model, input, (y) => y.square().mean()).activations.filter(({ kind }) => kind === f.name);
    found.set(name, {
      means: layers.map((layer) => layer.mean / Math.max(layer.standardDeviation, 1e-12)),
      zeros: layers.map((layer) => layer.zeroShare),
      saturated: layers.map((layer) => layer.saturatedShare),
      dead: layers.map((layer) => layer.deadShare),
    });
  }
  const at = (name: string) => found.get(name) as NonNullable<ReturnType<typeof found.get>>;
  const silent = deadAfterShift(seed, input);
  return {
    table: {
      title: "Ten layers of 64 units at their start, mean over the layers",
      columns: ["function", "mean/deviation", "zeros", "saturated", "dead units"],
      rows: names.map((name) => {
        const { means, zeros, saturated, dead } = at(name);
        return [name, mean(means), mean(zeros), mean(saturated), mean(dead)];
      }),
    },
    chart: {
      title: "Mean of the activations over their deviation, layer by layer",
      x: { label: "layer", values: Array.from({ length: LAYERS }, (_, i) => i + 1) },
      y: { label: "mean/deviation" },
      series: names.map((name) => ({ label: name, values: at(name).means })),
    },
    claims: [
      claim("with large weights a quarter and more of tanh's values are saturated", mean(at("tanh").saturated), {
        least: 0.25,
      }),
      claim("about half of ReLU's values are 0 at the start", mean(at("ReLU").zeros), { least: 0.4, most: 0.6 }),
      claim(
        "ELU's mean is nearer to 0 than ReLU's; the one over the other",
        Math.abs(mean(at("ELU").means)) / Math.abs(mean(at("ReLU").means)),
        { most: 0.7 },
      ),
      claim("a bias of −20 silences ReLU units for good: share of dead units", silent.relu, { least: 1 }),
      claim("… whose gradient is then 0", silent.reluGradient, { most: 0 }),
      claim("… while Leaky ReLU's gradient goes on", silent.leakyGradient, { least: 1e-6 }),
    ],
  };
};

/** What a large negative bias does to units of one layer. */
const deadAfterShift = (seed: number, input: Tensor) => {
  const build = (f: Activation): Sequential => {
    const model = new Sequential(new Linear(WIDTH, WIDTH), f, new Linear(WIDTH, 1));
    initialise(model, heNormal, { random: createRandom(seed).split("shifted") });
    (model.layers[0] as Linear).bias?.set(new Float32Array(WIDTH).fill(-20));
    return model;
  };
  const look = (f: Activation) => diagnose(build(f), input, (y) => y.square().mean());
  const [silent, leaking] = [look(relu), look(leakyRelu)];
  return {
    relu: silent.activations[1].deadShare,
    reluGradient: silent.gradients[0].norm,
    leakyGradient: leaking.gradients[0].norm,
  };
};
