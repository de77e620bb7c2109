// The training steps of jax-js, whole under jit. Arrays are consumed when passed; `ref` keeps them.
import { jit, lax, nn, numpy as np, tree, valueAndGrad } from "@jax-js/jax";
import { integers, normals } from "../inputs.ts";
import {
  gpt,
  type GptSizes,
  leNet,
  leNetFeatures,
  type LeNetSizes,
  lstm,
  type LstmSizes,
  mlpB1,
  mlpB2,
  mlpOther,
  type MlpSizes,
  resNet,
  type ResNetSizes,
} from "../nets.ts";
import { checkFell, type Prepared } from "./contestant.ts";

export type Array = np.Array;
/** An alias, not an interface: jax-js takes objects with an index signature. */
export type Layer = { w: Array; b: Array };
type Norm = { scale: Array; shift: Array };
type Tree = Parameters<typeof tree.ref>[0];

export const array = (name: string, shape: number[], scale = 1): Array =>
  np
    .array(
      normals(
        name,
        shape.reduce((n, length) => n * length, 1),
        scale,
      ),
    )
    .reshape(shape);

const layer = (name: string, inputs: number, outputs: number, scale: number = inputs ** -0.5): Layer => ({
  w: array(name, [inputs, outputs], scale),
  b: np.zeros([outputs]),
});

export const layers = (widths: readonly number[]): Layer[] =>
  widths.slice(1).map((outputs, i) => layer(`weight ${i}`, widths[i], outputs));

const apply = ({ w, b }: Layer, x: Array): Array => np.dot(x, w).add(b);

export const forward = (net: readonly Layer[], x: Array, activation: (x: Array) => Array): Array =>
  net.reduce((value, each, i) => (i < net.length - 1 ? activation(apply(each, value)) : apply(each, value)), x);

const keep = <Params extends Tree>(params: Params): Params => tree.ref(params) as unknown as Params;

const map = <Params extends Tree>(f: (...values: Array[]) => Array, ...trees: Params[]): Params =>
  tree.map(f as never, ...(trees as unknown as [never])) as unknown as Params;

/**
 * One step of Adam, written out, so that it fuses with the gradients. `loss` consumes the parameters and the data. Results are lazy: reading
 * the loss makes the whole step happen.
 */
const trainingStep = <Params extends Tree>(
  initial: Params,
  loss: (params: Params, ...data: Array[]) => Array,
  ...data: Array[]
): Prepared => {
  const zeros = (params: Params): Params => map((value) => np.zeros(value.shape), params);
  const differentiated = valueAndGrad(loss as never) as unknown as (
    params: Params,
    ...data: Array[]
  ) => [Array, Params];
  const f = (params: Params, m: Params, v: Params, t: Array, ...inputs: Array[]): unknown[] => {
    const [value, gradient] = differentiated(keep(params), ...inputs);
    const next = t.add(1);
    const correction = (beta: number): Array =>
      np
        .exp(next.ref.mul(Math.log(beta)))
        .mul(-1)
        .add(1);
    const [c1, c2] = [correction(0.9), correction(0.999)];
    const m2 = map((a, g) => a.mul(0.9).add(g.mul(0.1)), m, keep(gradient));
    const v2 = map((a, g) => a.mul(0.999).add(g.ref.mul(g).mul(0.001)), v, gradient);
    const moved = map(
      (p, a, b) =>
        p.sub(
          a
            .div(c1.ref)
            .mul(1e-3)
            .div(np.sqrt(b.div(c2.ref)).add(1e-8)),
        ),
      params,
      keep(m2),
      keep(v2),
    );
    c1.dispose();
    c2.dispose();
    return [moved, m2, v2, next, value];
  };
  const step = jit(f as never) as unknown as typeof f;
  let params = initial;
  let [m, v] = [zeros(keep(params)), zeros(keep(params))];
  let t: Array = np.array(0);
  let [first, last] = [Number.NaN, Number.NaN];
  const run = (): void => {
    let value: Array;
    [params, m, v, t, value] = step(params, m, v, t, ...data.map((each) => each.ref)) as [
      Params,
      Params,
      Params,
      Array,
      Array,
    ];
    last = value.dataSync()[0];
  };
  run();
  first = last;
  return { run, check: () => checkFell(first, last) };
};

const oneHot = (name: string, rows: number, count: number): Array => {
  const data = new Float32Array(rows * count);
  integers(name, rows, count).forEach((index, i) => {
    data[i * count + index] = 1;
  });
  return np.array(data).reshape([rows, count]);
};

const squaredError = (prediction: Array, target: Array): Array => {
  const difference = prediction.sub(target);
  return difference.ref.mul(difference).mean();
};

