// Recovers the filter that drew the edges of an image, by gradient descent through a convolution.
import { compile, conv2d, grad, RandomStream, type Tensor, tensor, zeros } from "@agon/tensor";

const sobel = tensor([
  [1, 0, -1],
  [2, 0, -2],
  [1, 0, -1],
]).reshape([1, 1, 3, 3]); // [outputs, channels, height, width]
const image = new RandomStream(0).normal([1, 1, 32, 32]);
const edges = conv2d(image, sobel, { padding: "same" });

const error = (filter: Tensor): Tensor => conv2d(image, filter, { padding: "same" }).sub(edges).square().mean();
const step = compile((filter: Tensor) => filter.sub(grad(error)(filter).mul(0.3)));

let filter = zeros([1, 1, 3, 3]);
for (let i = 0; i < 100; i++) filter = step(filter);
console.log(await filter.round().add(0).reshape([3, 3]).toArray()); // → [ [ 1, 0, -1 ], [ 2, 0, -2 ], [ 1, 0, -1 ] ]
console.log((await error(filter).item()) < 1e-8); // → true
