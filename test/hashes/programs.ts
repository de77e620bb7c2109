// Programs whose results must be the same bytes wherever a tier of arithmetic runs: on every engine, with vectors of any width, on any number
// of threads. Everything in here runs in Node and in a page. Programs go on until engines have replaced their first code by optimised code.
import { trainingSteps } from "@agon/bench/training-steps";
import { CartPole } from "@agon/environments";
import { withRandom } from "@agon/nn";
import { createRandom } from "@agon/random";
import { drive, findAlgorithm } from "@agon/rl";
import {
  avgPool2d,
  backendInForce,
  compile,
  conv2d,
  grad,
  layerNorm,
  maxPool2d,
  RandomStream,
  selectBackend,
  setThreads,
  setVectorBits,
  type Tensor,
  tensor,
} from "@agon/tensor";

/** What must not matter, but for the tier. */
export interface Setting {
  readonly numerics: "strict" | "fused";
  readonly vectorBits: 128 | 256;
  readonly threads: number;
}

export interface Hashes {
  /** The tier that was in force: strict where the machine does not fuse. */
  readonly numerics: string;
  /** First 16 digits of the SHA-256 of each program's result. */
  readonly hashes: Readonly<Record<string, string>>;
}

/** Runs all programs. Once in a process or worker: vectors of another width need another. */
export const hashAll = async ({ numerics, vectorBits, threads }: Setting): Promise<Hashes> => {
  setVectorBits(vectorBits);
  await selectBackend(numerics === "strict" ? "wasm-strict" : "wasm");
  await setThreads(threads);
  const hashes: Record<string, string> = {};
  for (const [name, program] of Object.entries(programs)) hashes[name] = await hashOf(await program());
  await setThreads(1);
  return { numerics: backendInForce().numerics, hashes };
};

type Numbers = ArrayBufferView<ArrayBuffer>;