const huber = (prediction: Array, target: Array): Array => {
  const size = np.abs(prediction.sub(target));
  const inner = np.minimum(size.ref, 1);
  return inner.ref.mul(inner.ref).mul(0.5).add(size.sub(inner)).mean();
};

const crossEntropy = (logits: Array, target: Array): Array => nn.logSoftmax(logits).mul(target).sum(-1).mean().mul(-1);

const mlpStep = (
  { widths, batch }: MlpSizes,
  activation: (x: Array) => Array,
  loss: (prediction: Array, target: Array) => Array,
  target: Array,
): Prepared =>
  trainingStep(
    layers(widths),
    (params, x, y) => loss(forward(params, x, activation), y),
    array("input", [batch, widths[0]]),
    target,
  );

const regression = ({ widths, batch }: MlpSizes): Array => array("target", [batch, widths[widths.length - 1]]);

const kernel = (name: string, outputs: number, inputs: number, size: number): Array =>
  array(name, [outputs, inputs, size, size], (inputs * size * size) ** -0.5);

const both = (padding: number): [number, number][] => [
  [padding, padding],
  [padding, padding],
];

const leNetStep = (sizes: LeNetSizes): Prepared => {
  const { batch, channels, side, convolutions, widths } = sizes;
  const [c1, c2] = convolutions;
  const features = leNetFeatures(sizes);
  const halved = (x: Array): Array => lax.reduceWindow(nn.relu(x), np.max, [2, 2], [2, 2]);
  const params = {
    w1: kernel("kernel 1", c1.outputs, channels, c1.kernel),
    b1: np.zeros([c1.outputs, 1, 1]),
    w2: kernel("kernel 2", c2.outputs, c1.outputs, c2.kernel),
    b2: np.zeros([c2.outputs, 1, 1]),
    linear: layers([features, ...widths]),
  };
  return trainingStep(
    params,
    ({ w1, b1, w2, b2, linear }, x, y) => {
      const first = halved(lax.convGeneralDilated(x, w1, [1, 1], both(c1.kernel >> 1)).add(b1));
      const second = halved(lax.convGeneralDilated(first, w2, [1, 1], both(0)).add(b2));
      return crossEntropy(forward(linear, second.reshape([batch, features]), nn.relu), y);
    },
    array("input", [batch, channels, side, side]),
    oneHot("classes", batch, widths[widths.length - 1]),
  );
};

const lstmStep = ({ batch, steps, inputs, hidden, classes }: LstmSizes): Prepared =>
  trainingStep(
    { gates: layer("gates", inputs + hidden, 4 * hidden, hidden ** -0.5), head: layer("head", hidden, classes) },
    ({ gates, head }, x, y) => {
      let [h, c] = [np.zeros([batch, hidden]), np.zeros([batch, hidden])];
      for (let t = 0; t < steps; t++) {
        const seen = np.concatenate([x.ref.slice(t), h], 1); // [batch, inputs + hidden]
        const sums = apply(keep(gates), seen); // [batch, 4·hidden]
        const gate = (i: number): Array => sums.ref.slice([], [i * hidden, (i + 1) * hidden]);
        const [input, forget, candidate, output] = [0, 1, 2, 3].map(gate);
        sums.dispose();
        c = nn
          .sigmoid(forget)
          .mul(c)
          .add(nn.sigmoid(input).mul(np.tanh(candidate)));
        h = nn.sigmoid(output).mul(np.tanh(c.ref));
      }
      for (const each of [x, c, gates.w, gates.b]) each.dispose();
      return crossEntropy(apply(head, h), y);
    },
    array("input", [steps, batch, inputs]),
    oneHot("classes", batch, classes),
  );

const norm = (width: number): Norm => ({ scale: np.ones([width]), shift: np.zeros([width]) });

const normalise = (x: Array, { scale, shift }: Norm, axis: number | number[]): Array => {
  const centred = x.ref.sub(x.mean(axis, { keepdims: true }));
  const variance = centred.ref.mul(centred.ref).mean(axis, { keepdims: true });
  return centred
    .div(np.sqrt(variance.add(1e-5)))
    .mul(scale)
    .add(shift);
};

const geluTanh = (x: Array): Array => {
  const inner = x.ref.add(x.ref.mul(x.ref).mul(x.ref).mul(0.044715)).mul(Math.sqrt(2 / Math.PI));
  return x.mul(0.5).mul(np.tanh(inner).add(1));
};

