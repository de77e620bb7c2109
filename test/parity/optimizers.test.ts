// SGD and Adam step by step as PyTorch computes them. The file's other optimizers have no counterpart in @agon/optim yet.
import { Adam, SGD } from "@agon/optim";
import { compile, Parameter, tensor } from "@agon/tensor";
import { expect, test } from "vitest";
import { expectClose, type FixtureCase, loadFixture } from "./fixtures.ts";

type Params = Readonly<Record<string, unknown>>;

const adam = ({ lr, betas, eps, weight_decay }: Params, decoupled: boolean) => ({
  learningRate: lr as number,
  betas: betas as [number, number],
  epsilon: eps as number,
  weightDecay: weight_decay as number,
  decoupled,
});

const makers: Readonly<Record<string, (parameters: Parameter[], params: Params) => SGD | Adam>> = {
  SGD: (parameters, { lr, momentum, dampening, nesterov, weight_decay }) =>
    new SGD(parameters, {
      learningRate: lr as number,
      momentum: momentum as number,
      dampening: dampening as number,
      nesterov: nesterov as boolean,
      weightDecay: weight_decay as number,
    }),
  momentum_ema_numpy: (parameters, { lr, beta }) =>
    new SGD(parameters, { learningRate: lr as number, momentum: beta as number, form: "average" }),
  Adam: (parameters, params) => new Adam(parameters, adam(params, false)),
  AdamW: (parameters, params) => new Adam(parameters, adam(params, true)),
};

const run = ({ op, params, inputs, outputs }: FixtureCase): void => {
  const names = Object.keys(inputs)
    .filter((name) => name.startsWith("p0."))
    .map((name) => name.slice(3));
  const parameters = names.map(
    (name) => new Parameter(tensor(inputs[`p0.${name}`].data, { shape: inputs[`p0.${name}`].shape }), name),
  );
  const optimizer = makers[op](parameters, params);
  const step = compile((...gradients: Parameters<typeof optimizer.update>[0][number][]) => optimizer.update(gradients));
  const steps = outputs[`p.${names[0]}`].shape[0];
  for (let i = 0; i < steps; i++) {
    step(
      ...names.map((name, k) => {
        const size = parameters[k].toHost().length;
        return tensor(inputs[`g.${name}`].data.slice(i * size, (i + 1) * size), { shape: parameters[k].shape });
      }),
    );
    names.forEach((name, k) => {
      const data = parameters[k].toHost();
      const wanted = outputs[`p.${name}`].data.slice(i * data.length, (i + 1) * data.length);
      expectClose(data, { dtype: "float32", shape: [data.length], data: wanted }, { what: `step ${i}: ${name}` });
    });
  }
};

const { cases } = loadFixture("optimizers");
const known = cases.filter(({ op, params }) => Object.hasOwn(makers, op) && !params.amsgrad);

test("the file has cases of every optimizer here", () => {
  expect(new Set(known.map(({ op }) => op))).toEqual(new Set(Object.keys(makers)));
});

test.each(known.map((each) => [each.name, each] as const))("%s", (_name, each) => run(each));
