// Several models as one do what each does alone, bit for bit.
import { createRandom } from "@agon/random";
import { compile, differentiate, scope, ShapeError, type Tensor, tensor, zeros } from "@agon/tensor";
import { describe, expect, it } from "vitest";
import {
  type AnyModule,
  BatchNorm1d,
  Dropout,
  Ensemble,
  Linear,
  MLP,
  type Module,
  mse,
  Sequential,
  tanh,
  withRandom,
} from "./index.ts";

const wave = (rows: number, columns: number, rate: number): Tensor =>
  tensor(
    Float32Array.from({ length: rows * columns }, (_, i) => Math.sin(i * rate)),
    { shape: [rows, columns] },
  );
const [x, y] = [wave(32, 4, 1.7), wave(32, 2, 0.9)];
const SEEDS = [1, 2, 3, 4, 5];

const modelsOf = <M extends AnyModule>(make: () => M): M[] => SEEDS.map((seed) => withRandom(createRandom(seed), make));

/** One step of plain gradient descent; the losses. */
const descend = (module: AnyModule, losses: () => Tensor): Tensor => {
  const parameters = module.parameters();
  const { result, gradients } = differentiate(parameters, () => {
    const each = losses();
    return { loss: each.sum(), each };
  });
  parameters.forEach((parameter, i) => {
    parameter.assign(parameter.value.sub(gradients[i].mul(0.1)));
  });
  return result.each;
};

const makers: Record<string, () => Module> = {
  "an MLP": () => new MLP(4, 16, 16, 2, { activation: tanh }),
  "batch normalisation, which keeps statistics": () =>
    new Sequential(new Linear(4, 8), new BatchNorm1d(8), tanh, new Linear(8, 2)),
};

describe.each(Object.entries(makers))("%s", (_name, make) => {
  it.each(["op by op", "compiled"])("trains as each does alone, %s", (how) => {
    const [alone, together] = [modelsOf(make), modelsOf(make)];
    const ensemble = new Ensemble(together);
    const wrap = <T>(f: () => T): (() => T) => (how === "compiled" ? compile(f) : () => scope(f));
    const steps = alone.map((model) => wrap(() => descend(model, () => mse(model.forward(x), y))));
    const step = wrap(() => descend(ensemble, () => ensemble.map((model) => mse(model.forward(x), y))));
    for (let i = 0; i < 5; i++) {
      const losses = step().dataSync();
      expect([...losses]).toEqual(steps.map((each) => each().itemSync()));
    }
    const separate = ensemble.separate();
    separate.forEach((model, i) => expect(model.stateDict()).toEqual(alone[i].stateDict()));
  });
});

describe("an ensemble", () => {
  it("gives the outputs of all models, in training and in evaluation", () => {
    const models = modelsOf(() => new Sequential(new Linear(4, 3), new BatchNorm1d(3)));
    const ensemble = new Ensemble(models).eval();
    const outputs = ensemble.forward(x);
    expect(outputs.shape).toEqual([5, 32, 3]);
    models.forEach((model, i) => expect(outputs.select(0, i).dataSync()).toEqual(model.eval().forward(x).dataSync()));
  });
  it("gives each model data of its own", () => {
    const ensemble = new Ensemble(modelsOf(() => new Linear(4, 1)));
    const batches = wave(5 * 6, 4, 0.3).reshape([5, 6, 4]);
    const outputs = ensemble.map((model, batch: Tensor) => model.forward(batch), batches);
    ensemble.separate().forEach((model, i) => {
      expect(outputs.select(0, i).dataSync()).toEqual(model.forward(batches.select(0, i)).dataSync());
    });
  });
  it("has random streams of its own for each model", () => {
    const make = (): Dropout => new Dropout(0.5);
    const [alone, together] = [modelsOf(make), modelsOf(make)];
    const ensemble = new Ensemble(together);
    for (let i = 0; i < 2; i++) {
      const outputs = ensemble.forward(x);
      alone.forEach((model, k) => expect(outputs.select(0, k).dataSync()).toEqual(model.forward(x).dataSync()));
    }
  });
  it("names its parameters as the models do", () => {
    const [model] = modelsOf(() => new MLP(4, 8, 2));
    const ensemble = new Ensemble([model, new MLP(4, 8, 2)]);
    expect([...ensemble.namedVariables().keys()]).toEqual([...model.namedVariables().keys()]);
    expect(ensemble.parameters().map(({ shape }) => shape)).toEqual(
      model.parameters().map(({ shape }) => [2, ...shape]),
    );
  });
  it("refuses models of different architectures", () => {
    expect(() => new Ensemble([])).toThrow("Ensemble: expects at least one model.");
    const build = (): unknown => new Ensemble([new Linear(2, 3), new Linear(2, 4)]);
    expect(build).toThrow(ShapeError);
    expect(build).toThrow(
      "Ensemble: model 1 has weight [4, 2], bias [4]; expected what model 0 has, weight [3, 2], bias [3].",
    );
  });
  it("takes an empty batch", () => {
    expect(new Ensemble(modelsOf(() => new Linear(4, 1))).forward(zeros([0, 4])).shape).toEqual([5, 0, 1]);
  });
});
