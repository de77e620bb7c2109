// A convolutional network that reads handwritten digits, after one pass over MNIST. It needs the files: AGON_DATA names a folder that has them,
// or they are downloaded once.
import { mnist } from "@agon/data";
import { Conv2d, crossEntropy, flatten, Linear, MaxPool2d, relu, Sequential } from "@agon/nn";
import { Adam } from "@agon/optim";
import { compile, type Tensor } from "@agon/tensor";
import { accuracy, evaluate } from "@agon/train";

const model = new Sequential(
  new Conv2d(1, 32, { kernel: 3 }),
  relu,
  new MaxPool2d(2), // [batch, 32, 13, 13]
  new Conv2d(32, 64, { kernel: 3 }),
  relu,
  new MaxPool2d(2), // [batch, 64, 5, 5]
  flatten,
  new Linear(64 * 5 * 5, 10), // [batch, 10] logits
);
const optimizer = new Adam(model.parameters(), { learningRate: 1e-3 });
const step = compile((images: Tensor, labels: Tensor) =>
  optimizer.minimize(() => crossEntropy(model.forward(images), labels)),
);

const { train, test } = await mnist();
for (const { images, labels } of train.batches({ size: 128, seed: 0 })) step(images, labels);
const read = await evaluate(model, test, { accuracy });
console.log(Object.keys(read), read.accuracy > 0.97); // → [ 'accuracy' ] true
