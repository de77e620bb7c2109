// jax-js on its wasm backend, whole steps under jit: the same works in its idioms. Arrays are consumed when passed; `ref` keeps them.
import { defaultDevice, init, jit, nn, numpy as np, tree } from "@jax-js/jax";
import { normals } from "../inputs.ts";
import { mlpB1 } from "../nets.ts";
import { ELEMENTS } from "../works.ts";
import { checkProduct, type Contestant, type Prepared } from "./contestant.ts";
import { type Array, forward, type Layer, layers, trainingSteps } from "./jax-js-nets.ts";

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

const act = (): Prepared => {
  const params = layers(mlpB1.widths);
  const observation = normals("observations", 4);
  const f = jit((net: Layer[], x: Array) => np.argmax(forward(net, x, nn.relu), 1));
  return { run: () => f(tree.ref(params) as unknown as Layer[], np.array(observation).reshape([1, 4])).dataSync() };
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
      ...trainingSteps,
      C: act,
      "M-tanh": elementwise,
    },
  };
};
