// The textbook's spam network, 4-8-4-1, trained for 1000 epochs by full-batch gradient descent: in float32 through modules and an
// optimizer, compiled; and in float64 through tensors alone, where the golden digits are to be met.
import { binaryCrossEntropy, binaryCrossEntropyWithLogits, MLP } from "@agon/nn";
import { SGD } from "@agon/optim";
import { compile, differentiate, Parameter, scope, type Tensor, tensor, Variable } from "@agon/tensor";
import { toTensor } from "./differentiated.ts";
import { describeFixture, expectGrads, expectOutputs, type FixtureCase } from "./fixtures.ts";

interface Training {
  /** A step of training; returns the loss before it. */
  readonly step: () => Tensor;
  readonly loss: () => Tensor;
  /** Probabilities of spam for all examples. */
  readonly probabilities: () => Tensor;
  /** Weights as the fixture has them, W [in, out]. */
  readonly weights: () => Record<string, ArrayLike<number>>;
  readonly gradients: () => Record<string, ArrayLike<number>>;
}

const layers = [1, 2, 3];
const named = <T>(f: (name: string, kind: "W" | "b", layer: number) => T): Record<string, T> =>
  Object.fromEntries(layers.flatMap((n) => [`W${n}`, `b${n}`].map((name) => [name, f(name, name[0] as "W" | "b", n)])));

const transposed = (data: ArrayLike<number>, [rows, columns]: readonly number[]): Float32Array =>
  Float32Array.from({ length: data.length }, (_, i) => data[(i % rows) * columns + Math.floor(i / rows)]);

/** With the public parts: MLP, binary cross-entropy from logits, SGD, compile. */
const withModules = (fixture: FixtureCase): Training => {
  const { X, y, ...initial } = fixture.inputs;
  const [inputs, targets] = [toTensor(X), toTensor(y)];
  const model = new MLP(...(fixture.params.sizes as number[]));
  const path = (kind: "W" | "b", layer: number): string => `layers.${layer - 1}.${kind === "W" ? "weight" : "bias"}`;
  model.loadStateDict(
    Object.fromEntries(
      layers.flatMap((n) => [
        [path("W", n), transposed(initial[`W${n}`].data as Float32Array, initial[`W${n}`].shape)],
        [path("b", n), initial[`b${n}`].data as Float32Array],
      ]),
    ),
  );
  const { lr, momentum } = fixture.params as { lr: number; momentum: number | null };
  const optimizer = new SGD(model.parameters(), { learningRate: lr, momentum: momentum ?? 0, form: "average" });
  const loss = (): Tensor => binaryCrossEntropyWithLogits(model.forward(inputs), targets);
  const variables = model.namedVariables();
  const back = (data: ArrayLike<number>, kind: "W" | "b", layer: number): ArrayLike<number> => {
    if (kind === "b") return data;
    const [rows, columns] = initial[`W${layer}`].shape;
    return transposed(data, [columns, rows]);
  };
  return {
    step: compile(() => optimizer.minimize(loss)),
    loss,
    probabilities: () => model.forward(inputs).sigmoid(),
    weights: () => named((_, kind, n) => back(variables.get(path(kind, n))!.toHost(), kind, n)),
    gradients: () => {
      const names = [...variables.keys()];
      const { gradients } = scope(() => differentiate(model.parameters(), loss));
      return named((_, kind, n) => back(gradients[names.indexOf(path(kind, n))].dataSync(), kind, n));
    },
  };
};

/** In float64, with network and update written out as the book has them: the rate of an optimizer is a float32. */
const withTensors = (fixture: FixtureCase): Training => {
  const double = (name: string): Tensor => {
    const { data, shape } = fixture.inputs[name];
    return tensor(Float64Array.from(data), { shape });
  };
  const [inputs, targets] = [double("X"), double("y")];
  const parameters = named((name) => new Parameter(double(name), name));
  const all = Object.values(parameters);
  const at = (name: string): Tensor => parameters[name].value;
  const probabilities = (): Tensor => {
    const first = inputs.matmul(at("W1")).add(at("b1")).relu();
    const second = first.matmul(at("W2")).add(at("b2")).relu();
    return second.matmul(at("W3")).add(at("b3")).sigmoid();
  };
  const loss = (): Tensor => binaryCrossEntropy(probabilities(), targets);
  const { lr, momentum } = fixture.params as { lr: number; momentum: number | null };
  const averages = all.map(({ value }) => new Variable(value.mul(0)));
  const step = compile(() => {
    const { loss: before, gradients } = differentiate(all, loss);
    all.forEach((parameter, i) => {
      const average =
        momentum === null ? gradients[i] : averages[i].value.mul(momentum).add(gradients[i].mul(1 - momentum));
      averages[i].assign(average);
      parameter.assign(parameter.value.sub(average.mul(lr)));
    });
    return before;
  });
  return {
    step,
    loss,
    probabilities,
    weights: () => named((name) => parameters[name].toHost()),
    gradients: () => {
      const { gradients } = scope(() => differentiate(all, loss));
      return Object.fromEntries(Object.keys(parameters).map((name, i) => [name, gradients[i].dataSync()]));
    },
  };
};

const train = (fixture: FixtureCase, training: Training, tolerance: { rtol: number; atol: number }): void => {
  expectGrads(fixture, training.gradients(), tolerance);
  const initial = training.probabilities().dataSync();
  const losses: number[] = [];
  const epochs = fixture.params.epochs as number;
  for (let epoch = 0; epoch < epochs; epoch++) {
    const loss = training.step();
    if (epoch % 100 === 0) losses.push(loss.itemSync());
  }
  losses.push(training.loss().itemSync());
  const final = training.probabilities().dataSync();
  const targets = fixture.inputs.y.data as Float32Array;
  const right = targets.reduce((sum, y, i) => sum + Number(final[i] >= 0.5 === (y === 1)), 0);
  expectOutputs(
    fixture,
    {
      ...training.weights(),
      loss_every_100: losses,
      initial_probabilities_first10: initial.slice(0, 10),
      final_probabilities_first10: final.slice(0, 10),
      train_accuracy: right / targets.length,
    },
    tolerance,
  );
};

describeFixture("textbook_seed_network", {
  seed_network: (fixture) => {
    // The golden data's own tolerances: float32 within a thousandth, float64 to nine digits.
    train(fixture, withModules(fixture), { rtol: 1e-3, atol: 1e-3 });
    train(fixture, withTensors(fixture), { rtol: 1e-9, atol: 1e-12 });
  },
});