/** The embedding is a product with one-hot rows. */
const gptStep = ({ batch, context, vocabulary, width, heads, layers: depth }: GptSizes): Prepared => {
  const rows = batch * context;
  const linear = (name: string, inputs: number, outputs: number): Layer => layer(name, inputs, outputs, 0.02);
  const block = (i: number) => ({
    before: norm(width),
    query: linear(`query ${i}`, width, width),
    key: linear(`key ${i}`, width, width),
    value: linear(`value ${i}`, width, width),
    joined: linear(`joined ${i}`, width, width),
    between: norm(width),
    wide: linear(`wide ${i}`, width, 4 * width),
    narrow: linear(`narrow ${i}`, 4 * width, width),
  });
  const params = {
    tokens: array("tokens", [vocabulary, width], 0.02),
    positions: array("positions", [context, width], 0.02),
    blocks: globalThis.Array.from({ length: depth }, (_, i) => block(i)),
    after: norm(width),
    head: array("head", [width, vocabulary], 0.02),
  };
  const future = Float32Array.from({ length: context ** 2 }, (_, i) => (i % context > i / context ? -1e9 : 0));
  const byHead = (x: Array): Array => x.reshape([batch, context, heads, width / heads]).transpose([0, 2, 1, 3]);
  return trainingStep(
    params,
    ({ tokens, positions, blocks, after, head }, seen, mask, y) => {
      const embedded = np.dot(seen, tokens).reshape([batch, context, width]).add(positions);
      let x = embedded.reshape([rows, width]);
      for (const each of blocks) {
        const normal = normalise(x.ref, each.before, -1);
        const [q, k, v] = [each.query, each.key, each.value].map((part) => byHead(apply(part, normal.ref)));
        normal.dispose();
        const scores = np.matmul(q, k.transpose([0, 1, 3, 2])).mul((width / heads) ** -0.5);
        const shares = nn.softmax(scores.add(mask.ref));
        const attended = np.matmul(shares, v).transpose([0, 2, 1, 3]).reshape([rows, width]);
        x = x.add(apply(each.joined, attended));
        x = x.ref.add(apply(each.narrow, geluTanh(apply(each.wide, normalise(x, each.between, -1)))));
      }
      mask.dispose();
      return crossEntropy(np.dot(normalise(x, after, -1), head), y);
    },
    oneHot("tokens", rows, vocabulary),
    np.array(future).reshape([context, context]),
    oneHot("classes", rows, vocabulary),
  );
};

const resNetStep = ({ batch, channels, side, widths, classes }: ResNetSizes): Prepared => {
  const channelNorm = (width: number): Norm => ({ scale: np.ones([width, 1, 1]), shift: np.zeros([width, 1, 1]) });
  const block = (outputs: number, i: number) => {
    const inputs = widths[Math.max(0, i - 1)];
    return {
      first: kernel(`first ${i}`, outputs, inputs, 3),
      firstNorm: channelNorm(outputs),
      second: kernel(`second ${i}`, outputs, outputs, 3),
      secondNorm: channelNorm(outputs),
      shortcut: i === 0 ? [] : [{ w: kernel(`shortcut ${i}`, outputs, inputs, 1), norm: channelNorm(outputs) }],
    };
  };
  const params = {
    stem: kernel("stem", widths[0], channels, 3),
    stemNorm: channelNorm(widths[0]),
    blocks: widths.map(block),
    head: layer("head", widths[widths.length - 1], classes),
  };
  const convolved = (x: Array, w: Array, n: Norm, stride: number, padding: number): Array =>
    normalise(lax.convGeneralDilated(x, w, [stride, stride], both(padding)), n, [0, 2, 3]);
  return trainingStep(
    params,
    ({ stem, stemNorm, blocks, head }, images, y) => {
      let x = nn.relu(convolved(images, stem, stemNorm, 1, 1));
      blocks.forEach(({ first, firstNorm, second, secondNorm, shortcut }, i) => {
        const stride = i === 0 ? 1 : 2;
        const inner = nn.relu(convolved(x.ref, first, firstNorm, stride, 1));
        const kept = shortcut.reduce((value, { w, norm: n }) => convolved(value, w, n, stride, 0), x);
        x = nn.relu(convolved(inner, second, secondNorm, 1, 1).add(kept));
      });
      return crossEntropy(apply(head, x.mean([2, 3])), y);
    },
    array("input", [batch, channels, side, side]),
    oneHot("classes", batch, classes),
  );
};

export const trainingSteps: Readonly<Record<string, () => Prepared>> = {
  B1: () => mlpStep(mlpB1, nn.relu, squaredError, regression(mlpB1)),
  "B1-other": () => mlpStep(mlpOther, np.tanh, huber, regression(mlpOther)),
  B2: () => mlpStep(mlpB2, nn.relu, crossEntropy, oneHot("classes", mlpB2.batch, 10)),
  D: () => leNetStep(leNet),
  E: () => lstmStep(lstm),
  F: () => gptStep(gpt),
  G: () => resNetStep(resNet),
};
