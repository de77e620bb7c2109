// Programs of users on a backend, for Node and for a page: what the contract of deferred reads is tested with.
import { crossEntropy, MLP, mse, relu, withRandom } from "@agon/nn";
import { Adam } from "@agon/optim";
import { createRandom, type Random } from "@agon/random";
import { type BackendName, compile, selectBackend, type Tensor, tensor } from "@agon/tensor";

const BATCH = 64;
const INPUTS = 4;
const LEARNING_RATE = 1e-3;

interface Learned {
  /** Before each step. */
  readonly losses: readonly number[];
  /** All parameters after the last one. */
  readonly parameters: readonly number[];
}

interface Work {
  readonly outputs: number;
  readonly loss: (prediction: Tensor, target: Tensor) => Tensor;
  readonly targets: (random: Random, outputs: number) => Tensor;
}

const normals = (random: Random, size: number): Float32Array =>
  Float32Array.from({ length: size }, () => random.normal());

/** An MLP 4-64-64-outputs with ReLU on a batch of 64, and Adam; the same weights and numbers on every backend. */
const works = {
  /** B1 of the benchmarks: two outputs, squared error. */
  B1: {
    outputs: 2,
    loss: mse,
    targets: (random, outputs) => tensor(normals(random, BATCH * outputs), { shape: [BATCH, outputs] }),
  },
  classes: {
    outputs: 5,
    loss: crossEntropy,
    targets: (random, outputs) => tensor(Int32Array.from({ length: BATCH }, () => random.integer(outputs))),
  },
} as const satisfies Record<string, Work>;

export const trainer = (work: keyof typeof works, seed: number) => {
  const { outputs, loss, targets }: Work = works[work];
  const random = createRandom(seed);
  const model = withRandom(random.split("weights"), () => new MLP(INPUTS, 64, 64, outputs, { activation: relu }));
  const optimizer = new Adam(model.parameters(), { learningRate: LEARNING_RATE });
  const step = compile((x: Tensor, y: Tensor) => optimizer.minimize(() => loss(model.forward(x), y)));
  const inputs = tensor(normals(random, BATCH * INPUTS), { shape: [BATCH, INPUTS] });
  return { model, inputs, targets: targets(random, outputs), step };
};

const learn = async (
  work: keyof typeof works,
  backend: BackendName,
  { seed, steps }: { readonly seed: number; readonly steps: number },
): Promise<Learned> => {
  await selectBackend(backend);
  const { model, inputs, targets, step } = trainer(work, seed);
  const losses: number[] = [];
  for (let i = 0; i < steps; i++) losses.push(await step(inputs, targets).item());
  const parameters = await Promise.all(model.parameters().map(({ value }) => value.data()));
  return { losses, parameters: parameters.flatMap((data) => [...data]) };
};

export interface Apart {
  /** Largest relative distance of the losses. */
  readonly losses: number;
  /** Largest distance of the parameters after the last step, in learning rates. */
  readonly parameters: number;
}

/** How far 20 steps on webgpu are from those on wasm. */
export const apartOnWebgpu = async (work: keyof typeof works, seed: number): Promise<Apart> => {
  const options = { seed, steps: 20 };
  const [a, b] = [await learn(work, "wasm", options), await learn(work, "webgpu", options)];
  return {
    losses: Math.max(...a.losses.map((loss, i) => Math.abs(loss - b.losses[i]) / Math.abs(loss))),
    parameters: Math.max(...a.parameters.map((value, i) => Math.abs(value - b.parameters[i]))) / LEARNING_RATE,
  };
};
