// From a table with gaps to a network that is judged on rows it never saw: npm run example examples/table.ts
import { readCsv, split, standardScaler } from "@agon/data";
import { accuracy, confusionMatrix } from "@agon/metrics";
import { crossEntropy, MLP } from "@agon/nn";
import { Adam } from "@agon/optim";
import { createRandom } from "@agon/random";
import { compile, type Tensor } from "@agon/tensor";

// Parts with two measures: sound ones lie within a ring of worn ones. Every fiftieth was not measured.
const random = createRandom(0);
const rows = Array.from({ length: 600 }, (_, i) => {
  const worn = i % 3 === 0;
  const [x, y] = [random.normal(), random.normal()];
  const stretch = (worn ? 3 : 0.8) / Math.sqrt(worn ? x * x + y * y : 1);
  const width = 500 + 20 * x * stretch;
  return `${i % 50 === 49 ? "?" : width.toFixed(2)},${(y * stretch).toFixed(3)},${worn ? "worn" : "sound"}`;
});
const csv = ["width,bend,kind", ...rows].join("\n");

const table = (await readCsv(csv, { file: "parts.csv" })).complete();
const parts = table.dataset({ target: "kind" });
const { train, test } = split(parts, { train: 0.75, test: 0.25 }, { seed: 0, stratify: "target" });
console.log(table.length, train.length, test.length, parts.classes); // → 588 441 147 [ 'sound', 'worn' ]

const scaler = standardScaler(train);
const model = new MLP(2, 16, 2);
const optimizer = new Adam(model.parameters(), { learningRate: 0.02 });
const step = compile((features: Tensor, target: Tensor) =>
  optimizer.minimize(() => crossEntropy(model.forward(features), target)),
);
for (let epoch = 0; epoch < 20; epoch++)
  for (const { features, target } of scaler.apply(train).batches({ size: 32, seed: 0, epoch })) step(features, target);

const judged = accuracy.stream();
const confused = confusionMatrix.stream({ labels: [0, 1] });
for (const { features, target } of scaler.apply(test).batches({ size: 64 })) {
  const scores = model.forward(features);
  judged.update(scores, target);
  confused.update(scores, target);
}
console.log(judged.samples, confused.result().support, judged.result() > 0.95); // → 147 [ 98, 49 ] true
