// The training steps of TensorFlow.js. Its wasm backend has no gradient of a convolution's kernel (Conv2DBackpropFilter), so none with convolutions.
import * as tf from "@tensorflow/tfjs-core";
import "./tfjs-gradients.ts";
import { integers, normals } from "../inputs.ts";
import { gpt, type GptSizes, lstm, type LstmSizes, mlpB1, mlpB2, mlpOther, type MlpSizes } from "../nets.ts";
import { checkFell, type Prepared } from "./contestant.ts";

export type Layer = readonly [weight: tf.Variable, bias: tf.Variable];

const size = (shape: readonly number[]): number => shape.reduce((n, length) => n * length, 1);

const array = (name: string, shape: number[], scale = 1): tf.Tensor =>
  tf.tensor(normals(name, size(shape), scale), shape);

const variable = (name: string, shape: number[], scale: number): tf.Variable => tf.variable(array(name, shape, scale));

const layer = (name: string, inputs: number, outputs: number, scale: number = inputs ** -0.5): Layer => [
  variable(name, [inputs, outputs], scale),
  tf.variable(tf.zeros([outputs])),
];

export const layers = (widths: readonly number[]): Layer[] =>
  widths.slice(1).map((outputs, i) => layer(`weight ${i}`, widths[i], outputs));

const apply = ([weight, bias]: Layer, x: tf.Tensor): tf.Tensor => tf.add(tf.matMul(x, weight as tf.Tensor), bias);

const forward = (net: readonly Layer[], x: tf.Tensor, activation: (x: tf.Tensor) => tf.Tensor): tf.Tensor =>
  net.reduce((value, each, i) => (i < net.length - 1 ? activation(apply(each, value)) : apply(each, value)), x);

const oneHot = (name: string, rows: number, count: number): tf.Tensor =>
  tf.cast(tf.oneHot(tf.tensor1d(integers(name, rows, count), "int32"), count), "float32");

const trainingStep = (loss: () => tf.Tensor): Prepared => {
  const optimizer = tf.train.adam(1e-3);
  const f = loss as () => tf.Scalar;
  const value = (): number => tf.tidy(() => f().dataSync()[0]);
  const first = value();
  return { run: () => optimizer.minimize(f), check: () => checkFell(first, value()) };
};

const mlpStep = (
  { widths, batch }: MlpSizes,
  activation: (x: tf.Tensor) => tf.Tensor,
  loss: (prediction: tf.Tensor) => tf.Tensor,
): Prepared => {
  const net = layers(widths);
  const x = array("input", [batch, widths[0]]);
  return trainingStep(() => loss(forward(net, x, activation)));
};

const regression = ({ widths, batch }: MlpSizes): tf.Tensor => array("target", [batch, widths[widths.length - 1]]);

const lstmStep = ({ batch, steps, inputs, hidden, classes }: LstmSizes): Prepared => {
  const gates = layer("gates", inputs + hidden, 4 * hidden, hidden ** -0.5);
  const head = layer("head", hidden, classes);
  const sequence = Array.from({ length: steps }, (_, t) => array(`input ${t}`, [batch, inputs]));
  const target = oneHot("classes", batch, classes);
  return trainingStep(() => {
    let [h, c]: tf.Tensor[] = [tf.zeros([batch, hidden]), tf.zeros([batch, hidden])];
    for (const x of sequence) {
      const [input, forget, candidate, output] = tf.split(apply(gates, tf.concat([x, h], 1)), 4, 1); // [batch, hidden] each
      c = tf.add(tf.mul(tf.sigmoid(forget), c), tf.mul(tf.sigmoid(input), tf.tanh(candidate)));
      h = tf.mul(tf.sigmoid(output), tf.tanh(c));
    }
    return tf.losses.softmaxCrossEntropy(target, apply(head, h));
  });
};

type Norm = readonly [scale: tf.Variable, shift: tf.Variable];

