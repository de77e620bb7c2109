// Eight seeds of one network trained in one compiled step: npm run example examples/eight-seeds.ts (-- --time)
import { Ensemble, MLP, mse, tanh, withRandom } from "@agon/nn";
import { Adam } from "@agon/optim";
import { createRandom } from "@agon/random";
import { compile, type Tensor, tensor } from "@agon/tensor";

const SEEDS = [1, 2, 3, 4, 5, 6, 7, 8];
const [BATCH, STEPS] = [64, 300];

const model = (seed: number): MLP => withRandom(createRandom(seed), () => new MLP(4, 64, 64, 2, { activation: tanh }));

/** A batch of the function to learn: two waves over four numbers. */
const inputs = createRandom(0);
const x = tensor(
  Float32Array.from({ length: BATCH * 4 }, () => inputs.normal()),
  { shape: [BATCH, 4] },
);
const y = x
  .slice(null, [0, 2])
  .sin()
  .add(x.slice(null, [2, 4]).cos())
  .mul(0.5); // [batch, 2]

// All at once: the weights of the eight networks lie side by side, and every product is one batched product.
const ensemble = new Ensemble(SEEDS.map(model));
const optimizer = new Adam(ensemble.parameters());
const stepOfAll = compile((images: Tensor, targets: Tensor) =>
  optimizer.minimize(() => {
    const losses = ensemble.map((one) => mse(one.forward(images), targets)); // [models]
    return { loss: losses.sum(), losses };
  }),
);

// One by one, for comparison.
const steps = SEEDS.map((seed) => {
  const one = model(seed);
  const ownOptimizer = new Adam(one.parameters());
  return compile((images: Tensor, targets: Tensor) => ownOptimizer.minimize(() => mse(one.forward(images), targets)));
});

let equal = true;
for (let i = 0; i < STEPS; i++) {
  const { losses } = stepOfAll(x, y);
  const alone = steps.map((step) => step(x, y).itemSync());
  equal &&= losses.dataSync().every((loss, k) => loss === alone[k]);
  if (i === STEPS - 1) console.log(`all below 0.01: ${alone.every((loss) => loss < 0.01)}`); // → all below 0.01: true
}
console.log(`the same losses, bit for bit: ${equal}`); // → the same losses, bit for bit: true

// Processor time of both, turn by turn: the median of 15 rounds.
if (process.argv.includes("--time")) {
  const time = (f: () => void): number => {
    const { user, system } = process.cpuUsage();
    for (let i = 0; i < 50; i++) f();
    const spent = process.cpuUsage({ user, system });
    return (spent.user + spent.system) / 50;
  };
  const together = (): unknown => stepOfAll(x, y);
  const apart = (): unknown => steps.map((step) => step(x, y));
  const rounds = Array.from({ length: 15 }, () => [time(together), time(apart)]);
  const median = (values: number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1];
  const [all, eight] = [0, 1].map((k) => median(rounds.map((round) => round[k])));
  console.error(`${all.toFixed(0)} µs together, ${eight.toFixed(0)} µs one by one: ${(eight / all).toFixed(2)}×`);
}
