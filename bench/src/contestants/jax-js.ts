// jax-js on its wasm backend, whole steps under jit: the same works in its idioms. Arrays are consumed when passed; `ref` keeps them.
import { defaultDevice, init, jit, nn, numpy as np, tree, valueAndGrad } from "@jax-js/jax";
import { integers, normals } from "../inputs.ts";
import { mlpB1, mlpB2, mlpOther, type MlpSizes } from "../nets.ts";
import { ELEMENTS } from "../works.ts";
import { checkFell, checkProduct, type Contestant, type Prepared } from "./contestant.ts";

type Array = np.Array;
/** An alias, not an interface: jax-js takes objects with an index signature. */
type Layer = { w: Array; b: Array };
type Params = Layer[];

const array = (name: string, shape: number[], scale = 1): Array =>
  np
    .array(
      normals(
        name,
        shape.reduce((n, length) => n * length, 1),
        scale,
      ),
    )
    .reshape(shape);

const product = async (n: number): Promise<Prepared> => {
  const [x, y] = [normals("left", n * n), normals("right", n * n)];
  const [a, b] = [np.array(x).reshape([n, n]), np.array(y).reshape([n, n])];
  await Promise.all([a.blockUntilReady(), b.blockUntilReady()]);
  const f = jit((p: Array, q: Array) => np.matmul(p, q));
  return {
    asynchronous: true,
    async run() {
      const c = f(a.ref, b.ref);
      await c.blockUntilReady();
      c.dispose();
    },
    check: async () => checkProduct(n, x, y, (await f(a.ref, b.ref).data()) as Float32Array),
  };
};

const layers = (widths: readonly number[]): Layer[] =>
  widths.slice(1).map((outputs, i) => ({
    w: array(`weight ${i}`, [widths[i], outputs], widths[i] ** -0.5),
    b: np.zeros([outputs]),
  }));

const forward = (net: readonly Layer[], x: Array, activation: (x: Array) => Array): Array =>
  net.reduce((value, { w, b }, i) => {
    const sum = np.dot(value, w).add(b);
    return i < net.length - 1 ? activation(sum) : sum;
  }, x);

const mapParams = (f: (...values: Array[]) => Array, first: Params, ...rest: Params[]): Params =>
  tree.map(f as (...values: unknown[]) => Array, first, ...rest) as unknown as Params;

const keep = (params: Params): Params => tree.ref(params) as unknown as Params;

/** Adam is written out, so that it fuses with the gradients. Results are lazy: reading the loss makes the whole step happen. */
const trainingStep = (
  { widths, batch }: MlpSizes,
  activation: (x: Array) => Array,
  loss: (prediction: Array, target: Array) => Array,
  target: Array,
): Prepared => {
  const x = array("input", [batch, widths[0]]);
  const lossOf = (params: Params, input: Array, wanted: Array): Array =>
    loss(forward(params, input, activation), wanted);
  const zeros = (params: Params): Params => mapParams((value) => np.zeros(value.shape), params);
  const step = jit((params: Params, m: Params, v: Params, t: Array, input: Array, wanted: Array) => {
    const [value, gradient] = valueAndGrad(lossOf)(keep(params), input, wanted) as unknown as [Array, Params];
    const next = t.add(1);
    const correction = (beta: number): Array =>
      np
        .exp(next.ref.mul(Math.log(beta)))
        .mul(-1)
        .add(1);
    const [c1, c2] = [correction(0.9), correction(0.999)];
    const m2 = mapParams((a, g) => a.mul(0.9).add(g.mul(0.1)), m, keep(gradient));
    const v2 = mapParams((a, g) => a.mul(0.999).add(g.ref.mul(g).mul(0.001)), v, gradient);
    const moved = mapParams(
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
  });
  let params: Params = layers(widths);
  let [m, v] = [zeros(keep(params)), zeros(keep(params))];
  let t: Array = np.array(0);
  let [first, last] = [Number.NaN, Number.NaN];
  const run = (): void => {
    let value: Array;
    [params, m, v, t, value] = step(params, m, v, t, x.ref, target.ref) as unknown as [
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

const regression = ({ widths, batch }: MlpSizes): Array => array("target", [batch, widths[widths.length - 1]]);

const oneHot = (): Array => {
  const classes = integers("classes", mlpB2.batch, 10);
  const data = new Float32Array(mlpB2.batch * 10);
  classes.forEach((index, i) => {
    data[i * 10 + index] = 1;
  });
  return np.array(data).reshape([mlpB2.batch, 10]);
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

const act = (): Prepared => {
  const params = layers(mlpB1.widths);
  const observation = normals("observations", 4);
  const f = jit((net: Params, x: Array) => np.argmax(forward(net, x, nn.relu), 1));
  return { run: () => f(keep(params), np.array(observation).reshape([1, 4])).dataSync() };
};

const elementwise = async (): Promise<Prepared> => {
  const x = np.array(normals("elements", ELEMENTS));
  await x.blockUntilReady();
  const f = jit((value: Array) => np.tanh(value));
  return {
    asynchronous: true,
    async run() {
      const y = f(x.ref);
      await y.blockUntilReady();
      y.dispose();
    },
  };
};

export const createContestant = async (): Promise<Contestant> => {
  await init("wasm");
  defaultDevice("wasm");
  return {
    name: "jax-js-wasm 0.1.25",
    rows: {
      ...Object.fromEntries([64, 128, 256, 512, 1024].map((n) => [`A-${n}`, () => product(n)])),
      B1: () => trainingStep(mlpB1, nn.relu, squaredError, regression(mlpB1)),
      "B1-other": () => trainingStep(mlpOther, np.tanh, huber, regression(mlpOther)),
      B2: () => trainingStep(mlpB2, nn.relu, crossEntropy, oneHot()),
      C: act,
      "M-tanh": elementwise,
    },
  };
};
