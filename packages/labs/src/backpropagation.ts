// 2.4 and 2.5: forward and backward by hand, held against automatic differentiation and against differences.
import { SimpleNeuralNetwork } from "@agon/models";
import { Linear, MLP, Sequential } from "@agon/nn";
import { createRandom } from "@agon/random";
import { binaryCrossEntropy } from "@agon/nn";
import { grad, scope, tensor, type Tensor, zeros } from "@agon/tensor";
import { claim, type Lab, type LabContext } from "./lab.ts";

export const backpropagation: Lab = {
  id: "2.4-backpropagation",
  section: "2.4",
  title: "Forward and backward by hand",
  question:
    "Does the chain rule, written out layer by layer, give the gradients that automatic differentiation gives, and that small changes of the weights show?",
  async run(context) {
    const agreement = await compareGradients(context);
    const work = countWork();
    return {
      tables: [agreement.table, work.table],
      charts: [],
      claims: [...agreement.claims, ...work.claims],
    };
  },
};

const WIDTHS = [4, 8, 4, 1];
const EXAMPLES = 64;

const compareGradients = async ({ seed, progress }: LabContext) => {
  const random = createRandom(seed).split("backpropagation");
  const network = new SimpleNeuralNetwork({ widths: WIDTHS, random });
  // Not 0: a unit below that is silent would leave the next on the kink of its ReLU, where no slope is right.
  for (const biases of network.biases) biases.forEach((_, i) => (biases[i] = random.normal(0, 0.1)));
  const inputs = Float64Array.from({ length: EXAMPLES * WIDTHS[0] }, () => random.normal());
  const targets = Float64Array.from({ length: EXAMPLES }, () => random.integer(2));
  await progress(0.1, "by hand and by automatic differentiation");
  const byHand = network.backward(network.forward(inputs), targets);
  const automatic = differentiateAutomatically(network, inputs, targets);
  const rows: (string | number)[][] = [];
  let [worstAutomatic, worstDifference] = [0, 0];
  for (const [l, weights] of network.weights.entries()) {
    await progress(0.2 + (0.7 * l) / network.weights.length, `layer ${l + 1}, weight by weight`);
    const differences = byDifferences(network, weights, inputs, targets);
    const size = Math.max(...byHand.weights[l].map(Math.abs));
    const fromAutomatic = largestDifference(byHand.weights[l], automatic[l]) / size;
    const fromDifferences = largestDifference(byHand.weights[l], differences) / size;
    worstAutomatic = Math.max(worstAutomatic, fromAutomatic);
    worstDifference = Math.max(worstDifference, fromDifferences);
    rows.push([`W${l + 1} [${WIDTHS[l + 1]}, ${WIDTHS[l]}]`, size, fromAutomatic, fromDifferences]);
  }
  return {
    table: {
      title: "Gradients of a 4-8-4-1 network on 64 examples, in float64",
      columns: ["weights", "largest gradient", "hand − automatic, relative", "hand − differences, relative"],
      rows,
    },
    claims: [
      claim("by hand equals automatic differentiation, largest relative difference", worstAutomatic, { most: 1e-6 }),
      claim("by hand equals central differences, largest relative difference", worstDifference, { most: 1e-5 }),
    ],
  };
};

/** The same network of tensors in float64; ∂loss/∂W of each layer. */
const differentiateAutomatically = (
  network: SimpleNeuralNetwork,
  inputs: Float64Array,
  targets: Float64Array,
): Float64Array[] => {
  const x = tensor(inputs, { shape: [EXAMPLES, WIDTHS[0]] });
  const y = tensor(targets, { shape: [EXAMPLES, 1] });
  const biases = network.biases.map((values) => tensor(values));
  const loss = (weights: Tensor[]): Tensor => {
    const last = weights.length - 1;
    const output = weights.reduce((h, w, l) => {
      const z = h.matmul(w.transpose()).add(biases[l]); // [examples, outputs]
      return l === last ? z.sigmoid() : z.relu();
    }, x);
    return binaryCrossEntropy(output, y);
  };
  return scope(() => {
    const weights = network.weights.map((values, l) => tensor(values, { shape: [WIDTHS[l + 1], WIDTHS[l]] }));
    return grad(loss)(weights).map((gradient) => Float64Array.from(gradient.dataSync()));
  });
};

/** (L(w + ε) − L(w − ε))/2ε, weight by weight. */
const byDifferences = (
  network: SimpleNeuralNetwork,
  weights: Float64Array,
  inputs: Float64Array,
  targets: Float64Array,
): Float64Array => {
  const epsilon = 1e-6;
  const lossAt = (i: number, value: number): number => {
    const kept = weights[i];
    weights[i] = value;
    const loss = network.loss(network.predict(inputs), targets);
    weights[i] = kept;
    return loss;
  };
  return Float64Array.from(weights, (w, i) => (lossAt(i, w + epsilon) - lossAt(i, w - epsilon)) / (2 * epsilon));
};

const largestDifference = (a: Float64Array, b: Float64Array): number =>
  a.reduce((largest, value, i) => Math.max(largest, Math.abs(value - b[i])), 0);

/** The work of a forward pass, 2·Σ nₗ₋₁nₗ, as `summary` counts it; and what is left of a network without activations. */
const countWork = () => {
  const networks = [
    [4, 8, 4, 1],
    [784, 128, 10],
    [100, 256, 128, 1],
  ];
  const counted = networks.map((widths) => {
    const { flops, parameters } = new MLP(...widths).summary(zeros([1, widths[0]]));
    const formula = widths.slice(1).reduce((sum, width, l) => sum + 2 * widths[l] * width, 0);
    return { widths, flops, parameters, formula };
  });
  const linear = new Sequential(new Linear(5, 7), new Linear(7, 6), new Linear(6, 3));
  const at = (values: number[]): Tensor => linear.forward(tensor([values]));
  const [a, b] = [
    [1, -2, 3, 0.5, -1],
    [0.25, 1, -1, 2, 4],
  ];
  const between = a.map((value, i) => 0.3 * value + 0.7 * b[i]);
  const bent = at(between)
    .sub(at(a).mul(0.3).add(at(b).mul(0.7)))
    .abs()
    .max()
    .itemSync();
  return {
    table: {
      title: "The work of a pass forward",
      columns: ["network", "parameters", "FLOPs counted", "2·Σ nₗ₋₁nₗ"],
      rows: counted.map(({ widths, flops, parameters, formula }) => [widths.join("-"), parameters, flops, formula]),
    },
    claims: [
      claim(
        "the FLOPs counted are those of the formula, networks that differ",
        counted.filter(({ flops, formula }) => flops !== formula).length,
        { most: 0 },
      ),
      claim("100-256-128-1 has 58 881 parameters", counted[2].parameters, { least: 58_881, most: 58_881 }),
      claim("without activations three layers are one affine map: its bend between two points", bent, { most: 1e-5 }),
    ],
  };
};