const norm = (width: number): Norm => [tf.variable(tf.ones([width])), tf.variable(tf.zeros([width]))];

const normalise = (x: tf.Tensor, [scale, shift]: Norm): tf.Tensor => {
  const { mean, variance } = tf.moments(x, -1, true);
  return tf.add(tf.mul(tf.mul(tf.sub(x, mean), tf.rsqrt(tf.add(variance, 1e-5))), scale), shift);
};

const geluTanh = (x: tf.Tensor): tf.Tensor => {
  const inner = tf.mul(tf.add(x, tf.mul(tf.mul(tf.mul(x, x), x), 0.044715)), Math.sqrt(2 / Math.PI));
  return tf.mul(tf.mul(x, 0.5), tf.add(tf.tanh(inner), 1));
};

/** The embedding is a product with one-hot rows: the backend has no gradient of gathering. */
const gptStep = ({ batch, context, vocabulary, width, heads, layers: depth }: GptSizes): Prepared => {
  const rows = batch * context;
  const linear = (name: string, inputs: number, outputs: number): Layer => layer(name, inputs, outputs, 0.02);
  const blocks = Array.from({ length: depth }, (_, i) => ({
    before: norm(width),
    query: linear(`query ${i}`, width, width),
    key: linear(`key ${i}`, width, width),
    value: linear(`value ${i}`, width, width),
    joined: linear(`joined ${i}`, width, width),
    between: norm(width),
    wide: linear(`wide ${i}`, width, 4 * width),
    narrow: linear(`narrow ${i}`, 4 * width, width),
  }));
  const tokens = variable("tokens", [vocabulary, width], 0.02);
  const positions = variable("positions", [context, width], 0.02);
  const after = norm(width);
  const head = variable("head", [width, vocabulary], 0.02);
  const future = Float32Array.from({ length: context ** 2 }, (_, i) => (i % context > i / context ? -1e9 : 0));
  const mask = tf.tensor2d(future, [context, context]);
  const [seen, target] = [oneHot("tokens", rows, vocabulary), oneHot("classes", rows, vocabulary)];
  const byHead = (x: tf.Tensor): tf.Tensor =>
    tf.transpose(tf.reshape(x, [batch, context, heads, width / heads]), [0, 2, 1, 3]);
  return trainingStep(() => {
    const embedded = tf.reshape(tf.matMul(seen, tokens as tf.Tensor), [batch, context, width]);
    let x = tf.reshape(tf.add(embedded, positions), [rows, width]);
    for (const each of blocks) {
      const normal = normalise(x, each.before);
      const [q, k, v] = [each.query, each.key, each.value].map((part) => byHead(apply(part, normal)));
      const scores = tf.mul(tf.matMul(q, k, false, true), (width / heads) ** -0.5);
      const attended = tf.transpose(tf.matMul(tf.softmax(tf.add(scores, mask)), v), [0, 2, 1, 3]);
      x = tf.add(x, apply(each.joined, tf.reshape(attended, [rows, width])));
      x = tf.add(x, apply(each.narrow, geluTanh(apply(each.wide, normalise(x, each.between)))));
    }
    return tf.losses.softmaxCrossEntropy(target, tf.matMul(normalise(x, after), head as tf.Tensor));
  });
};

export const trainingSteps: Readonly<Record<string, () => Prepared>> = {
  B1: () => {
    const target = regression(mlpB1);
    return mlpStep(mlpB1, tf.relu, (prediction) => tf.losses.meanSquaredError(target, prediction));
  },
  "B1-other": () => {
    const target = regression(mlpOther);
    return mlpStep(mlpOther, tf.tanh, (prediction) => tf.losses.huberLoss(target, prediction));
  },
  B2: () => {
    const target = oneHot("classes", mlpB2.batch, 10);
    return mlpStep(mlpB2, tf.relu, (prediction) => tf.losses.softmaxCrossEntropy(target, prediction));
  },
  E: () => lstmStep(lstm),
  F: () => gptStep(gpt),
};
