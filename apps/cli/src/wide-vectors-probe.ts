// The self-check's thread: trains a small net with vectors of the wanted width and tells a hash of what comes out.
import { createHash } from "node:crypto";
import { parentPort, workerData } from "node:worker_threads";
import { crossEntropy, MLP, tanh } from "@agon/nn";
import { Adam } from "@agon/optim";
import { compile, selectBackend, setVectorBits, type Tensor, tensor } from "@agon/tensor";

/** Calls after which V8 has asked for optimised code, and the time in which it makes it. */
const CALLS = 300;
const COMPILE_MILLISECONDS = 20;

const { vectorBits, numerics } = workerData as { vectorBits: 128 | 256; numerics: string | undefined };
setVectorBits(vectorBits);
await selectBackend(numerics === "strict" ? "wasm-strict" : "wasm", "js");

// Widths that leave a remainder beside every tile.
const model = new MLP(5, 37, 21, 3, { activation: tanh });
const optimizer = new Adam(model.parameters(), { clipNorm: 1 });
const input = tensor(
  Float32Array.from({ length: 23 * 5 }, (_, i) => ((i * 37) % 41) / 20 - 1),
  { shape: [23, 5] },
);
const target = tensor(Int32Array.from({ length: 23 }, (_, i) => i % 3));
const step = compile((x: Tensor, y: Tensor) => optimizer.minimize(() => crossEntropy(model.forward(x), y)));
const { run } = step.bind(input, target);

for (let i = 0; i < CALLS; i++) run();
await new Promise((resolve) => setTimeout(resolve, COMPILE_MILLISECONDS));
for (let i = 0; i < CALLS; i++) run();
const hash = createHash("sha256");
for (const parameter of model.parameters()) hash.update(parameter.toHost());
parentPort?.postMessage(hash.digest("hex"));
