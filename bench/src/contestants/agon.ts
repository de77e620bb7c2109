// agon, by its public API alone.
import { crossEntropy, huber, MLP, mse, relu, tanh } from "@agon/nn";
import { Adam } from "@agon/optim";
import { argmax } from "@agon/rl";
import {
  backendInForce,
  compile,
  selectBackend,
  setVectorBits,
  type Tensor,
  tensor,
  Variable,
  zeros,
} from "@agon/tensor";
import { integers, normals } from "../inputs.ts";
import { ELEMENTS, type NetShape, netB1, netB2, netOther } from "../works.ts";
import { environmentRows } from "./agon-environments.ts";
import { checkFell, checkProduct, type Contestant, type Prepared } from "./contestant.ts";

/** Operands and result stay where the backend keeps them. */
const product = (n: number): Prepared => {
  const [x, y] = [normals("left", n * n), normals("right", n * n)];
  const [a, b, c] = [x, y, new Float32Array(n * n)].map((data) => new Variable(tensor(data, { shape: [n, n] })));
  const { run } = compile(() => c.assign(a.value.matmul(b.value))).bind();
  return { run, outcome: () => c.toHost(), check: () => checkProduct(n, x, y, c.toHost()) };
};

interface Training {
  readonly net: NetShape;
  readonly activation: (x: Tensor) => Tensor;
  readonly loss: (prediction: Tensor, target: Tensor) => Tensor;
  readonly target: Tensor;
}

const trainingStep = ({ net: { widths, batch }, activation, loss, target }: Training): Prepared => {
  const model = new MLP(...widths, { activation });
  const optimizer = new Adam(model.parameters(), { learningRate: 1e-3 });
  const input = tensor(normals("input", batch * widths[0]), { shape: [batch, widths[0]] });
  const step = compile((x: Tensor, y: Tensor) => optimizer.minimize(() => loss(model.forward(x), y)));
  const bound = step.bind(input, target);
  bound.run();
  const first = bound.outputs[0][0];
  return {
    run: bound.run,
    outcome: () => Float32Array.from(model.parameters().flatMap((parameter) => [...parameter.toHost()])),
    check: () => checkFell(first, bound.outputs[0][0]),
  };
};

const regression = ({ widths, batch }: NetShape): Tensor => {
  const outputs = widths[widths.length - 1];
  return tensor(normals("target", batch * outputs), { shape: [batch, outputs] });
};

const act = (): Prepared => {
  const model = new MLP(...netB1.widths);
  const forward = compile((x: Tensor) => model.forward(x)).bind(zeros([1, 4]));
  const [input, output] = [forward.inputs[0], forward.outputs[0] as Float32Array];
  const observations = normals("observations", 4 * 1024);
  const actions = new Int32Array(1024);
  let at = 0;
  return {
    run() {
      for (let i = 0; i < 4; i++) input[i] = observations[4 * at + i];
      forward.run();
      actions[at] = argmax(output);
      at = (at + 1) & 1023;
    },
    outcome: () => actions,
  };
};

const elementwise = (): Prepared => {
  const x = new Variable(tensor(normals("elements", ELEMENTS)));
  const y = new Variable(zeros([ELEMENTS]));
  const { run } = compile(() => y.assign(x.value.tanh())).bind();
  return { run, outcome: () => y.toHost() };
};

const adam = (): Prepared => {
  const parameters = new MLP(...netB2.widths).parameters();
  const optimizer = new Adam(parameters, { learningRate: 1e-3 });
  const gradients = parameters.map(({ shape }, i) => {
    const size = shape.reduce((n, length) => n * length, 1);
    return new Variable(tensor(normals(`gradient ${i}`, size), { shape }));
  });
  const { run } = compile(() => optimizer.update(gradients.map(({ value }) => value))).bind();
  return { run, outcome: () => parameters[0].toHost() };
};

export interface Choice {
  /** "strict" forces that tier. */
  readonly numerics: string | undefined;
  /** 256 where V8 runs with its flag. */
  readonly vectorBits: 128 | 256;
}

export const createContestant = async ({ numerics, vectorBits }: Choice): Promise<Contestant> => {
  setVectorBits(vectorBits);
  await selectBackend(numerics === "strict" ? "wasm-strict" : "wasm");
  return {
    name: "agon",
    numerics: backendInForce().numerics,
    rows: {
      ...Object.fromEntries([64, 128, 256, 512, 1024].map((n) => [`A-${n}`, () => product(n)])),
      B1: () => trainingStep({ net: netB1, activation: relu, loss: mse, target: regression(netB1) }),
      "B1-other": () => trainingStep({ net: netOther, activation: tanh, loss: huber, target: regression(netOther) }),
      B2: () =>
        trainingStep({
          net: netB2,
          activation: relu,
          loss: crossEntropy,
          target: tensor(integers("classes", netB2.batch, 10)),
        }),
      C: act,
      ...environmentRows,
      "M-tanh": elementwise,
      "M-adam": adam,
    },
  };
};
