// Programs of users on a backend, for Node and for a page: what the contract of deferred reads is tested with.
import { MLP, mse, relu, withRandom } from "@agon/nn";
import { Adam } from "@agon/optim";
import { createRandom } from "@agon/random";
import { type BackendName, compile, selectBackend, type Tensor, tensor } from "@agon/tensor";

const BATCH = 64;
const WIDTHS = [4, 64, 64, 2] as const;

export interface Learned {
  /** Before each step. */
  readonly losses: readonly number[];
  /** All parameters after the last one. */
  readonly parameters: readonly number[];
}

/** The work B1: the MLP 4-64-64-2 on a batch of 64, ReLU, squared error, Adam; the same weights and numbers on every backend. */
export const trainerB1 = (seed: number) => {
  const random = createRandom(seed);
  const normals = (size: number): Float32Array => Float32Array.from({ length: size }, () => random.normal());
  const model = withRandom(random.split("weights"), () => new MLP(...WIDTHS, { activation: relu }));
  const optimizer = new Adam(model.parameters(), { learningRate: 1e-3 });
  const inputs = tensor(normals(BATCH * WIDTHS[0]), { shape: [BATCH, WIDTHS[0]] });
  const targets = tensor(normals(BATCH * WIDTHS[3]), { shape: [BATCH, WIDTHS[3]] });
  const step = compile((x: Tensor, y: Tensor) => optimizer.minimize(() => mse(model.forward(x), y)));
  return { model, optimizer, inputs, targets, step };
};

export const learnB1 = async (backend: BackendName, seed: number, steps: number): Promise<Learned> => {
  await selectBackend(backend);
  const { model, inputs, targets, step } = trainerB1(seed);
  const losses: number[] = [];
  for (let i = 0; i < steps; i++) losses.push(await step(inputs, targets).item());
  const parameters = await Promise.all(model.parameters().map(({ value }) => value.data()));
  return { losses, parameters: parameters.flatMap((data) => [...data]) };
};

/** How far two runs are apart: the losses' largest relative distance, and the parameters' largest distance in learning rates. */
export const distance = (a: Learned, b: Learned): { readonly losses: number; readonly parameters: number } => ({
  losses: Math.max(...a.losses.map((loss, i) => Math.abs(loss - b.losses[i]) / Math.abs(loss))),
  parameters: Math.max(...a.parameters.map((value, i) => Math.abs(value - b.parameters[i]))) / 1e-3,
});
