// Optimizers step by step: the rules of PyTorch and of textbooks with given gradients, and least squares from the loss on.
import {
  Adadelta,
  Adagrad,
  Adam,
  type AdamOptions,
  Adamax,
  NAdam,
  type Optimizer,
  RAdam,
  RMSprop,
  SGD,
} from "@agon/optim";
import { compile, Parameter, type Tensor, tensor } from "@agon/tensor";
import { type Adapter, describeFixture, expectOutputs, type FixtureCase, type FixtureTensor } from "./fixtures.ts";

type Params = Readonly<Record<string, unknown>>;
type Maker = (parameters: Parameter[], options: Params) => Optimizer;

/** PyTorch's names and ours. Those with no entry are the same in both. */
const names: Readonly<Record<string, string>> = {
  lr: "learningRate",
  eps: "epsilon",
  weight_decay: "weightDecay",
  lr_decay: "learningRateDecay",
  initial_accumulator_value: "initialSum",
  momentum_decay: "momentumDecay",
};
const same = ["alpha", "amsgrad", "betas", "centered", "dampening", "momentum", "nesterov", "rho"];

const translate = (params: Params): Params =>
  Object.fromEntries(
    Object.entries(params).map(([name, value]) => {
      if (!Object.hasOwn(names, name) && !same.includes(name))
        throw new Error(`optimizers: no option for the parameter "${name}".`);
      return [names[name] ?? name, value];
    }),
  );

const torch: Readonly<Record<string, Maker>> = {
  SGD: (parameters, options) => new SGD(parameters, options),
  Adagrad: (parameters, options) => new Adagrad(parameters, options),
  Adadelta: (parameters, options) => new Adadelta(parameters, options),
  RMSprop: (parameters, options) => new RMSprop(parameters, options),
  Adam: (parameters, options) => new Adam(parameters, options as AdamOptions),
  AdamW: (parameters, options) => new Adam(parameters, { ...(options as AdamOptions), decoupled: true }),
  Adamax: (parameters, options) => new Adamax(parameters, options),
  // The golden data are PyTorch 1.13's, which had a mistake in its NAdam.
  NAdam: (parameters, options) => new NAdam(parameters, { ...options, asPyTorch1: true }),
  RAdam: (parameters, options) => new RAdam(parameters, options),
};

const textbook: Readonly<Record<string, Maker>> = {
  momentum_ema_numpy: (parameters, { lr, beta }) =>
    new SGD(parameters, { learningRate: lr as number, momentum: beta as number, form: "average" }),
  momentum_ema_bias_corrected_numpy: (parameters, { lr, beta }) =>
    new SGD(parameters, { learningRate: lr as number, momentum: beta as number, form: "average", biasCorrected: true }),
  rmsprop_textbook_numpy: (parameters, { lr, beta, eps }) =>
    new RMSprop(parameters, { learningRate: lr as number, alpha: beta as number, epsilon: eps as number }),
};

const toTensor = ({ data, shape }: FixtureTensor): Tensor => tensor(data, { shape });

/** One row of values for every step, one after the other. */
const joined = (rows: readonly ArrayLike<number>[]): number[] => rows.flatMap((row) => Array.from(row));

/** Takes a step for each of the given gradients `g.*` and compares the parameters after it. */
const withGradients =
  (make: (parameters: Parameter[], params: Params) => Optimizer): Adapter =>
  (fixture: FixtureCase) => {
    const { params, inputs, outputs } = fixture;
    const keys = Object.keys(outputs).map((name) => name.slice("p.".length));
    const parameters = keys.map((key) => new Parameter(toTensor(inputs[`p0.${key}`]), key));
    const optimizer = make(parameters, params);
    const step = compile((...gradients: Tensor[]) => optimizer.update(gradients));
    const after = keys.map((): ArrayLike<number>[] => []);
    for (let i = 0; i < outputs[`p.${keys[0]}`].shape[0]; i++) {
      step(...keys.map((key) => tensor(row(inputs[`g.${key}`], i), { shape: inputs[`g.${key}`].shape.slice(1) })));
      parameters.forEach((parameter, k) => after[k].push(Array.from(parameter.toHost())));
    }
    expectOutputs(fixture, Object.fromEntries(keys.map((key, k) => [`p.${key}`, joined(after[k])])));
  };

const row = ({ data, shape }: FixtureTensor, index: number): FixtureTensor["data"] => {
  const size = data.length / shape[0];
  return data.slice(index * size, (index + 1) * size);
};

/** Minimises mean((A·w − y)²) from w0. */
const leastSquares: Adapter = (fixture: FixtureCase) => {
  const { optimizer: name, ...params } = fixture.params;
  if (!Object.hasOwn(torch, name as string)) throw new Error(`least_squares: no optimizer "${name}".`);
  const [A, y] = [toTensor(fixture.inputs.A), toTensor(fixture.inputs.y)];
  const w = new Parameter(toTensor(fixture.inputs.w0), "w");
  const optimizer = torch[name as string]([w], translate(params));
  const step = compile(() => optimizer.minimize(() => A.matmul(w.value).sub(y).square().mean()));
  const losses: number[] = [];
  const after: ArrayLike<number>[] = [];
  for (let i = 0; i < fixture.outputs.w.shape[0]; i++) {
    losses.push(step().itemSync());
    after.push(Array.from(w.toHost()));
  }
  expectOutputs(fixture, { loss_before_step: losses, w: joined(after) });
};

const adapters = (makers: Readonly<Record<string, Maker>>, read: (params: Params) => Params) =>
  Object.fromEntries(
    Object.entries(makers).map(([op, make]) => [
      op,
      withGradients((parameters, params) => make(parameters, read(params))),
    ]),
  );

describeFixture("optimizers", {
  ...adapters(torch, translate),
  ...adapters(textbook, (params) => params),
  least_squares: leastSquares,
});
