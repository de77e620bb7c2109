// agon, by its public API alone.
import { MLP } from "@agon/nn";
import { Adam } from "@agon/optim";
import { argmax } from "@agon/rl";
import {
  backendInForce,
  compile,
  selectBackend,
  setThreads,
  setVectorBits,
  type Tensor,
  tensor,
  Variable,
  zeros,
} from "@agon/tensor";
import { normals } from "../inputs.ts";
import { mlpB1, mlpB2 } from "../nets.ts";
import { ELEMENTS } from "../works.ts";
import { environmentRows } from "./agon-environments.ts";
import { trainingSteps } from "./agon-nets.ts";
import { peak } from "./peak.ts";
import { checkProduct, type Contestant, type Prepared } from "./contestant.ts";

/** Operands and result stay where the backend keeps them. */
const product = (n: number): Prepared => {
  const [x, y] = [normals("left", n * n), normals("right", n * n)];
  const [a, b, c] = [x, y, new Float32Array(n * n)].map((data) => new Variable(tensor(data, { shape: [n, n] })));
  const { run, profile } = compile(() => c.assign(a.value.matmul(b.value))).bind();
  return { run, profile, outcome: () => c.toHost(), check: () => checkProduct(n, x, y, c.toHost()) };
};

const act = (): Prepared => {
  const model = new MLP(...mlpB1.widths);
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
    profile: forward.profile,
    outcome: () => actions,
  };
};

const elementwise = (): Prepared => {
  const x = new Variable(tensor(normals("elements", ELEMENTS)));
  const y = new Variable(zeros([ELEMENTS]));
  const { run, profile } = compile(() => y.assign(x.value.tanh())).bind();
  return { run, profile, outcome: () => y.toHost() };
};

const adam = (): Prepared => {
  const parameters = new MLP(...mlpB2.widths).parameters();
  const optimizer = new Adam(parameters, { learningRate: 1e-3 });
  const gradients = parameters.map(({ shape }, i) => {
    const size = shape.reduce((n, length) => n * length, 1);
    return new Variable(tensor(normals(`gradient ${i}`, size), { shape }));
  });
  const { run, profile } = compile(() => optimizer.update(gradients.map(({ value }) => value))).bind();
  return { run, profile, outcome: () => parameters[0].toHost() };
};

export interface Choice {
  /** "strict" forces that tier. */
  readonly numerics: string | undefined;
  /** 256 where V8 runs with its flag. */
  readonly vectorBits: 128 | 256;
  readonly threads: number;
}

export const createContestant = async ({ numerics, vectorBits, threads }: Choice): Promise<Contestant> => {
  setVectorBits(vectorBits);
  await selectBackend(numerics === "strict" ? "wasm-strict" : "wasm");
  await setThreads(threads);
  const tier = backendInForce().numerics;
  return {
    name: "agon",
    numerics: tier,
    rows: {
      // What calling a compiled step costs; no row, but profiles tell it.
      call: () => compile(() => {}).bind(),
      "L-peak": () => peak(vectorBits, tier),
      ...Object.fromEntries([64, 128, 256, 512, 1024].map((n) => [`A-${n}`, () => product(n)])),
      ...trainingSteps,
      C: act,
      ...environmentRows,
      "M-tanh": elementwise,
      "M-adam": adam,
    },
  };
};
