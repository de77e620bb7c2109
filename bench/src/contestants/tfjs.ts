// TensorFlow.js on its wasm backend: the same works in its idioms.
import "@tensorflow/tfjs-backend-wasm";
import * as tf from "@tensorflow/tfjs-core";
import "./tfjs-gradients.ts";
import { integers, normals } from "../inputs.ts";
import { mlpB1, mlpB2, mlpOther, type MlpSizes } from "../nets.ts";
import { ELEMENTS } from "../works.ts";
import { checkFell, checkProduct, type Contestant, type Prepared } from "./contestant.ts";

const product = (n: number): Prepared => {
  const [x, y] = [normals("left", n * n), normals("right", n * n)];
  const [a, b] = [tf.tensor2d(x, [n, n]), tf.tensor2d(y, [n, n])];
  return {
    run: () => tf.matMul(a, b).dispose(),
    check: () => checkProduct(n, x, y, tf.matMul(a, b).dataSync()),
  };
};

type Layer = readonly [weight: tf.Variable, bias: tf.Variable];

const layers = (widths: readonly number[]): Layer[] =>
  widths.slice(1).map((outputs, i) => {
    const weight = tf.tensor2d(normals(`weight ${i}`, widths[i] * outputs, widths[i] ** -0.5), [widths[i], outputs]);
    return [tf.variable(weight), tf.variable(tf.zeros([outputs]))];
  });

const forward = (net: readonly Layer[], x: tf.Tensor, activation: (x: tf.Tensor) => tf.Tensor): tf.Tensor =>
  net.reduce<tf.Tensor>((value, [weight, bias], i) => {
    const sum = tf.add(tf.matMul(value as tf.Tensor2D, weight as unknown as tf.Tensor2D), bias);
    return i < net.length - 1 ? activation(sum) : sum;
  }, x);

const trainingStep = (
  { widths, batch }: MlpSizes,
  activation: (x: tf.Tensor) => tf.Tensor,
  loss: (prediction: tf.Tensor) => tf.Tensor,
): Prepared => {
  const net = layers(widths);
  const x = tf.tensor2d(normals("input", batch * widths[0]), [batch, widths[0]]);
  const optimizer = tf.train.adam(1e-3);
  const f = (): tf.Scalar => loss(forward(net, x, activation)) as tf.Scalar;
  const value = (): number => tf.tidy(() => f().dataSync()[0]);
  const first = value();
  return { run: () => optimizer.minimize(f), check: () => checkFell(first, value()) };
};

const regression = ({ widths, batch }: MlpSizes): tf.Tensor =>
  tf.tensor2d(normals("target", batch * widths[widths.length - 1]), [batch, widths[widths.length - 1]]);

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
  const [b1, other] = [regression(mlpB1), regression(mlpOther)];
  const classes = tf.cast(tf.oneHot(tf.tensor1d(integers("classes", mlpB2.batch, 10), "int32"), 10), "float32");
  return {
    name: `tfjs-wasm ${tf.version_core}`,
    rows: {
      ...Object.fromEntries([64, 128, 256, 512, 1024].map((n) => [`A-${n}`, () => product(n)])),
      B1: () => trainingStep(mlpB1, tf.relu, (prediction) => tf.losses.meanSquaredError(b1, prediction)),
      "B1-other": () => trainingStep(mlpOther, tf.tanh, (prediction) => tf.losses.huberLoss(other, prediction)),
      B2: () => trainingStep(mlpB2, tf.relu, (prediction) => tf.losses.softmaxCrossEntropy(classes, prediction)),
      C: act,
      "M-tanh": elementwise,
      "M-adam": adam,
    },
  };
};
