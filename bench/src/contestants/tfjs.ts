// TensorFlow.js on its wasm backend: the same works in its idioms.
import "@tensorflow/tfjs-backend-wasm";
import * as tf from "@tensorflow/tfjs-core";
import { normals } from "../inputs.ts";
import { mlpB1, mlpB2 } from "../nets.ts";
import { ELEMENTS } from "../works.ts";
import { checkProduct, type Contestant, type Prepared } from "./contestant.ts";
import { layers, trainingSteps } from "./tfjs-nets.ts";

const product = (n: number): Prepared => {
  const [x, y] = [normals("left", n * n), normals("right", n * n)];
  const [a, b] = [tf.tensor2d(x, [n, n]), tf.tensor2d(y, [n, n])];
  return {
    run: () => tf.matMul(a, b).dispose(),
    check: () => checkProduct(n, x, y, tf.matMul(a, b).dataSync()),
  };
};

const act = (): Prepared => {
  const net = layers(mlpB1.widths);
  const observation = normals("observations", 4);
  const f = (x: tf.Tensor): tf.Tensor =>
    net.reduce<tf.Tensor>(
      (value, [weight, bias], i) =>
        tf.fused.matMul({
          a: value as tf.Tensor2D,
          b: weight as unknown as tf.Tensor2D,
          bias,
          activation: i < net.length - 1 ? "relu" : "linear",
        }),
      x,
    );
  return { run: () => tf.tidy(() => tf.argMax(f(tf.tensor2d(observation, [1, 4])), 1).dataSync()[0]) };
};

const elementwise = (): Prepared => {
  const x = tf.tensor1d(normals("elements", ELEMENTS));
  return { run: () => tf.tanh(x).dispose() };
};

const adam = (): Prepared => {
  const variables = layers(mlpB2.widths).flat();
  const gradients = Object.fromEntries(
    variables.map((variable, i) => [variable.name, tf.tensor(normals(`gradient ${i}`, variable.size), variable.shape)]),
  );
  const optimizer = tf.train.adam(1e-3);
  return {
    run: () => optimizer.applyGradients(gradients as unknown as Parameters<typeof optimizer.applyGradients>[0]),
  };
};

export const createContestant = async (): Promise<Contestant> => {
  tf.enableProdMode();
  await tf.setBackend("wasm");
  await tf.ready();
  return {
    name: `tfjs-wasm ${tf.version_core}`,
    rows: {
      ...Object.fromEntries([64, 128, 256, 512, 1024].map((n) => [`A-${n}`, () => product(n)])),
      ...trainingSteps,
      C: act,
      "M-tanh": elementwise,
      "M-adam": adam,
    },
  };
};
