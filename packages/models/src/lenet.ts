// LeNet-5 (LeCun et al. 1998), as it is built today: ReLU and max pooling instead of the paper's scaled tanh and trained subsampling, full
// connections between its channel maps, and a linear layer of logits instead of radial basis functions.
import { Conv2d, Linear, MaxPool2d, Module, relu } from "@agon/nn";
import type { Tensor } from "@agon/tensor";

/**
 * Digits of [batch, 1, 28, 28] to 10 logits, 61 706 parameters:
 *
 * | layer | makes |
 * |---|---|
 * | conv1, 6 kernels of 5×5, padding 2; pool | [batch, 6, 14, 14] |
 * | conv2, 16 kernels of 5×5; pool | [batch, 16, 5, 5] |
 * | fc1, fc2 | [batch, 120], [batch, 84] |
 * | fc3 | [batch, classes] |
 */
export class LeNet5 extends Module {
  static readonly kind: string = "LeNet5";
  readonly conv1: Conv2d = new Conv2d(1, 6, { kernel: 5, padding: 2 });
  readonly conv2: Conv2d = new Conv2d(6, 16, { kernel: 5 });
  readonly pool: MaxPool2d = new MaxPool2d(2);
  readonly fc1: Linear = new Linear(16 * 5 * 5, 120);
  readonly fc2: Linear = new Linear(120, 84);
  readonly fc3: Linear;

  constructor({ classes = 10 }: { readonly classes?: number } = {}) {
    super();
    this.fc3 = new Linear(84, classes);
  }

  forward(images: Tensor): Tensor {
    const first = this.pool.forward(relu(this.conv1.forward(images))); // [batch, 6, 14, 14]
    const second = this.pool.forward(relu(this.conv2.forward(first))); // [batch, 16, 5, 5]
    const features = relu(this.fc1.forward(second.flatten(1))); // [batch, 120]
    return this.fc3.forward(relu(this.fc2.forward(features))); // [batch, classes]
  }
}
