// The same training on one thread and on two: other times, the same bits. npm run example examples/threads.ts
import { crossEntropy, MLP } from "@agon/nn";
import { Adam } from "@agon/optim";
import { compile, copy, setThreads, type Tensor, tensor } from "@agon/tensor";

const BATCH = 128;
const pixels = Float32Array.from({ length: BATCH * 784 }, (_, i) => ((i * 29) % 113) / 113);
const images = tensor(pixels, { shape: [BATCH, 784] });
const labels = tensor(Int32Array.from({ length: BATCH }, (_, i) => i % 10));

const train = async (model: MLP, threads: number): Promise<void> => {
  await setThreads(threads); // in a page this needs two headers: see the README of @agon/tensor
  const optimizer = new Adam(model.parameters(), { learningRate: 1e-3 });
  const step = compile((x: Tensor, y: Tensor) => optimizer.minimize(() => crossEntropy(model.forward(x), y)));
  for (let i = 0; i < 5; i++) step(images, labels);
};

const [one, two] = [new MLP(784, 256, 128, 10), new MLP(784, 256, 128, 10)];
copy(one.parameters(), two.parameters());
await train(one, 1);
await train(two, 2);
await setThreads(1); // ends the second thread

const weights = (model: MLP): string =>
  model
    .parameters()
    .flatMap((parameter) => [...parameter.toHost()])
    .join();
console.log(weights(one) === weights(two)); // → true