const hashOf = async (results: readonly Numbers[] | string): Promise<string> => {
  if (typeof results === "string") return results.slice(0, 16);
  const parts = results.map(canonicalBytes);
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  parts.reduce((at, part) => (all.set(part, at), at + part.length), 0);
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", all));
  return [...digest.subarray(0, 8)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
};

/** A NaN has many spellings, and an engine may choose among them. */
const canonicalBytes = (result: Numbers): Uint8Array => {
  const bytes = new Uint8Array(result.buffer, result.byteOffset, result.byteLength).slice();
  if (!(result instanceof Float32Array)) return bytes;
  const words = new Int32Array(bytes.buffer);
  result.forEach((value, i) => {
    if (Number.isNaN(value)) words[i] = 0x7fc00000;
  });
  return bytes;
};

const normals = (name: string, ...shape: number[]): Tensor => {
  const random = createRandom(7).split(name);
  const size = shape.reduce((n, length) => n * length, 1);
  return tensor(
    Float32Array.from({ length: size }, () => random.normal()),
    { shape },
  );
};

/** Every 65 537th of all float32 bit patterns: normal and subnormal numbers of both signs, infinities, NaN. */
const sweep = (): Tensor => tensor(new Float32Array(Int32Array.from({ length: 2 ** 16 }, (_, i) => i * 65_537).buffer));

const REPEATS = 200;

/** What a compiled function gives when it has been run often. */
const often =
  (repeats: number, inputs: () => readonly Tensor[], f: (...inputs: Tensor[]) => Tensor | Tensor[]) =>
  (): readonly Numbers[] => {
    const { run, outputs } = compile(f).bind(...inputs());
    for (let i = 0; i < repeats; i++) run();
    return outputs as readonly Numbers[];
  };

const unary = (f: (x: Tensor) => Tensor) => often(REPEATS, () => [sweep()], f);

/** Products whose sizes leave a remainder beside every tile, each operand transposed or not, and one of a size that is packed. */
const products = often(
  REPEATS,
  () => [normals("a", 3, 61, 75), normals("b", 3, 75, 45), normals("c", 3, 45, 75), normals("d", 3, 75, 61)],
  (a, b, c, d) => [
    a.multiply(b),
    a.multiply(c, { transposeB: true }),
    d.multiply(b, { transposeA: true }),
    d.multiply(c, { transposeA: true, transposeB: true }),
  ],
);

const largeProduct = often(
  20,
  () => [normals("a", 131, 517), normals("b", 517, 611)],
  (a, b) => a.multiply(b),
);

/** Forward and both gradients, with stride, padding, dilation and groups, and without. */
const convolutions = often(
  50,
  () => [normals("x", 5, 4, 19, 17), normals("w", 6, 4, 3, 5), normals("grouped", 8, 2, 3, 3)],
  (x, w, grouped) => {
    const loss = (a: Tensor, b: Tensor, c: Tensor): Tensor => {
      const plain = conv2d(a, b, { padding: 1 });
      const other = conv2d(a, c, { stride: 2, padding: [2, 1], dilation: [1, 2], groups: 2 });
      return plain.square().mean().add(other.square().mean());
    };
    return grad((parts: readonly Tensor[]) => loss(parts[0], parts[1], parts[2]))([x, w, grouped]) as Tensor[];
  },
);

const rows = often(
  REPEATS,
  () => [normals("x", 37, 53), normals("scale", 53), normals("shift", 53)],
  (x, scale, shift) => [
    x.softmax(1),
    x.softmax(0),
    layerNorm(x, [53], { weight: scale, bias: shift }),
    x.sum(0),
    x.sum(1),
    x.mean(),
    x.max(0),
    x.max(1),
  ],
);

const pools = often(
  REPEATS,
  () => [normals("images", 3, 5, 14, 12)],
  (x) => {
    const gradient = grad((y: Tensor) => maxPool2d(y, 3, { stride: 2 }).square().sum());
    return [maxPool2d(x, 2), avgPool2d(x, 2), gradient(x)];
  },
);

const chance = (): readonly Numbers[] => {
  const stream = new RandomStream(3);
  const { run, outputs } = compile(() => [stream.uniform([1000]), stream.normal([1001])]).bind();
  for (let i = 0; i < REPEATS; i++) run();
  return outputs as readonly Numbers[];
};

/** All parameters of a net of the benchmarks after so many steps of training. */
const trained = (row: string, steps: number) => (): readonly Numbers[] => {
  const { run, outcome } = withRandom(createRandom(11), trainingSteps[row]);
  for (let i = 1; i < steps; i++) run();
  return [outcome?.() as Numbers];
};

/** An agent's curve on CartPole with the options tuned for it. */
const curve = (algorithm: string, steps: number) => async (): Promise<string> => {
  const { create, tuned } = findAlgorithm(algorithm);
  const agent = create(CartPole, { ...tuned(CartPole.id), seed: 1 });
  await drive(agent.train({ steps }));
  return agent.curveHash();
};

type Program = () => readonly Numbers[] | string | Promise<string>;

const programs: Readonly<Record<string, Program>> = {
  exp: unary((x) => x.exp()),
  expm1: unary((x) => x.expm1()),
  log: unary((x) => x.log()),
  log1p: unary((x) => x.log1p()),
  sqrt: unary((x) => x.sqrt()),
  reciprocal: unary((x) => x.reciprocal()),
  sin: unary((x) => x.sin()),
  cos: unary((x) => x.cos()),
  tanh: unary((x) => x.tanh()),
  sigmoid: unary((x) => x.sigmoid()),
  erf: unary((x) => x.erf()),
  "products, whatever is transposed": products,
  "a large product": largeProduct,
  "gradients of convolutions": convolutions,
  "softmax, layer norm, sums": rows,
  "pooling and its gradient": pools,
  "random numbers": chance,
  "MLP (B1), 2000 steps": trained("B1", 2000),
  "MLP (B1-other), 2000 steps": trained("B1-other", 2000),
  "MLP (B2), 60 steps": trained("B2", 60),
  "LeNet-5 (D), 20 steps": trained("D", 20),
  "LeNet-5 (D-other), 20 steps": trained("D-other", 20),
  "LSTM (E), 12 steps": trained("E", 12),
  "LSTM (E-other), 20 steps": trained("E-other", 20),
  "GPT (F), 4 steps": trained("F", 4),
  "GPT (F-other), 8 steps": trained("F-other", 8),
  "ResNet-8 (G), 4 steps": trained("G", 4),
  "ResNet-8 (G-other), 8 steps": trained("G-other", 8),
  "curve of DQN on CartPole, 4000 steps": curve("dqn", 4000),
  "curve of A2C on CartPole, 4000 steps": curve("a2c", 4000),
  "curve of REINFORCE on CartPole, 4000 steps": curve("reinforce", 4000),
};
